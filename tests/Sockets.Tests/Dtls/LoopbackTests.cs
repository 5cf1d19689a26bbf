using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Tests;

public class LoopbackTests
{
    [Fact]
    public async Task Datagrams_go_both_ways_and_both_ends_agree_on_what_was_negotiated()
    {
        await using Loopback loopback = Loopback.Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();

        await client.SendAsync("from the client"u8.ToArray());
        Assert.Equal("from the client"u8.ToArray(), await server.ReadAsync());
        await server.SendAsync("from the server"u8.ToArray());
        Assert.Equal("from the server"u8.ToArray(), await client.ReadAsync());

        Assert.Equal(DtlsRole.Client, client.Role);
        Assert.Equal(DtlsRole.Server, server.Role);
        Assert.Equal(client.CipherSuite, server.CipherSuite);
        Assert.Equal(client.Group, server.Group);
        Assert.True(client.UsedHelloRetryRequest, "the cookie");
        Assert.Equal("localhost", server.ServerName);
        Assert.Equal(loopback.Listener.LocalEndPoint, client.RemoteEndPoint);
        Assert.Equal(client.LocalEndPoint, server.RemoteEndPoint);
        Assert.True(client.HandshakeDuration > TimeSpan.Zero);
        using X509Certificate2? certificate = client.GetPeerCertificate();
        Assert.Equal("CN=server", certificate?.Subject);
        Assert.Null(server.GetPeerCertificate());
    }

    [Fact]
    public async Task Many_peers_share_one_socket_and_get_their_own_answers()
    {
        const int Peers = 32;
        var handler = new EchoHandler();
        await using Loopback loopback = Loopback.Start((options, _) => options.Handler = handler);

        DtlsChannel[] clients = await Task.WhenAll(Enumerable.Range(0, Peers).Select(_ => loopback.ConnectAsync()));
        await Task.WhenAll(clients.Select(async (client, index) =>
        {
            for (byte round = 0; round < 5; round++)
            {
                byte[] question = [(byte)index, round, 42];
                Assert.Equal(question, await client.AskAsync(question));
            }
        }));
        Assert.Equal(Peers, loopback.Listener.ConnectionCount);
    }

