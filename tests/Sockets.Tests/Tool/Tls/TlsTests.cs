using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tests.Tool;

/// <summary><c>sockets serve --tls</c> and <c>sockets connect --tls</c>.</summary>
public class TlsTests
{
    [Fact]
    public async Task A_file_comes_back_and_both_ends_say_what_they_agreed_on()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        int length = folder.WriteRandom("file", 300_001).Length;
        await using ToolRun server = ToolRun.Start(folder.ServeTls("--alpn", "h2,http/1.1", "--client-ca", folder["ca.pem"], "--once", "2"));
        string peer = await server.AddressAsync();
        ToolRun client = await ToolRun.CompleteAsync(folder.ConnectTls(peer, "--alpn", "http/1.1", "--cert", folder["client.pem"], "--key", folder["client.key"], "--send-file", folder["file"], "--repeat", "2"));
        Assert.Empty(client.Errors);
        Assert.Matches($"^connected peer={peer} protocol=\"TLS 1.3\" suite=TLS_[A-Z0-9_]+ alpn=http/1.1 sni=localhost server-cert=CN=server$", client.Output[0]);
        Assert.Equal(2, client.Output.Count(line => line == $"sent {length} bytes, received {length} bytes back, identical (by sendfile)"));
        Assert.Equal(0, await server.Exit.WaitAsync(Waiting.HangGuard));
        Assert.EndsWith(" alpn=http/1.1 sni=localhost client-cert=CN=client", await server.LineAsync("connected "), StringComparison.Ordinal);
        Assert.Equal(2, server.Output.Count(line => line.EndsWith($" bytes={length} reason=end", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Standard_input_and_output_are_copied_as_bytes()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        byte[] content = folder.WriteRandom("file", 200_003);
        await using ToolRun server = ToolRun.Start(folder.ServeTls());
        await using ToolRun client = ToolRun.Start(folder.ConnectTls(await server.AddressAsync()));
        await client.PipeAsync(content);
        int exit = await client.Exit.WaitAsync(Waiting.HangGuard);
        Assert.Empty(client.Errors);
        Assert.Equal(0, exit);
        Assert.Equal(content, client.OutputBytes);
    }

    [Fact]
    public async Task A_stream_that_was_cut_is_an_error()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.ServeTls());
        await using var cutter = new CuttingProxy(await server.AddressAsync());
        await using ToolRun client = ToolRun.Start(folder.ConnectTls(cutter.Address));
        await client.TypeAsync("half of it");
        await server.LineAsync("connected ");
        await client.BytesAsync("half of it\n".Length);
        cutter.Cut();
        Assert.Equal(1, await client.Exit.WaitAsync(Waiting.HangGuard));
        Assert.Contains("without the close_notify", Assert.Single(client.Errors), StringComparison.Ordinal);
        Assert.EndsWith(" bytes=11 reason=truncated", await server.LineAsync("closed "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_name_has_its_certificate()
    {
        using TemporaryFolder first = await TemporaryFolder.WithCertificatesAsync();
        using var second = new TemporaryFolder();
        Assert.Equal(0, await (await ToolRun.CompleteAsync("certs", "dev", "--out", second.FullName, "--name", "other.example")).Exit);
        first.WriteRandom("file", 100);
        await using ToolRun server = ToolRun.Start(first.ServeTls("--cert", second["server.pem"], "--key", second["server.key"]));
        string peer = await server.AddressAsync();
        ToolRun client = await ToolRun.CompleteAsync("connect", peer, "--tls", "--ca", second["ca.pem"], "--name", "other.example", "--send", first["file"]);
        Assert.Equal(0, await client.Exit);
        Assert.EndsWith(" sni=other.example server-cert=CN=server", client.Output[0], StringComparison.Ordinal);
        await ToolRun.FailsAsync("is not trusted", "connect", peer, "--tls", "--ca", second["ca.pem"], "--name", "localhost", "--send", first["file"]);
    }

    [Fact]
    public async Task Unknown_names_are_refused_where_that_was_asked_for()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.ServeTls("--refuse-unknown-names"));
        await ToolRun.FailsAsync("unrecognized_name", "connect", await server.AddressAsync(), "--tls", "--ca", folder["ca.pem"], "--name", "unknown.example");
        Assert.Contains("unknown.example", await server.LineAsync("failed peer=127.0.0.1:"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trust_is_chain_and_name_or_a_pin()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        folder.WriteRandom("file", 100);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(folder["server.pem"]);
        string pin = certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256);
        await using ToolRun server = ToolRun.Start(folder.ServeTls());
        string peer = await server.AddressAsync();
        Assert.Equal(0, await (await ToolRun.CompleteAsync("connect", peer, "--tls", "--pin", pin, "--send", folder["file"])).Exit);
        Assert.Equal(0, await (await ToolRun.CompleteAsync("connect", peer, "--tls", "--dangerous-accept-any-certificate", "--send", folder["file"])).Exit);
        await ToolRun.FailsAsync("is not a pinned one", "connect", peer, "--tls", "--pin", new string('0', 64));
        await ToolRun.FailsAsync("it is not for 'wrong.example' but for localhost", "connect", peer, "--tls", "--ca", folder["ca.pem"], "--name", "wrong.example");
        await ToolRun.FailsAsync("is not trusted", "connect", peer, "--tls", "--name", "localhost");
    }

    [Fact]
    public async Task A_missing_client_certificate()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        folder.WriteRandom("file", 100);
        await using ToolRun server = ToolRun.Start(folder.ServeTls("--client-ca", folder["ca.pem"]));
        ToolRun client = await ToolRun.CompleteAsync(folder.ConnectTls(await server.AddressAsync(), "--send", folder["file"]));
        Assert.Equal(1, await client.Exit);
        Assert.Single(client.Errors);
        Assert.Contains(" reason=certificate-rejected: The client's certificate was refused: there is none.", await server.LineAsync("failed "), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--alpn needs names of 1 to 255 bytes", "connect", "host:1", "--tls", "--alpn", "a,,b")]
    [InlineData("--alpn means nothing with --tcp", "connect", "host:1", "--tcp", "--alpn", "h2")]
    [InlineData("--tls needs --cert FILE", "serve", "--tls", "127.0.0.1:0", "--key", "k")]
    [InlineData("2 and 1 of them were given", "serve", "--tls", "127.0.0.1:0", "--cert", "a", "--cert", "b", "--key", "k")]
    [InlineData("The certificate file 'a' does not exist", "serve", "--tls", "127.0.0.1:0", "--cert", "a", "--key", "k")]
    public Task Bad_input_is_named(string expected, params string[] arguments) => ToolRun.FailsAsync(expected, arguments);
}
