using System.Net;
using System.Net.Sockets;
using Sockets.Tests.Connections;

namespace Sockets.Tests.Tool;

public class ServeAndConnectTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_file_comes_back_identical_with_keys_updated_on_the_way()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        byte[] content = new byte[100_003];
        new Random(3).NextBytes(content);
        File.WriteAllBytes(folder["file"], content);
        await using ToolRun server = ToolRun.Start(folder.Serve("--export", "EXPORTER-test:16", "--once", "1"));
        ToolRun client = await ToolRun.CompleteAsync(folder.Connect(await AddressAsync(server), "--send", folder["file"], "--key-update", "--export", "EXPORTER-test:16"));

        Assert.Empty(client.Errors);
        Assert.Equal(0, await client.Exit);
        Assert.Contains(client.Output, line => line.StartsWith("sent 100003 bytes, received 100003 bytes back, identical", StringComparison.Ordinal));
        Assert.Contains("key-update sent", client.Output);
        Assert.Contains("key-update received", client.Output);
        Assert.Contains(" hrr=yes server-cert=CN=server", await client.LineAsync("connected peer=127.0.0.1:"), StringComparison.Ordinal);

        Assert.Equal(0, await server.Exit.WaitAsync(Loopback.HangGuard));
        Assert.Contains("key-update received", server.Output);
        Assert.Equal(await client.LineAsync("exporter "), await server.LineAsync("exporter "));
        Assert.EndsWith(" reason=close_notify", await server.LineAsync("closed peer=127.0.0.1:"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_moves_to_another_port_in_mid_conversation()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        byte[] content = new byte[50_003];
        new Random(4).NextBytes(content);
        File.WriteAllBytes(folder["file"], content);
        await using ToolRun server = ToolRun.Start(folder.Serve("--cid", "8", "--export", "EXPORTER-test", "--once", "1"));
        ToolRun client = await ToolRun.CompleteAsync(folder.Connect(await AddressAsync(server), "--send", folder["file"], "--cid", "4", "--migrate", "--export", "EXPORTER-test"));
        Assert.Empty(client.Errors);
        Assert.Equal(0, await client.Exit);
        Assert.Contains(client.Output, static line => line.StartsWith("sent 50003 bytes, received 50003 bytes back, identical", StringComparison.Ordinal));
        string migrated = await client.LineAsync("migrated ");
        Assert.Matches("^migrated from=127.0.0.1:[0-9]+ to=127.0.0.1:[0-9]+$", migrated);
        Assert.Equal(0, await server.Exit.WaitAsync(Loopback.HangGuard));
        Assert.EndsWith(" reason=close_notify", await server.LineAsync("closed peer="), StringComparison.Ordinal);
        string exported = await client.LineAsync("exporter ");
        Assert.Equal("exporter ".Length + 64, exported.Length);
        Assert.Equal(exported, await server.LineAsync("exporter "));
    }

    /// <summary>The server asks for itself whether its client is at the other port, and may be asking still when a file is over.</summary>
    [Fact]
    public async Task A_server_follows_its_client_to_another_port()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.Serve("--cid", "8", "--once", "1"));
        await using ToolRun client = ToolRun.Start(folder.Connect(await AddressAsync(server), "--migrate"));
        string connected = await server.LineAsync("connected peer=");
        Task<string> moving = server.LineAsync("moved peer=");
        int bytes = 0;
        while (!moving.IsCompleted)
        {
            await client.TypeAsync("and on");
            bytes += "and on\n".Length;
            long asked = TimeProvider.System.GetTimestamp();
            await Waiting.UntilAsync(() => moving.IsCompleted || client.OutputBytes.Length >= bytes || TimeProvider.System.GetElapsedTime(asked) > Patience); // lost: again
        }

        string peer = (await moving)["moved ".Length..];
        Assert.DoesNotContain(peer + " ", connected, StringComparison.Ordinal);
        Assert.Equal(0, await client.InterruptAsync());
        Assert.Equal(0, await server.Exit.WaitAsync(Loopback.HangGuard));
        Assert.Contains($"closed {peer} reason=close_notify", server.Output);
    }

    /// <summary>One attempt waits for some round trips, which are nothing on loopback.</summary>
    [Fact]
    public async Task A_client_goes_on_asking_at_another_port_until_its_timeout()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.Serve("--cid", "8"));
        var there = IPEndPoint.Parse(await AddressAsync(server));
        using var nowhere = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        nowhere.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var relay = new PortRelay(there);
        await using ToolRun client = ToolRun.Start(folder.Connect(relay.EndPoint.ToString(), "--name", "localhost", "--send", "-", "--migrate", "--timeout", "60"));
        await client.LineAsync("connected ");
        relay.Server = (IPEndPoint)nowhere.LocalEndPoint!; // where nobody answers
        await client.PipeAsync([1, 2, 3]);
        await Task.Delay(TimeSpan.FromSeconds(2));
        relay.Server = there;
        await client.LineAsync("migrated ");
        Assert.Equal(0, await client.Exit.WaitAsync(Waiting.HangGuard));
    }

    [Fact]
    public async Task A_client_cannot_move_when_the_server_has_no_connection_id_for_it()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        await using ToolRun server = ToolRun.Start(folder.Serve());
        await ToolRun.FailsAsync("could not tell whose datagrams come from another port", folder.Connect(await AddressAsync(server), "--send", folder["file"], "--migrate"));
    }

    [Fact]
    public async Task A_ticket_file_resumes_the_session_of_the_run_before()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        await using ToolRun server = ToolRun.Start(folder.Serve("--tickets", "1", "--once", "2"));
        string[] connect = folder.Connect(await AddressAsync(server), "--name", "localhost", "--send", folder["file"], "--ticket", folder["tickets"]);
        Assert.DoesNotContain(" resumed=yes", await (await ToolRun.CompleteAsync(connect)).LineAsync("connected "), StringComparison.Ordinal);
        Assert.Contains(" resumed=yes server-cert=CN=server", await (await ToolRun.CompleteAsync(connect)).LineAsync("connected "), StringComparison.Ordinal);
        Assert.Equal(0, await server.Exit.WaitAsync(Loopback.HangGuard));
    }

    [Fact]
    public async Task Early_data_that_the_server_does_not_take_is_sent_behind_the_handshake()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        await using ToolRun server = ToolRun.Start(folder.Serve("--once", "1"));
        ToolRun client = await ToolRun.CompleteAsync(folder.Connect(await AddressAsync(server), "--send", folder["file"], "--ticket", folder["tickets"], "--early-data", "hello"));
        await client.LineAsync("early-data rejected");
        await client.LineAsync("early-data sent after the handshake");
        await ToolRun.FailsAsync("--early-data needs --ticket FILE", folder.Connect("127.0.0.1:9", "--early-data", "hello"));
        await ToolRun.FailsAsync("--early-data needs --tickets COUNT and --cookie never (or a number)", folder.Serve("--early-data", "100"));
        await ToolRun.FailsAsync("--tickets needs 0 to 16", folder.Serve("--tickets", "17"));
    }

    [Fact]
    public async Task A_pre_shared_key_needs_no_trust_in_a_certificate()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        const string key = "000102030405060708090a0b0c0d0e0f:device";
        await using ToolRun server = ToolRun.Start(folder.Serve("--psk", key, "--once", "2"));
        string address = await AddressAsync(server);
        ToolRun client = await ToolRun.CompleteAsync("connect", address, "--psk", key, "--send", folder["file"]);
        Assert.Empty(client.Errors);
        Assert.Contains(" server-cert=none", await client.LineAsync("connected "), StringComparison.Ordinal);
        await ToolRun.FailsAsync("no pre-shared key in common", "connect", address, "--psk", "101112131415161718191a1b1c1d1e1f:nobody", "--send", folder["file"]);
        foreach (string[] ignored in (string[][])[["--ca", folder["ca.pem"]], ["--pin", new string('0', 64)], ["--dangerous-accept-any-certificate"], ["--cert", folder["client.pem"], "--key", folder["client.key"]]])
            await ToolRun.FailsAsync($"--psk and {ignored[0]} exclude each other: with a pre-shared key there are no certificates", ["connect", address, "--psk", key, .. ignored]);
        await ToolRun.FailsAsync("--psk takes KEY:IDENTITY", "connect", address, "--psk", "00:short");
        await ToolRun.FailsAsync("has the identity 'device' twice", "connect", address, "--psk", key, "--psk", key);
    }

    [Fact]
    public async Task A_server_with_a_pre_shared_key_needs_no_certificate()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        const string key = "000102030405060708090a0b0c0d0e0f:device";
        await using ToolRun server = ToolRun.Start("serve", "--dtls", "127.0.0.1:0", "--psk", key, "--once", "1");
        string address = await AddressAsync(server);
        ToolRun client = await ToolRun.CompleteAsync("connect", address, "--psk", key, "--send", folder["file"]);
        Assert.Empty(client.Errors);
        await ToolRun.FailsAsync("--dtls needs --key FILE, or --psk KEY:IDENTITY without a certificate", "serve", "--dtls", "127.0.0.1:0", "--psk", key, "--cert", folder["file"]);
    }

    [Fact]
    public async Task Suite_group_and_client_certificate_are_as_asked()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        await using ToolRun server = ToolRun.Start(folder.Serve("--client-ca", folder["ca.pem"], "--cookie", "never", "--mtu", "400", "--suite", "TLS_AES_256_GCM_SHA384"));
        ToolRun client = await ToolRun.CompleteAsync(folder.Connect(
            await AddressAsync(server), "--name", "localhost", "--cert", folder["client.pem"], "--key", folder["client.key"], "--group", "secp256r1", "--mtu", "300", "--send", folder["file"]));
        Assert.Equal(0, await client.Exit);
        string connected = await server.LineAsync("connected ");
        Assert.Contains("suite=TLS_AES_256_GCM_SHA384 group=secp256r1 hrr=no client-cert=CN=client", connected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pin_replaces_chain_and_name()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        using var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificateFromFile(folder["server.pem"]);
        string pin = certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256);
        await using ToolRun server = ToolRun.Start(folder.Serve());
        string address = await AddressAsync(server);
        Assert.Equal(0, await (await ToolRun.CompleteAsync("connect", address, "--name", "elsewhere.example", "--pin", pin, "--send", folder["file"])).Exit);
        Assert.Equal(0, await (await ToolRun.CompleteAsync("connect", address, "--dangerous-accept-any-certificate", "--send", folder["file"])).Exit);
        await ToolRun.FailsAsync("is not a pinned one", "connect", address, "--pin", new string('0', 64));
    }

    [Fact]
    public async Task The_key_log_names_both_directions_and_is_private()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        await using ToolRun server = ToolRun.Start(folder.Serve());
        ToolRun client = await ToolRun.CompleteAsync(folder.Connect(await AddressAsync(server), "--send", folder["file"], "--dangerous-key-log", folder["keys"]));
        Assert.Equal(0, await client.Exit);
        string log = File.ReadAllText(folder["keys"]);
        Assert.Contains("CLIENT_TRAFFIC_SECRET_0 ", log, StringComparison.Ordinal);
        Assert.Contains("SERVER_TRAFFIC_SECRET_0 ", log, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["keys"]));
    }

    internal static async Task<string> AddressAsync(ToolRun server) => (await server.LineAsync("listening "))["listening ".Length..];
}