    [Theory]
    [InlineData(CipherSuite.Aes128GcmSha256, NamedGroup.X25519)]
    [InlineData(CipherSuite.Aes256GcmSha384, NamedGroup.Secp256r1)]
    [InlineData(CipherSuite.ChaCha20Poly1305Sha256, NamedGroup.Secp384r1)]
    public async Task Suite_and_group_can_be_chosen(CipherSuite suite, NamedGroup group)
    {
        if (!CryptoProviders.Default.CipherSuites.Contains(suite) || !CryptoProviders.Default.Groups.Contains(group))
            Assert.Skip($"{CryptoProviders.Default.Name} lacks {suite} or {group}.");
        await using Loopback loopback = Loopback.Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options =>
        {
            options.CipherSuites = [suite];
            options.Groups = [group];
        });
        Assert.Equal((suite, group), (server.CipherSuite, server.Group));
        Assert.Equal((suite, group), (client.CipherSuite, client.Group));
    }

    [Fact]
    public async Task Without_a_cookie_there_is_no_extra_round_trip()
    {
        await using Loopback loopback = Loopback.Start((options, _) => options.RequireCookie = false);
        DtlsChannel client = await loopback.ConnectAsync();
        Assert.False(client.UsedHelloRetryRequest);
    }

    [Theory]
    [InlineData(TestCertificateKind.EcdsaP384)]
    [InlineData(TestCertificateKind.Rsa2048)]
    [InlineData(TestCertificateKind.Ed25519)]
    public async Task Certificates_of_every_kind_of_key_work(TestCertificateKind kind)
    {
        TestCertificate certificate = TestCertificates.Get(kind);
        DtlsSigner signer;
        try
        {
            signer = CryptoProviders.Default.ImportPrivateKey(certificate.PrivateKey);
        }
        catch (System.Security.Cryptography.CryptographicException) when (kind == TestCertificateKind.Ed25519)
        {
            Assert.Skip($"{CryptoProviders.Default.Name} has no Ed25519.");
            return;
        }

        await using Loopback loopback = Loopback.Start((options, _) => options.Credentials = [new DtlsCredential(certificate.Chain, signer)]);
        DtlsChannel client = await loopback.ConnectAsync(options =>
        {
            options.TargetHost = TestCertificates.HostName;
            options.Trust = PeerTrust.Anchors([TestCertificates.Authority]);
        });
        Assert.Contains(client.PeerSignatureScheme, signer.Schemes);
    }

    [Fact]
    public async Task A_certificate_chain_of_many_datagrams_arrives()
    {
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            options.Credentials = [DtlsCredentialLoader.FromCertificate(authority.Issue(["localhost"], padding: 20_000))];
            options.MaxDatagramSize = 400;
        });
        DtlsChannel client = await loopback.ConnectAsync();
        Assert.True(client.PeerCertificates[0].Length > 20_000);
    }

    [Fact]
    public async Task Application_protocols_are_negotiated_or_refused()
    {
        await using Loopback loopback = Loopback.Start((options, _) => options.ApplicationProtocols = [new("coap"), new("echo")]);
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options => options.ApplicationProtocols = [new("echo")]);
        Assert.Equal("echo", client.ApplicationProtocol.ToString());
        Assert.Equal("echo", server.ApplicationProtocol.ToString());

        DtlsException refusal = await loopback.FailToConnectAsync(options => options.ApplicationProtocols = [new("other")]);
        Assert.Equal(DtlsFailureReason.PeerAlert, refusal.Reason);
        Assert.Equal(AlertDescription.NoApplicationProtocol, refusal.Failure!.Alert);
        Assert.Contains("no_application_protocol", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exporters_agree_and_depend_on_label_and_context()
    {
        await using Loopback loopback = Loopback.Start();
        (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync();
        byte[] Export(DtlsChannel channel, string label, byte[] context)
        {
            byte[] secret = new byte[40];
            channel.ExportKeyingMaterial(label, context, secret);
            return secret;
        }

        Assert.Equal(Export(client, "EXPERIMENTAL-a", []), Export(server, "EXPERIMENTAL-a", []));
        Assert.NotEqual(Export(client, "EXPERIMENTAL-a", []), Export(client, "EXPERIMENTAL-b", []));
        Assert.NotEqual(Export(client, "EXPERIMENTAL-a", []), Export(client, "EXPERIMENTAL-a", [1]));
    }

    [Fact]
    public async Task Keys_are_updated_in_both_directions_and_data_flows_on()
    {
        var handler = new EchoHandler();
        await using Loopback loopback = Loopback.Start((options, _) => options.Handler = handler);
        DtlsChannel client = await loopback.ConnectAsync();
        await client.AskAsync([1]);

        await client.UpdateKeysAsync(requestPeerUpdate: true).WaitAsync(Loopback.HangGuard);
        Assert.Equal([2], await client.AskAsync([2]));
        client.Settle();
        Assert.Equal(1, client.SendingKeyUpdates);
        Assert.Equal(1, client.ReceivingKeyUpdates);
        Assert.Contains("receiving keys", handler.Events);

        // The server's own update ends with an ACK of the client; another one before that would be the same one.
        using var guard = new CancellationTokenSource(Loopback.HangGuard);
        while (!handler.Events.Contains("sending keys") && !guard.IsCancellationRequested)
            await client.AskAsync([2]);
        Assert.Equal("update"u8.ToArray(), await client.AskOnceAsync("update"u8.ToArray()));
        Assert.Equal([3], await client.AskAsync([3]));
        client.Settle();
        Assert.Equal(2, client.ReceivingKeyUpdates);
    }

    [Fact]
    public async Task Works_over_IPv6_with_an_IP_address_as_the_name()
    {
        if (!SystemSocket.OSSupportsIPv6)
            Assert.Skip("This machine has no IPv6.");
        Loopback loopback;
        try
        {
            loopback = Loopback.Start(address: IPAddress.IPv6Loopback);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            Assert.Skip("This machine has no IPv6 loopback address.");
            return;
        }

        await using (loopback)
        {
            (DtlsChannel client, DtlsChannel server) = await loopback.ConnectPairAsync(options => options.TargetHost = null);
            Assert.Null(server.ServerName);
            await client.SendAsync(new byte[] { 7 });
            Assert.Equal([7], await server.ReadAsync());
        }
    }

    [Fact]
    public async Task A_dual_stack_listener_shows_IPv4_peers_as_IPv4()
    {
        if (!SystemSocket.OSSupportsIPv6)
            Assert.Skip("This machine has no IPv6.");
        Loopback loopback;
        try
        {
            loopback = Loopback.Start(address: IPAddress.IPv6Any);
        }
        catch (SocketException)
        {
            Assert.Skip("This machine has no IPv6.");
            return;
        }

        await using (loopback)
        {
            DtlsClientOptions options = loopback.ClientOptions();
            await using DtlsChannel client = await DtlsChannel.ConnectAsync("127.0.0.1", loopback.Listener.LocalEndPoint.Port, options).AsTask().WaitAsync(Loopback.HangGuard);
            DtlsChannel server = await loopback.AcceptAsync();
            Assert.Equal(client.LocalEndPoint, server.RemoteEndPoint);
        }
    }

    [Fact]
    public async Task A_host_name_is_resolved_and_every_address_is_tried()
    {
        await using Loopback loopback = Loopback.Start();
        DtlsClientOptions options = loopback.ClientOptions();
        options.TargetHost = null;
        await using DtlsChannel client = await DtlsChannel.ConnectAsync("localhost", loopback.Listener.LocalEndPoint.Port, options).AsTask().WaitAsync(Loopback.HangGuard);
        Assert.Equal("localhost", (await loopback.AcceptAsync()).ServerName);
    }

    [Fact]
    public async Task A_port_that_is_in_use_is_noticed()
    {
        await using Loopback loopback = Loopback.Start();
        SocketException exception = Assert.Throws<SocketException>(() =>
            DtlsListener.Bind(loopback.Listener.LocalEndPoint, new DtlsServerOptions { Credentials = [loopback.Authority.ServerCredential()] }));
        Assert.Equal(SocketError.AddressAlreadyInUse, exception.SocketErrorCode);
        Assert.Contains(loopback.Listener.LocalEndPoint.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_answering_is_a_timeout_that_names_the_peer()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var authority = new TestAuthority();
        var endPoint = (IPEndPoint)silent.Client.LocalEndPoint!;
        DtlsException exception = await Assert.ThrowsAsync<DtlsException>(() => DtlsChannel.ConnectAsync(
            endPoint,
            new DtlsClientOptions { Trust = authority.Trust, HandshakeTimeout = TimeSpan.FromMilliseconds(100) }).AsTask().WaitAsync(Loopback.HangGuard));
        Assert.Equal(DtlsFailureReason.HandshakeTimeout, exception.Reason);
        Assert.Contains($"{endPoint} does not answer", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_by_ICMP_is_a_hint_and_ends_nothing()
    {
        // Nobody has it; the server appears there while the client is trying.
        IPEndPoint endPoint = OwnPlace.Next();
        using var authority = new TestAuthority();
        var options = new DtlsClientOptions
        {
            TargetHost = "localhost",
            Trust = authority.Trust,
            ConfigureEngine = config => config with { InitialRetransmitTimeout = TimeSpan.FromMilliseconds(50) },
        };
        Task<DtlsChannel> connecting = DtlsChannel.ConnectAsync(endPoint, options).AsTask();
        Assert.False(connecting.IsCompleted);
        await using DtlsListener listener = DtlsListener.Bind(endPoint, new DtlsServerOptions { Credentials = [authority.ServerCredential()] });
        await using DtlsChannel client = await connecting.WaitAsync(Loopback.HangGuard);
        Assert.Equal(endPoint, client.RemoteEndPoint);
    }

    [Fact]
    public async Task Giving_up_cancels_the_handshake()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var authority = new TestAuthority();
        using var cancellation = new CancellationTokenSource();
        Task<DtlsChannel> connecting = DtlsChannel.ConnectAsync(
            (IPEndPoint)silent.Client.LocalEndPoint!, new DtlsClientOptions { Trust = authority.Trust }, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(Loopback.HangGuard));
    }
}
