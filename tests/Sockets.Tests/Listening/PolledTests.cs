using System.Net;
using System.Net.Sockets;
using Sockets.Links;
using Sockets.Testing;

namespace Sockets.Tests.Listening;

/// <summary>A listener that nothing drives but its owner's thread.</summary>
public sealed class PolledTests
{
    [Fact]
    public async Task NothingRunsInTheBackground()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Polled(Listeners.Plain));
        Assert.False(listener.TryAccept(out _));
        await using Socket client = await listener.ConnectAsync();
        Assert.Equal(0, listener.Statistics.Accepted);
        await Assert.ThrowsAsync<InvalidOperationException>(() => listener.AcceptAsync().AsTask());

        Socket server = await listener.TakeAsync();
        await using (server)
            await Listeners.ExchangeAsync(client, server);
        Assert.False(listener.TryAccept(out _));
    }

    [Fact]
    public async Task ABlockingAcceptDrivesIt()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Polled(Listeners.Plain));
        Task<Socket> accepting = Task.Factory.StartNew(listener.Accept, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await using Socket client = await listener.ConnectAsync();
        await using Socket server = await accepting.WaitAsync(Listeners.Guard);
        await Listeners.ExchangeAsync(client, server);

        accepting = Task.Factory.StartNew(listener.Accept, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await listener.DisposeAsync();
        await Listeners.AssertClosedAsync(() => accepting.WaitAsync(Listeners.Guard));
    }

    [Fact]
    public async Task APollIsNotToldOfConnectionsThatThereIsNoRoomFor()
    {
        SocketListenerOptions options = Polled(Listeners.Plain);
        options.MaxConnections = 1;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using var poll = new SocketPoll();
        poll.Add(listener);
        await using Socket one = await listener.ConnectAsync();
        await using Socket two = await listener.ConnectAsync();
        Assert.Same(listener, Next(poll)!.Value.Listener);
        Assert.True(listener.TryAccept(out Socket? first));
        Assert.Null(Look(poll)); // level-triggered, and somebody is in the backlog
        Assert.False(listener.TryAccept(out _));

        first.Dispose();
        Assert.Same(listener, Next(poll)!.Value.Listener);
        Assert.True(listener.TryAccept(out Socket? second));
        await using (second)
            await Listeners.ExchangeAsync(two, second);
    }

    [Fact]
    public async Task APausedListenerIsNotReported()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Polled(Listeners.Plain));
        using var poll = new SocketPoll();
        poll.Add(listener);
        listener.Pause();
        await using Socket client = await listener.ConnectAsync();
        Assert.Null(Look(poll));
        Assert.False(listener.TryAccept(out _));
        listener.Resume();
        Assert.Same(listener, Next(poll)!.Value.Listener);
        Assert.True(listener.TryAccept(out Socket? server));
        server.Dispose();
    }

    [Fact]
    public async Task APollSeesWhatABackgroundListenerHasReady()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.Plain);
        using var poll = new SocketPoll();
        poll.Add(listener);
        Assert.Null(Look(poll));
        await using Socket client = await listener.ConnectAsync();
        Assert.Same(listener, Next(poll)!.Value.Listener);
        Assert.True(listener.TryAccept(out Socket? server));
        await using (server)
            await Listeners.ExchangeAsync(client, server);
        Assert.Null(Look(poll));
    }

    [Fact]
    public async Task PeersOfAUdpSocketAreServedByTheLoop()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Polled(Listeners.PlainDatagrams));
        using var poll = new SocketPoll();
        poll.Add(listener);
        var clients = new List<Socket>();
        for (int i = 0; i < 5; i++)
        {
            clients.Add(await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient));
            await clients[i].SendAsync(new[] { (byte)i });
        }

        int accepted = 0;
        int echoed = 0;
        byte[] buffer = new byte[16];
        while (echoed < 10)
        {
            SocketPollEvent found = Next(poll)!.Value;
            if (found.Listener is not null)
            {
                while (listener.TryAccept(out Socket? server))
                {
                    accepted++;
                    poll.Add(server, SocketEvents.Readable);
                }
            }
            else
            {
                while (found.Socket!.TryReceive(buffer, out SocketReceiveResult result))
                {
                    Assert.True(found.Socket.TrySend(buffer.AsSpan(0, result.Count), out _));
                    int client = buffer[0];
                    Assert.Equal(1, (await clients[client].ReceiveAsync(buffer, Listeners.Guard)).Count);
                    Assert.Equal(client, buffer[0]);
                    if (++echoed <= 5)
                        await clients[client].SendAsync(new[] { (byte)client });
                }
            }
        }

        Assert.Equal(5, accepted);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task SynchronousCallsPumpTheSharedSocket()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Polled(Listeners.PlainDatagrams));
        using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        client.Send("1"u8);
        using Socket server = listener.Accept();
        byte[] buffer = new byte[8];
        Assert.Equal(1, server.Receive(buffer).Count);
        client.Send("22"u8);
        Assert.Equal(2, server.Receive(buffer).Count);
        server.ReceiveTimeout = TimeSpan.FromMilliseconds(1);
        Assert.Equal(SocketFailureReason.TimedOut, Assert.Throws<SocketFailureException>(() => server.Receive(buffer)).Reason);
    }

    [Fact]
    public async Task TheLoopForgetsSilentPeers()
    {
        var time = new VirtualTimeProvider();
        SocketListenerOptions options = Polled(Listeners.PlainDatagrams);
        options.TimeProvider = time;
        options.DatagramIdleTimeout = TimeSpan.FromSeconds(60);
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        client.Send("1"u8);
        using Socket server = listener.Accept();
        Assert.Equal(1, server.Receive(new byte[8]).Count);
        time.Advance(TimeSpan.FromSeconds(60));

        Assert.False(listener.TryAccept(out _)); // drives the timers too
        Assert.Equal(SocketFailureReason.Closed, Assert.Throws<SocketFailureException>(() => server.Receive(new byte[8])).Reason);
    }

    [Fact]
    public async Task AProxysHeaderIsReadByTheLoop()
    {
        var origin = new IPEndPoint(IPAddress.Parse("203.0.113.7"), 4711);
        SocketListenerOptions options = Polled(Listeners.Plain);
        options.Proxy = new SocketProxyOptions { TrustedSources = { IPNetwork.Parse("127.0.0.0/8") } };
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using var poll = new SocketPoll();
        poll.Add(listener);
        using SystemSocket proxy = await listener.ConnectSystemSocketAsync();
        byte[] header = SocketProxyHeader.CreateVersion2(origin, (IPEndPoint)listener.LocalEndPoint);
        await proxy.SendAsync(header.AsMemory(0, 10), SocketFlags.None);
        Assert.NotNull(Next(poll));
        Assert.True(listener.TryAccept(out Socket? server));
        await using (server)
        {
            poll.Add(server, SocketEvents.Readable | SocketEvents.Connected);
            Assert.Equal(SocketState.Connecting, server.State);
            Assert.Equal(0, listener.Statistics.Accepted);
            Assert.False(server.TryReceive(new byte[1], out _));
            await proxy.SendAsync(header.AsMemory(10), SocketFlags.None);
            await proxy.SendAsync("hello"u8.ToArray(), SocketFlags.None);
            Assert.Same(server, Next(poll)!.Value.Socket);

            Assert.Equal(SocketState.Open, server.State);
            Assert.Equal(origin, server.RemoteEndPoint);
            byte[] buffer = new byte[16];
            SocketReceiveResult received = default;
            while (!server.TryReceive(buffer, out received))
                Assert.NotNull(Next(poll));
            Assert.Equal(5, received.Count);
            Assert.Equal(1, listener.Statistics.Accepted);
            Assert.Equal(0, listener.Statistics.Handshakes);
        }

        Assert.Equal(0, listener.Statistics.ActiveConnections);
    }

    [Fact]
    public async Task AProxysHeaderIsReadByAReceiveThatWaits()
    {
        var origin = new IPEndPoint(IPAddress.Parse("203.0.113.7"), 4711);
        SocketListenerOptions options = Polled(Listeners.Plain);
        options.Proxy = new SocketProxyOptions { TrustedSources = { IPNetwork.Parse("127.0.0.0/8") } };
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using SystemSocket proxy = await listener.ConnectSystemSocketAsync();
        Socket server = await listener.TakeAsync();
        await using (server)
        {
            byte[] buffer = new byte[5];
            Task<SocketReceiveResult> receiving = server.ReceiveAsync(buffer).AsTask();
            Assert.False(receiving.IsCompleted);
            await proxy.SendAsync((byte[])[.. SocketProxyHeader.CreateVersion2(origin, (IPEndPoint)listener.LocalEndPoint), .. "hello"u8], SocketFlags.None);
            Assert.Equal(5, (await receiving.WaitAsync(Waiting.HangGuard)).Count);
            Assert.Equal("hello"u8, buffer);
            Assert.Equal(SocketState.Open, server.State);
            Assert.Equal(origin, server.RemoteEndPoint);
        }

        Assert.Equal(0, listener.Statistics.ActiveConnections);
    }

    [Fact]
    public async Task WhoeverStillDrivesASocketThatIsClosedBeforeItsHeaderFindsItClosed()
    {
        SocketListenerOptions options = Polled(Listeners.Plain);
        options.Proxy = new SocketProxyOptions { TrustedSources = { IPNetwork.Parse("127.0.0.0/8") } };
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using SystemSocket proxy = await listener.ConnectSystemSocketAsync();
        Socket server = await listener.TakeAsync();
        SocketLink link = server.Link; // a poll's thread has it too, and may be about to ask it
        server.Dispose();
        Assert.Equal(LinkWants.Read, link.Wants);
        Assert.True(link.NextTimeout > 0);
        Assert.Throws<ObjectDisposedException>(() => link.Progress());
    }

    [Fact]
    public async Task AHeaderThatComesTooLateFailsItsSocket()
    {
        var time = new VirtualTimeProvider();
        SocketListenerOptions options = Polled(Listeners.Plain);
        options.TimeProvider = time;
        options.MaxHandshakes = 1;
        options.Proxy = new SocketProxyOptions { TrustedSources = { IPNetwork.Parse("127.0.0.0/8") }, HeaderTimeout = TimeSpan.FromSeconds(3) };
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        using SystemSocket silent = await listener.ConnectSystemSocketAsync();
        using SystemSocket other = await listener.ConnectSystemSocketAsync();
        Socket server = await listener.TakeAsync();
        Assert.False(listener.TryAccept(out _)); // one header at a time
        Assert.False(server.TryReceive(new byte[1], out _));
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(SocketFailureReason.TimedOut, Assert.Throws<SocketFailureException>(() => server.TryReceive(new byte[1], out _)).Reason);
        Assert.Equal(1, listener.Statistics.HandshakeFailures);
        server.Dispose();
        Socket second = await listener.TakeAsync();
        second.Dispose();
        Assert.Equal(0, listener.Statistics.Handshakes);
        Assert.Equal(0, listener.Statistics.ActiveConnections);
    }

    private static SocketListenerOptions Polled(SocketListenerOptions options)
    {
        options.DrivenByPoll = true;
        return options;
    }

    private static SocketPollEvent? Next(SocketPoll poll) => Wait(poll, Waiting.HangGuard);

    private static SocketPollEvent? Look(SocketPoll poll) => Wait(poll, TimeSpan.Zero);

    private static SocketPollEvent? Wait(SocketPoll poll, TimeSpan timeout)
    {
        Span<SocketPollEvent> events = new SocketPollEvent[1];
        return poll.Wait(events, timeout) == 0 ? null : events[0];
    }
}
