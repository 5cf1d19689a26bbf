using System.Net;
using System.Net.Sockets;
using Sockets.Engine;
using Sockets.Tests.Connecting;

namespace Sockets.Tests.Dialing;

/// <summary>The same with real sockets on the loopback.</summary>
public sealed class SocketDialerTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("localhost")]
    public async Task It_connects_to_who_listens(string host)
    {
        using var port = new LoopbackPort();
        SystemSocket listener = host == "::1" ? port.IPv6 : port.IPv4;
        listener.Listen();
        using SystemSocket socket = await DialAsync(SocketNameResolver.System, host, port.Number);
        Assert.True(socket.Connected);
        Assert.False(socket.Blocking);
        Assert.Equal(listener.LocalEndPoint, socket.RemoteEndPoint);
    }

    [Fact]
    public async Task A_family_that_nobody_listens_on_is_no_hindrance()
    {
        using var port = new LoopbackPort();
        port.IPv4.Listen();
        var resolver = new TableResolver([IPAddress.IPv6Loopback], [IPAddress.Loopback]);
        using SystemSocket socket = await DialAsync(resolver, "service.example", port.Number);
        Assert.Equal(port.EndPoint, socket.RemoteEndPoint);
    }

    [Fact]
    public async Task Settings_and_the_local_end_point_come_before_connecting()
    {
        using var port = new LoopbackPort();
        port.IPv4.Listen();
        var local = new IPEndPoint(IPAddress.Loopback, 0);
        bool connectedTooEarly = true;
        var host = new SocketDialerHost(new TableResolver([IPAddress.IPv6Loopback], [IPAddress.Loopback]), SocketType.Stream, local, socket => connectedTooEarly = socket.Connected || socket.IsBound);
        var dialer = new Dialer<SystemSocket>(host, DialerOptions.Default.ForLocal(local));
        using SystemSocket socket = await dialer.ConnectAsync("service.example", port.Number, Soon(), CancellationToken.None);
        Assert.False(connectedTooEarly);
        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)socket.LocalEndPoint!).Address);
    }

    [Fact]
    public async Task Who_refuses_is_named()
    {
        using var port = new LoopbackPort();
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => DialAsync(SocketNameResolver.System, "127.0.0.1", port.Number));
        Assert.Equal(SocketFailureReason.ConnectionRefused, failure.Reason);
        Assert.Contains($"127.0.0.1:{port.Number} refused the connection", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resolver_that_never_answers_ends_at_the_deadline()
    {
        var dialer = new Dialer<SystemSocket>(new SocketDialerHost(new TableResolver(null, null), SocketType.Stream, null, null), DialerOptions.Default);
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(
            () => dialer.ConnectAsync("silent.example", 1, Deadline.After(TimeSpan.FromMilliseconds(30), TimeProvider.System), CancellationToken.None).AsTask());
        Assert.Equal(SocketFailureReason.TimedOut, failure.Reason);
        Assert.Contains("resolving silent.example", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Datagram_sockets_find_out_the_route()
    {
        var host = new SocketDialerHost(SocketNameResolver.System, SocketType.Dgram, null, null);
        var dialer = new Dialer<SystemSocket>(host, DialerOptions.Default);
        using SystemSocket socket = await dialer.ConnectAsync("127.0.0.1", 9, Soon(), CancellationToken.None);
        Assert.Equal(ProtocolType.Udp, socket.ProtocolType);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9), socket.RemoteEndPoint);
    }

    private static Task<SystemSocket> DialAsync(SocketNameResolver resolver, string name, int port) =>
        new Dialer<SystemSocket>(new SocketDialerHost(resolver, SocketType.Stream, null, null), DialerOptions.Default)
            .ConnectAsync(name, port, Soon(), CancellationToken.None).AsTask();

    private static Deadline Soon() => Deadline.After(Waiting.HangGuard, TimeProvider.System);
}
