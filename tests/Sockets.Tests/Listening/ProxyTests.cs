using System.Net;
using System.Net.Sockets;
using System.Text;
using Sockets.Testing;

namespace Sockets.Tests.Listening;

/// <summary>The PROXY protocol in front of accepted connections.</summary>
public sealed class ProxyTests
{
    private static readonly IPEndPoint Client = new(IPAddress.Parse("203.0.113.7"), 4711);
    private static readonly IPEndPoint Destination = new(IPAddress.Parse("198.51.100.1"), 443);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ATrustedProxySaysWhoTheClientIs(int version)
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Trusting());
        using SystemSocket proxy = await listener.ConnectSystemSocketAsync();
        byte[] header = version == 1 ? SocketProxyHeader.CreateVersion1(Client, Destination) : SocketProxyHeader.CreateVersion2(Client, Destination);
        await proxy.SendAsync(header.Concat("hello"u8.ToArray()).ToArray(), SocketFlags.None);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);

        Assert.Equal(Client, server.RemoteEndPoint);
        Assert.Equal(Destination, server.Proxied!.Destination);
        byte[] buffer = new byte[16];
        Assert.Equal(5, (await server.ReceiveAsync(buffer, Listeners.Guard)).Count); // exactly what was behind the header
        Assert.Equal("hello"u8, buffer.AsSpan(0, 5));
    }

    [Fact]
    public async Task AHeaderInSinglePiecesIsReadToItsLastByte()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Trusting());
        using SystemSocket proxy = await listener.ConnectSystemSocketAsync();
        proxy.NoDelay = true;
        foreach (byte one in SocketProxyHeader.CreateVersion2(Client, Destination).Append((byte)'!'))
            await proxy.SendAsync(new[] { one }, SocketFlags.None);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        byte[] buffer = new byte[16];

        Assert.Equal(Client, server.RemoteEndPoint);
        Assert.Equal(1, (await server.ReceiveAsync(buffer, Listeners.Guard)).Count);
        Assert.Equal((byte)'!', buffer[0]);
    }

    [Fact]
    public async Task AProxysOwnConnectionKeepsItsAddress()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Trusting());
        using SystemSocket proxy = await listener.ConnectSystemSocketAsync();
        await proxy.SendAsync(SocketProxyHeader.CreateLocal(), SocketFlags.None);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);

        Assert.True(server.Proxied!.IsLocal);
        Assert.Equal(proxy.LocalEndPoint, server.RemoteEndPoint);
    }

    [Fact]
    public async Task OfOthersTheHeaderIsDataLikeAnyOther()
    {
        SocketListenerOptions options = Listeners.Plain;
        options.Proxy = new SocketProxyOptions { TrustedSources = { IPNetwork.Parse("192.0.2.0/24") } };
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using SystemSocket stranger = await listener.ConnectSystemSocketAsync();
        byte[] header = SocketProxyHeader.CreateVersion1(Client, Destination);
        await stranger.SendAsync(header, SocketFlags.None);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        byte[] buffer = new byte[256];

        Assert.Null(server.Proxied);
        Assert.Equal(stranger.LocalEndPoint, server.RemoteEndPoint);
        Assert.Equal(header.Length, (await server.ReceiveAsync(buffer, Listeners.Guard)).Count);
        Assert.Equal(header, buffer[..header.Length]);
    }

    [Fact]
    public async Task ATrustedSourceWithoutAHeaderIsRefused()
    {
        var failed = new TaskCompletionSource<(EndPoint?, SocketFailureException)>();
        SocketListenerOptions options = Trusting();
        options.HandshakeFailed = (remote, failure) => failed.TrySetResult((remote, failure));
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using SystemSocket proxy = await listener.ConnectSystemSocketAsync();
        await proxy.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"), SocketFlags.None);
        (EndPoint? remote, SocketFailureException failure) = await failed.Task.WaitAsync(Listeners.Guard);

        Assert.Equal(proxy.LocalEndPoint, remote);
        Assert.Equal(SocketFailureReason.ProtocolError, failure.Reason);
        Assert.Equal(1, listener.Statistics.HandshakeFailures);
        Assert.Equal(0, listener.Statistics.Accepted);
        await Listeners.UntilAsync(() => listener.Statistics.ActiveConnections == 0);
        SocketException reset = await Assert.ThrowsAsync<SocketException>(() => proxy.ReceiveAsync(new byte[1], SocketFlags.None, Listeners.Guard).AsTask());
        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
    }

    [Fact]
    public async Task ASlowHeaderHoldsUpNobodyAndEndsAtItsDeadline()
    {
        var time = new VirtualTimeProvider();
        var failed = new TaskCompletionSource<SocketFailureException>();
        SocketListenerOptions options = Trusting();
        options.TimeProvider = time;
        options.Proxy!.HeaderTimeout = TimeSpan.FromSeconds(3);
        options.HandshakeFailed = (_, failure) => failed.TrySetResult(failure);
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using SystemSocket slow = await listener.ConnectSystemSocketAsync();
        await slow.SendAsync("PROXY "u8.ToArray(), SocketFlags.None);
        using SystemSocket quick = await listener.ConnectSystemSocketAsync();
        await quick.SendAsync(SocketProxyHeader.CreateVersion1(Client, Destination), SocketFlags.None);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        Assert.Equal(Client, server.RemoteEndPoint);

        await Listeners.UntilAsync(() => listener.Statistics.Handshakes == 1 && time.NextDue is not null);
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(SocketFailureReason.TimedOut, (await failed.Task.WaitAsync(Listeners.Guard)).Reason);
        await Listeners.UntilAsync(() => listener.Statistics.ActiveConnections == 1);
    }

    [Fact]
    public async Task WhoeverReachesATrustedUnixSocketIsAProxy()
    {
        using var folder = new Tool.TemporaryFolder();
        SocketListenerOptions options = Listeners.Plain;
        options.Proxy = new SocketProxyOptions { TrustUnixDomainPeers = true };
        await using var listener = SocketListener.Bind(folder["s"], options);
        using SystemSocket proxy = await listener.ConnectSystemSocketAsync();
        await proxy.SendAsync(SocketProxyHeader.CreateVersion1(Client, Destination), SocketFlags.None);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);

        Assert.Equal(Client, server.RemoteEndPoint);
    }

    [Fact]
    public void DatagramsHaveNoHeader()
    {
        SocketListenerOptions options = Listeners.PlainDatagrams;
        options.Proxy = new SocketProxyOptions();
        Assert.Throws<InvalidOperationException>(() => SocketListener.Bind(Listeners.AnyPort, options));
    }

    private static SocketListenerOptions Trusting()
    {
        SocketListenerOptions options = Listeners.Plain;
        options.Proxy = new SocketProxyOptions { TrustedSources = { IPNetwork.Parse("127.0.0.0/8") } };
        return options;
    }
}
