using System.Net;
using System.Net.Sockets;
using Sockets.Testing;

namespace Sockets.Tests.Listening;

/// <summary>A UDP server: one socket, a connection for each peer.</summary>
public sealed class DatagramTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task APeersFirstDatagramWaitsInItsConnection(string address)
    {
        await using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Parse(address), 0), Listeners.PlainDatagrams);
        await using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        await client.SendAsync("ping"u8.ToArray());
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        byte[] buffer = new byte[16];

        Assert.Equal(client.LocalEndPoint, server.RemoteEndPoint);
        Assert.Equal(listener.LocalEndPoint, server.LocalEndPoint);
        Assert.Equal(4, (await server.ReceiveAsync(buffer, Listeners.Guard)).Count);
        await server.SendAsync("pong"u8.ToArray());
        Assert.Equal(4, (await client.ReceiveAsync(buffer, Listeners.Guard)).Count);
        await Listeners.ExchangeAsync(client, server);
    }

    [Fact]
    public async Task PeersAreToldApart()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.PlainDatagrams);
        var clients = new List<Socket>();
        var servers = new Dictionary<EndPoint, Socket>();
        for (int i = 0; i < 20; i++)
        {
            Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
            clients.Add(client);
            await client.SendAsync(new[] { (byte)i });
            Socket server = await listener.AcceptAsync(Listeners.Guard);
            servers.Add(server.RemoteEndPoint!, server);
        }

        byte[] buffer = new byte[16];
        for (int i = 0; i < clients.Count; i++)
        {
            Socket server = servers[clients[i].LocalEndPoint!];
            Assert.Equal(1, (await server.ReceiveAsync(buffer, Listeners.Guard)).Count);
            Assert.Equal(i, buffer[0]);
            await Listeners.ExchangeAsync(clients[i], server);
        }

        Assert.Equal(20, listener.Statistics.ActiveConnections);
        foreach (Socket socket in clients.Concat(servers.Values))
            socket.Dispose();
        Assert.Equal(0, listener.Statistics.ActiveConnections);
    }

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.2")]
    [InlineData("::", "127.0.0.2")]
    [InlineData("::", "::1")]
    public async Task AWildcardSocketAnswersFromTheAddressThatWasAsked(string bound, string asked)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Elsewhere the system chooses the address.");
        await using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Parse(bound), 0), Listeners.PlainDatagrams);
        var target = new IPEndPoint(IPAddress.Parse(asked), ((IPEndPoint)listener.LocalEndPoint).Port);
        // Not connected: it takes answers from anywhere, and says where from.
        using var client = new SystemSocket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        client.Bind(new IPEndPoint(target.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0));
        client.SendTo("ping"u8, target);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        byte[] buffer = new byte[16];
        Assert.Equal(4, (await server.ReceiveAsync(buffer, Listeners.Guard)).Count);
        await server.SendAsync("pong"u8.ToArray());
        SocketReceiveFromResult answer = await client.ReceiveFromAsync(buffer, new IPEndPoint(target.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0), Listeners.Guard);

        Assert.Equal(target, answer.RemoteEndPoint);
        IPAddress local = ((IPEndPoint)server.LocalEndPoint!).Address;
        Assert.Equal(target.Address, local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local);
    }

    [Fact]
    public async Task ThePeerThatAsksTwoAddressesHasTwoConnections()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Elsewhere the system does not tell which address was asked.");
        await using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Any, 0), Listeners.PlainDatagrams);
        int port = ((IPEndPoint)listener.LocalEndPoint).Port;
        using var client = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        client.Bind(Listeners.AnyPort);
        client.SendTo("1"u8, new IPEndPoint(IPAddress.Parse("127.0.0.1"), port));
        client.SendTo("2"u8, new IPEndPoint(IPAddress.Parse("127.0.0.2"), port));
        await using Socket first = await listener.AcceptAsync(Listeners.Guard);
        await using Socket second = await listener.AcceptAsync(Listeners.Guard);

        Assert.Equal(first.RemoteEndPoint, second.RemoteEndPoint);
        Assert.NotEqual(first.LocalEndPoint, second.LocalEndPoint);
    }

    [Fact]
    public async Task EmptyAndLargestDatagramsKeepTheirBoundaries()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.PlainDatagrams);
        await using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        byte[] large = new byte[client.MaxDatagramLength];
        large.AsSpan().Fill(7);
        await client.SendAsync(ReadOnlyMemory<byte>.Empty);
        await client.SendAsync(large);
        await client.SendAsync("tail"u8.ToArray());
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        byte[] buffer = new byte[70_000];

        Assert.Equal(new SocketReceiveResult(0), await server.ReceiveAsync(buffer, Listeners.Guard));
        Assert.Equal(new SocketReceiveResult(large.Length), await server.ReceiveAsync(buffer, Listeners.Guard));
        Assert.True(buffer.AsSpan(0, large.Length).SequenceEqual(large));
        Assert.Equal(new SocketReceiveResult(2, IsTruncated: true), await server.ReceiveAsync(buffer.AsMemory(0, 2), Listeners.Guard));
        Assert.Equal(large.Length, server.MaxDatagramLength);
        Assert.Throws<SocketFailureException>(() => server.Send(new byte[large.Length + 1]));
        await Listeners.ExchangeAsync(client, server);
    }

    [Fact]
    public async Task AFullQueueDropsTheNewest()
    {
        SocketListenerOptions options = Listeners.PlainDatagrams;
        options.ReceiveQueueSize = 3 * (1 + 64);
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        await using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        await client.SendAsync(new byte[] { 0 });
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        var link = (Sockets.Links.UdpServerLink)server.Link;
        for (byte i = 1; i < 10; i++)
            await client.SendAsync(new[] { i });
        await Listeners.UntilAsync(() => link.Dropped == 7);

        byte[] buffer = new byte[1];
        for (int i = 0; i < 3; i++)
        {
            Assert.True(server.TryReceive(buffer, out _));
            Assert.Equal(i, buffer[0]);
        }

        Assert.False(server.TryReceive(buffer, out _));
        await Listeners.ExchangeAsync(client, server);
    }

    [Fact]
    public async Task PeersBeyondTheLimitAreDroppedAndCountedUntilAPlaceIsFree()
    {
        SocketListenerOptions options = Listeners.PlainDatagrams;
        options.MaxConnections = 2;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        var clients = new List<Socket>();
        var servers = new List<Socket>();
        for (int i = 0; i < 2; i++)
        {
            clients.Add(await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient));
            await clients[i].SendAsync("x"u8.ToArray());
            servers.Add(await listener.AcceptAsync(Listeners.Guard));
        }

        await using Socket third = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        await third.SendAsync("lost"u8.ToArray());
        await Listeners.UntilAsync(() => listener.Statistics.RefusedByLimit == 1);
        Assert.False(listener.TryAccept(out _));

        servers[0].Dispose();
        await third.SendAsync("seen"u8.ToArray());
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        Assert.Equal(third.LocalEndPoint, server.RemoteEndPoint);
        Assert.Equal(4, (await server.ReceiveAsync(new byte[8], Listeners.Guard)).Count);
        foreach (Socket socket in clients.Concat(servers))
            socket.Dispose();
    }

    [Fact]
    public async Task PeersThatNobodyAcceptsAreBounded()
    {
        SocketListenerOptions options = Listeners.PlainDatagrams;
        options.AcceptQueueLength = 4;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        var clients = new List<Socket>();
        for (int i = 0; i < 64; i++)
        {
            clients.Add(await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient));
            await clients[i].SendAsync("x"u8.ToArray());
        }

        // The queue, as many again behind it, and the one between the two.
        await Listeners.UntilAsync(() => listener.Statistics.DroppedByQueue >= 64 - 9);
        Assert.InRange(listener.Statistics.ActiveConnections, 4, 9);
        foreach (Socket client in clients)
            client.Dispose();
    }

    [Fact]
    public async Task ASilentPeerIsForgotten()
    {
        var time = new VirtualTimeProvider();
        SocketListenerOptions options = Listeners.PlainDatagrams;
        options.TimeProvider = time;
        options.DatagramIdleTimeout = TimeSpan.FromSeconds(60);
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        await using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        await client.SendAsync("1"u8.ToArray());
        Socket first = await listener.AcceptAsync(Listeners.Guard);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1, (await first.ReceiveAsync(new byte[8], Listeners.Guard)).Count);
        await first.SendAsync("alive"u8.ToArray()); // counts as well
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(first.TryReceive(new byte[8], out _));
        time.Advance(TimeSpan.FromSeconds(16));

        await Listeners.AssertClosedAsync(() => first.SendAsync(new byte[8]).AsTask());
        await Listeners.AssertClosedAsync(() => first.ReceiveAsync(new byte[8], Listeners.Guard).AsTask());
        Assert.Equal(SocketState.Closed, first.State);
        await client.SendAsync("22"u8.ToArray());
        await using Socket second = await listener.AcceptAsync(Listeners.Guard);
        Assert.Equal(2, (await second.ReceiveAsync(new byte[8], Listeners.Guard)).Count);
        Assert.Equal(2, listener.Statistics.ActiveConnections);
        first.Dispose();
        Assert.Equal(1, listener.Statistics.ActiveConnections);
    }

    [Fact]
    public async Task APendingReceiveEndsWithItsSocketItsTokenOrItsListener()
    {
        var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.PlainDatagrams);
        await using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        await using Socket other = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        await client.SendAsync("1"u8.ToArray());
        Socket first = await listener.AcceptAsync(Listeners.Guard);
        await other.SendAsync("2"u8.ToArray());
        Socket second = await listener.AcceptAsync(Listeners.Guard);
        byte[] buffer = new byte[8];
        await first.ReceiveAsync(buffer, Listeners.Guard);
        await second.ReceiveAsync(buffer, Listeners.Guard);

        using var source = new CancellationTokenSource();
        Task pending = first.ReceiveAsync(buffer, source.Token).AsTask();
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        await Listeners.ExchangeAsync(client, first);

        pending = first.ReceiveAsync(buffer).AsTask();
        first.Dispose();
        await Listeners.AssertClosedAsync(() => pending);

        pending = second.ReceiveAsync(buffer).AsTask();
        await listener.DisposeAsync();
        await Listeners.AssertClosedAsync(() => pending);
        await Listeners.AssertClosedAsync(() => second.SendAsync(buffer).AsTask());
        second.Dispose();
        Assert.Equal(0, listener.Statistics.ActiveConnections);
    }

    [Fact]
    public async Task BlockingReceivesWaitAndTimeOut()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.PlainDatagrams);
        await using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        client.Send("1"u8);
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        byte[] buffer = new byte[8];
        Assert.Equal(1, server.Receive(buffer).Count);
        Task<SocketReceiveResult> receiving = Task.Factory.StartNew(() => server.Receive(buffer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        client.Send("22"u8);
        Assert.Equal(2, (await receiving.WaitAsync(Listeners.Guard)).Count);

        server.ReceiveTimeout = TimeSpan.FromMilliseconds(1);
        Assert.Equal(SocketFailureReason.TimedOut, Assert.Throws<SocketFailureException>(() => server.Receive(buffer)).Reason);
        client.Send("333"u8);
        server.ReceiveTimeout = Waiting.HangGuard;
        Assert.Equal(3, server.Receive(buffer).Count);
    }

    [Fact]
    public async Task AnotherSocketOnThePortIsNoticed()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.PlainDatagrams);
        SocketFailureException failure = Assert.Throws<SocketFailureException>(() => SocketListener.Bind(listener.LocalEndPoint, Listeners.PlainDatagrams));
        Assert.Equal(SocketFailureReason.AddressInUse, failure.Reason);
    }
}
