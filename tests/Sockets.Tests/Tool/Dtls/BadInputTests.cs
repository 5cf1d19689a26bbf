using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tests.Tool;

/// <summary>Each thing a user can get wrong ends in one line that names it, and a non-zero exit code.</summary>
public class BadInputTests
{
    [Fact]
    public async Task A_certificate_of_another_authority()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        using TemporaryFolder other = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.Serve());
        await ToolRun.FailsAsync("is not trusted", other.Connect(await ServeAndConnectTests.AddressAsync(server)));
        Assert.Contains("unknown_ca", await server.LineAsync("failed peer="), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_name()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.Serve());
        await ToolRun.FailsAsync(
            "it is not for 'wrong.example' but for localhost, 127.0.0.1, ::1", folder.Connect(await ServeAndConnectTests.AddressAsync(server), "--name", "wrong.example"));
    }

    [Fact]
    public async Task An_expired_certificate()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        using var authority = new TestAuthority();
        using X509Certificate2 expired = authority.Issue(["localhost", "127.0.0.1"], notAfter: new DateTimeOffset(2025, 5, 17, 0, 0, 0, TimeSpan.Zero));
        using ECDsa key = expired.GetECDsaPrivateKey()!;
        File.WriteAllText(folder["ca.pem"], authority.Certificate.ExportCertificatePem());
        File.WriteAllText(folder["server.pem"], expired.ExportCertificatePem());
        File.WriteAllText(folder["server.key"], key.ExportPkcs8PrivateKeyPem());
        await using ToolRun server = ToolRun.Start(folder.Serve());
        await ToolRun.FailsAsync("expired on 2025-05-17", folder.Connect(await ServeAndConnectTests.AddressAsync(server)));
    }

    [Fact]
    public async Task A_missing_client_certificate()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        await using ToolRun server = ToolRun.Start(folder.Serve("--client-ca", folder["ca.pem"]));
        await ToolRun.FailsAsync("it demands a certificate of this side", folder.Connect(await ServeAndConnectTests.AddressAsync(server), "--send", folder["file"]));
    }

    [Fact]
    public Task An_unknown_host() => ToolRun.FailsAsync("Host 'no-such-host.invalid' is unknown", "connect", "no-such-host.invalid:4433");

    [Fact]
    public async Task A_port_in_use()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        using var taken = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await ToolRun.FailsAsync("is in use", "serve", "--dtls", taken.Client.LocalEndPoint!.ToString()!, "--cert", folder["server.pem"], "--key", folder["server.key"]);
    }

    [Fact]
    public async Task Nobody_answering()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await ToolRun.FailsAsync("does not answer", "connect", silent.Client.LocalEndPoint!.ToString()!, "--timeout", "0.2");
    }

    [Fact]
    public async Task An_address_of_another_machine()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await ToolRun.FailsAsync("192.0.2.1 is not an address of this machine", "serve", "--dtls", "192.0.2.1:4433", "--cert", folder["server.pem"], "--key", folder["server.key"]);
    }

    [Fact]
    public async Task Files_that_are_missing_or_hold_something_else()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        string missing = folder["missing.pem"];
        string[] Serve(string certificate, string key) => ["serve", "--dtls", "127.0.0.1:0", "--cert", certificate, "--key", key];
        await ToolRun.FailsAsync($"The certificate file '{missing}' does not exist", Serve(missing, folder["server.key"]));
        await ToolRun.FailsAsync($"The key file '{missing}' does not exist", Serve(folder["server.pem"], missing));
        await ToolRun.FailsAsync($"'{folder.FullName}' is a folder", Serve(folder.FullName, folder["server.key"]));
        await ToolRun.FailsAsync($"There is no PEM certificate in {folder["server.key"]}", Serve(folder["server.key"], folder["server.key"]));
        await ToolRun.FailsAsync($"There is no PEM private key in {folder["server.pem"]}", Serve(folder["server.pem"], folder["server.pem"]));
        await ToolRun.FailsAsync("does not belong to the certificate", Serve(folder["server.pem"], folder["client.key"]));
        await ToolRun.FailsAsync($"The CA certificate file '{missing}' does not exist", folder.Serve("--client-ca", missing));
        await ToolRun.FailsAsync($"There is no PEM certificate in {folder["server.key"]}", "connect", "127.0.0.1:1", "--ca", folder["server.key"]);
        await ToolRun.FailsAsync($"The file to send, '{missing}', does not exist", folder.Connect("127.0.0.1:1", "--send", missing));
    }

    [Fact]
    public async Task A_key_that_may_not_be_read()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            // File permissions stop nobody here: only the sentence can be tested.
            Assert.Contains("permission denied", Sockets.Tool.FailureLine.Of(new UnauthorizedAccessException("Access to the path 'server.key' is denied.")), StringComparison.Ordinal);
            return;
        }

        File.SetUnixFileMode(folder["server.key"], UnixFileMode.None);
        await ToolRun.FailsAsync("cannot be read: permission denied", folder.Serve());
    }

    [Theory]
    [InlineData("Required command was not provided")]
    [InlineData("One of these is needed: ", "serve", "--cert", "a", "--key", "b")]
    [InlineData("--dtls needs --key FILE", "serve", "--dtls", "127.0.0.1:0", "--cert", "a")]
    [InlineData("'nowhere' is not HOST:PORT", "connect", "nowhere")]
    [InlineData("'host:99999' is not HOST:PORT", "connect", "host:99999")]
    [InlineData("'::1:4433' is not HOST:PORT", "connect", "::1:4433")]
    [InlineData("Unknown cipher suite 'TLS_NULL': use TLS_AES_128_GCM_SHA256, ", "connect", "host:1", "--suite", "TLS_NULL")]
    [InlineData("Unknown key-exchange group 'p256': use x25519mlkem768, x25519, ", "connect", "host:1", "--group", "p256")]
    [InlineData("--mtu 100 is out of range: 256 to 65507", "connect", "host:1", "--mtu", "100")]
    [InlineData("--timeout needs a number of seconds above 0", "connect", "host:1", "--timeout", "0")]
    [InlineData("'label:' is not LABEL:LENGTH", "connect", "host:1", "--export", "label:")]
    [InlineData("'label:0' is not LABEL:LENGTH", "connect", "host:1", "--export", "label:0")]
    [InlineData("--cid needs a length of 0 to 20 bytes, not '21'", "connect", "host:1", "--cid", "21")]
    [InlineData("--cid needs a length of 0 to 20 bytes, not '-1'", "connect", "host:1", "--cid", "-1")]
    [InlineData("--cid needs a length of 0 to 20 bytes, not 'eight'", "serve", "--dtls", "127.0.0.1:0", "--cert", "a", "--key", "b", "--cid", "eight")]
    [InlineData("--cert and --key belong together", "connect", "host:1", "--cert", "a")]
    [InlineData("--ca and --dangerous-accept-any-certificate exclude each other", "connect", "host:1", "--ca", "a", "--dangerous-accept-any-certificate")]
    [InlineData("64 hexadecimal digits", "connect", "host:1", "--pin", "abc")]
    [InlineData("--client-auth needs --client-ca", "serve", "--dtls", "127.0.0.1:0", "--cert", "a", "--key", "b", "--client-auth", "require")]
    [InlineData("--once needs a number of 1 or more", "serve", "--dtls", "127.0.0.1:0", "--cert", "a", "--key", "b", "--once", "0")]
    [InlineData("--megabytes needs a number from 1", "demo", "--megabytes", "0")]
    [InlineData("bogus", "connect", "host:1", "--bogus")]
    public Task Options(string expected, params string[] arguments) => ToolRun.FailsAsync(expected, arguments);

    [Theory]
    [InlineData("--help")]
    [InlineData("demo", "--help")]
    [InlineData("serve", "--help")]
    [InlineData("connect", "--help")]
    [InlineData("certs", "dev", "--help")]
    public async Task Help_is_no_failure(params string[] arguments)
    {
        ToolRun run = await ToolRun.CompleteAsync(arguments);
        Assert.Equal(0, await run.Exit);
        Assert.Empty(run.Errors);
        Assert.Contains("Usage:", run.Output);
    }
}
