using System.Net;

namespace Sockets.Tests.Tls;

public sealed class TlsTransferTests
{
    private static readonly TlsClientContext Client = TlsIdentity.CreateClient();
    private static readonly TlsServerContext Server = TlsIdentity.CreateServer();

    [Fact]
    public async Task AProgramForTcpWorksUnderTlsByItsOptionsAlone()
    {
        await using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new SocketListenerOptions().UseTls(Server));
        await using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, new SocketClientOptions().UseTls(TlsIdentity.CreateClient(options => options.TargetHost = TlsPair.HostName)));
        await using Socket server = await listener.AcceptAsync();

        await client.SendAsync("ping"u8.ToArray());
        byte[] buffer = new byte[16];
        Assert.Equal(4, (await server.ReceiveAsync(buffer)).Count);
        await server.SendAsync("pong"u8.ToArray());
        Assert.Equal(4, (await client.ReceiveAsync(buffer)).Count);
        Assert.Equal("pong"u8, buffer.AsSpan(0, 4));
    }

    [Fact]
    public async Task SecurityTellsWhatWasAgreedOn()
    {
        await using TlsPair pair = await TlsPair.OpenAsync(Client, Server);

        SocketSecurityInfo client = pair.Client.Security!;
        Assert.Equal("TLS 1.3", client.Protocol);
        Assert.StartsWith("TLS_", client.CipherSuite, StringComparison.Ordinal);
        Assert.Equal(TlsPair.HostName, client.ServerName);
        Assert.True(client.ApplicationProtocol.IsEmpty);
        Assert.Equal(2, client.PeerCertificates.Count);
        Assert.True(client.HandshakeDuration > TimeSpan.Zero);
        Assert.Equal(client.CipherSuite, pair.Server.Security!.CipherSuite);
        Assert.Equal(TlsPair.HostName, pair.Server.Security.ServerName);
        Assert.Empty(pair.Server.Security.PeerCertificates);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task BytesArriveWholeInChunksOfAnySize(int seed)
    {
        await using TlsPair pair = await TlsPair.OpenAsync(Client, Server, bufferSize: seed % 2 == 0 ? 4096 : null);

        await Task.WhenAll(
            Streams.SendRandomAsync(pair.Client, seed, 2_000_000),
            Streams.SendRandomAsync(pair.Server, seed + 100, 2_000_000),
            Streams.ReceiveRandomAsync(pair.Server, seed, 2_000_000),
            Streams.ReceiveRandomAsync(pair.Client, seed + 100, 2_000_000)).WaitAsync(Waiting.HangGuard);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public async Task SynchronousCallsCarryTheSame(int seed)
    {
        await using TlsPair pair = TlsPair.Closed(Client, Server, bufferSize: seed % 2 == 0 ? 4096 : null);

        // The calls drive the handshake as well.
        await Task.WhenAll(
            Task.Factory.StartNew(() => Streams.SendRandom(pair.Client, seed, 1_000_000), TaskCreationOptions.LongRunning),
            Task.Factory.StartNew(() => Streams.ReceiveRandom(pair.Server, seed, 1_000_000), TaskCreationOptions.LongRunning)).WaitAsync(Waiting.HangGuard);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void OneThreadDrivesBothEndsWithoutTheThreadPool(int seed)
    {
        TlsPair pair = TlsPair.Closed(Client, Server, bufferSize: seed % 2 == 0 ? 4096 : null);
        var toServer = new Streams.Conveyor(pair.Client, pair.Server, seed, 1_500_000);
        var toClient = new Streams.Conveyor(pair.Server, pair.Client, seed + 100, 1_500_000);
        long started = Environment.TickCount64;
        while (!toServer.Turn() | !toClient.Turn())
            Assert.True(Environment.TickCount64 - started < Waiting.HangGuard.TotalMilliseconds, "It hangs.");

        Assert.Equal(0, ((Sockets.Links.Tls.TlsLink)pair.Client.Link).StarvedReads);
        Assert.Equal(0, ((Sockets.Links.Tls.TlsLink)pair.Server.Link).StarvedReads);
        pair.Client.Dispose();
        pair.Server.Dispose();
    }
}
