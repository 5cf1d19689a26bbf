using System.Net;
using System.Net.Sockets;
using Sockets.Testing;
using Sockets.Tests.Dialing;

namespace Sockets.Tests.Connecting;

/// <summary>How a <see cref="Socket"/> comes about, or does not, over plain streams and datagrams on the loopback.</summary>
public sealed class SocketConnectTests : IDisposable
{
    private static readonly TableResolver Loopback = new([IPAddress.IPv6Loopback], [IPAddress.Loopback]);

    private readonly LoopbackPort _port = new();
    private readonly SystemSocket _listener;

    public SocketConnectTests()
    {
        _listener = _port.IPv4;
        _listener.Listen();
    }

    private IPEndPoint Listening => _port.EndPoint;

    public void Dispose() => _port.Dispose();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("service.example")]
    public async Task By_name_or_address(string host)
    {
        SocketClientOptions options = Plain();
        options.NameResolver = Loopback;
        using Socket socket = await Socket.ConnectAsync(host, Listening.Port, options);
        await AssertUsableAsync(socket);
    }

    [Fact]
    public async Task By_every_kind_of_end_point()
    {
        using (Socket socket = await Socket.ConnectAsync(Listening, Plain()))
            await AssertUsableAsync(socket);
        using (Socket socket = await Socket.ConnectAsync(new DnsEndPoint("127.0.0.1", Listening.Port), Plain()))
            await AssertUsableAsync(socket);
        using (Socket socket = await Socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback.MapToIPv6(), Listening.Port), Plain()))
            await AssertUsableAsync(socket);
    }

    [Fact]
    public async Task By_IPv6_with_and_without_brackets()
    {
        using var listener = new SystemSocket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        listener.Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        foreach (string host in new[] { "::1", "[::1]", "0:0::1" })
        {
            using Socket socket = await Socket.ConnectAsync(host, port, Plain());
            Assert.Equal(listener.LocalEndPoint, socket.RemoteEndPoint);
        }

        await Assert.ThrowsAsync<ArgumentException>(() => Socket.ConnectAsync("[::1]:80", port, Plain()).AsTask());
    }

    [Fact]
    public async Task By_the_path_of_a_Unix_socket()
    {
        string path = Path.Combine(Path.GetTempPath(), $"sockets-{Guid.NewGuid():N}");
        using var listener = new SystemSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var endPoint = new UnixDomainSocketEndPoint(path);
        listener.Bind(endPoint);
        listener.Listen();
        using (Socket socket = await Socket.ConnectAsync(endPoint, Plain()))
        {
            using SystemSocket accepted = await listener.AcceptAsync();
            await AssertUsableAsync(socket, accepted);
        }

        File.Delete(path);
        SocketFailureException failure = await FailureAsync(Socket.ConnectAsync(endPoint, Plain()));
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blocking_and_asynchronous_do_the_same()
    {
        using (Socket socket = Socket.Connect(Listening, Plain()))
            await AssertUsableAsync(socket);
        using (Socket socket = Socket.Connect("localhost", Listening.Port, Plain()))
            await AssertUsableAsync(socket);
        SocketFailureException failure = Assert.Throws<SocketFailureException>(() => Socket.Connect("none.invalid", 1, Plain()));
        Assert.Equal(SocketFailureReason.HostNotFound, failure.Reason);
    }

    [Fact]
    public async Task It_comes_from_the_local_end_point()
    {
        SocketClientOptions options = Plain();
        options.NameResolver = Loopback;
        options.LocalEndPoint = new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0);
        using Socket socket = await Socket.ConnectAsync("service.example", Listening.Port, options);
        Assert.Equal(IPAddress.Parse("127.0.0.2"), ((IPEndPoint)socket.LocalEndPoint!).Address);
        await AssertUsableAsync(socket);
        // No address of the other family can be reached from there.
        SocketFailureException failure = await FailureAsync(Socket.ConnectAsync("::1", Listening.Port, options));
        Assert.Equal(SocketFailureReason.AddressNotAvailable, failure.Reason);
    }

    [Fact]
    public async Task Datagrams_by_name()
    {
        using var peer = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        peer.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SocketClientOptions options = Plain();
        options.Transport = SocketTransport.Datagram;
        options.NameResolver = new TableResolver([], [IPAddress.Loopback]);
        using Socket socket = await Socket.ConnectAsync("service.example", ((IPEndPoint)peer.LocalEndPoint!).Port, options);
        Assert.Equal(peer.LocalEndPoint, socket.RemoteEndPoint);
        await socket.SendAsync(new byte[] { 7 });
        byte[] received = new byte[2];
        Assert.Equal(1, await peer.ReceiveAsync(received));
    }

    [Fact]
    public async Task Without_a_choice_of_security_nothing_is_sent()
    {
        InvalidOperationException misuse = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Socket.ConnectAsync(Listening, new SocketClientOptions()).AsTask());
        Assert.Contains("UsePlaintext", misuse.Message, StringComparison.Ordinal);
        Assert.False(_listener.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public async Task Nobody_listens()
    {
        using var nobody = new LoopbackPort();
        IPEndPoint endPoint = nobody.EndPoint;
        SocketFailureException failure = await FailureAsync(Socket.ConnectAsync(endPoint, Plain()));
        Assert.Equal(SocketFailureReason.ConnectionRefused, failure.Reason);
        Assert.Equal(SocketError.ConnectionRefused, failure.SocketError);
        Assert.Contains(endPoint.ToString(), failure.Message, StringComparison.Ordinal);

        SocketClientOptions options = Plain();
        options.NameResolver = Loopback;
        failure = await FailureAsync(Socket.ConnectAsync("service.example", endPoint.Port, options));
        Assert.Equal(SocketFailureReason.ConnectionRefused, failure.Reason);
        Assert.Contains($"[::1]:{endPoint.Port} refused the connection; 127.0.0.1:{endPoint.Port} refused the connection", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_does_not_exist()
    {
        SocketClientOptions options = Plain();
        options.NameResolver = new TableResolver([], []);
        SocketFailureException failure = await FailureAsync(Socket.ConnectAsync("service.example", 1, options));
        Assert.Equal(SocketFailureReason.HostNotFound, failure.Reason);
        Assert.Contains("service.example", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_deadline_covers_resolving()
    {
        var time = new VirtualTimeProvider();
        SocketClientOptions options = Plain(time);
        options.NameResolver = new TableResolver(null, null);
        ValueTask<Socket> connect = Socket.ConnectAsync("silent.example", 1, options);
        time.Advance(options.ConnectTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(connect.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        SocketFailureException failure = await FailureAsync(connect);
        Assert.Equal(SocketFailureReason.TimedOut, failure.Reason);
        Assert.Contains("within 15 s: the time was used up resolving silent.example", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_deadline_covers_connecting()
    {
        using var full = new FullListener();
        var time = new VirtualTimeProvider();
        ValueTask<Socket> connect = Socket.ConnectAsync(full.EndPoint, Plain(time));
        Assert.False(connect.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(15));
        SocketFailureException failure = await FailureAsync(connect);
        Assert.Equal(SocketFailureReason.TimedOut, failure.Reason);
        Assert.Contains($"the time was used up connecting to {full.EndPoint}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_never_answers_does_not_keep_the_others_waiting()
    {
        using var full = new FullListener();
        var own = IPAddress.Parse("127.86.52.1"); // where no other test takes ports
        using var second = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        second.Bind(new IPEndPoint(own, full.EndPoint.Port));
        second.Listen();
        var time = new VirtualTimeProvider();
        SocketClientOptions options = Plain(time);
        options.NameResolver = new TableResolver([], [IPAddress.Loopback, own]);
        ValueTask<Socket> connect = Socket.ConnectAsync("service.example", full.EndPoint.Port, options);
        Assert.False(connect.IsCompleted);
        time.Advance(options.ConnectionAttemptDelay);
        using Socket socket = await connect;
        Assert.Equal(second.LocalEndPoint, socket.RemoteEndPoint);
    }

    [Fact]
    public async Task Cancellation_ends_resolving_and_connecting()
    {
        using var full = new FullListener();
        SocketClientOptions options = Plain();
        options.NameResolver = new TableResolver(null, null);
        foreach (EndPoint endPoint in new EndPoint[] { full.EndPoint, new DnsEndPoint("silent.example", 1) })
        {
            using var cancellation = new CancellationTokenSource();
            ValueTask<Socket> connect = Socket.ConnectAsync(endPoint, options, cancellation.Token);
            Assert.False(connect.IsCompleted);
            await cancellation.CancelAsync();
            OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connect.AsTask());
            Assert.Equal(cancellation.Token, cancelled.CancellationToken);
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Socket.ConnectAsync(Listening, Plain(), new CancellationToken(true)).AsTask());
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("host.example", 0)]
    [InlineData("host.example", 65536)]
    public async Task Misuse_is_told_from_failure(string host, int port) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Socket.ConnectAsync(host, port, Plain()));

    private static SocketClientOptions Plain(TimeProvider? time = null) =>
        new SocketClientOptions { TimeProvider = time ?? TimeProvider.System }.UsePlaintext();

    private static async Task<SocketFailureException> FailureAsync(ValueTask<Socket> connect) =>
        await Assert.ThrowsAsync<SocketFailureException>(() => connect.AsTask()).WaitAsync(Waiting.HangGuard);

    private async Task AssertUsableAsync(Socket socket)
    {
        using SystemSocket accepted = await _listener.AcceptAsync();
        Assert.Equal(Listening, socket.RemoteEndPoint);
        await AssertUsableAsync(socket, accepted);
    }

    private static async Task AssertUsableAsync(Socket socket, SystemSocket accepted)
    {
        Assert.Equal(SocketState.Open, socket.State);
        Assert.Null(socket.Security);
        Assert.Equal(1, await socket.SendAsync(new byte[] { 42 }));
        byte[] buffer = new byte[4];
        Assert.Equal(1, await accepted.ReceiveAsync(buffer));
        Assert.Equal(42, buffer[0]);
        Assert.Equal(2, await accepted.SendAsync(new byte[] { 4, 2 }));
        SocketReceiveResult received = await socket.ReceiveAsync(buffer);
        Assert.Equal(2, received.Count);
    }
}
