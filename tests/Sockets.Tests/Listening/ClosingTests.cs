using System.Net;
using Sockets.Testing;

namespace Sockets.Tests.Listening;

/// <summary>The ends of a listener: at once, and in good order.</summary>
public sealed class ClosingTests
{
    [Fact]
    public async Task DisposedItEndsPendingAcceptsAndRefusesClients()
    {
        var listener = SocketListener.Bind(OwnPlace.Next(), Listeners.Plain);
        Task<Socket> pending = listener.AcceptAsync().AsTask();
        await listener.DisposeAsync();
        await listener.DisposeAsync();

        await Listeners.AssertClosedAsync(() => pending);
        await Listeners.AssertClosedAsync(() => listener.AcceptAsync().AsTask());
        Assert.Equal(SocketFailureReason.Closed, Assert.Throws<SocketFailureException>(() => listener.TryAccept(out _)).Reason);
        Assert.Equal(SocketFailureReason.Closed, Assert.Throws<SocketFailureException>(listener.Accept).Reason);
        SocketFailureException refused = await Assert.ThrowsAsync<SocketFailureException>(() => listener.ConnectAsync().AsTask());
        Assert.Equal(SocketFailureReason.ConnectionRefused, refused.Reason);
    }

    [Fact]
    public async Task DisposedItResetsWhatNobodyAcceptedAndKeepsTheRest()
    {
        var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.Plain);
        await using Socket client = await listener.ConnectAsync();
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        await using Socket queued = await listener.ConnectAsync();
        await Listeners.UntilAsync(() => listener.Statistics.QueueLength == 1);
        await listener.DisposeAsync();

        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => queued.ReceiveAsync(new byte[1], Listeners.Guard).AsTask());
        Assert.Equal(SocketFailureReason.ConnectionReset, failure.Reason);
        await Listeners.ExchangeAsync(client, server);
        Assert.Equal(1, listener.Statistics.ActiveConnections);
        server.Dispose();
        Assert.Equal(0, listener.Statistics.ActiveConnections);
    }

    [Fact]
    public async Task DisposedWhilePausedOrFullItEnds()
    {
        SocketListenerOptions options = Listeners.Plain;
        options.AcceptQueueLength = 1;
        options.MaxConnections = 2;
        var listener = SocketListener.Bind(Listeners.AnyPort, options);
        var clients = new List<Socket>();
        for (int i = 0; i < 4; i++)
            clients.Add(await listener.ConnectAsync());
        await Listeners.UntilAsync(() => listener.Statistics.ActiveConnections == 2);
        listener.Pause();
        await listener.DisposeAsync().AsTask().WaitAsync(Listeners.Guard);

        Assert.Equal(0, listener.Statistics.ActiveConnections);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task ADrainWaitsForTheLastConnection()
    {
        var listener = SocketListener.Bind(OwnPlace.Next(), Listeners.Plain);
        await using Socket client = await listener.ConnectAsync();
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        await using Socket late = await listener.ConnectAsync();
        await Listeners.UntilAsync(() => listener.Statistics.QueueLength == 1);
        Task<int> drain = listener.DrainAsync(Timeout.InfiniteTimeSpan).AsTask();

        SocketFailureException refused = await Assert.ThrowsAsync<SocketFailureException>(() => listener.ConnectAsync().AsTask());
        Assert.Equal(SocketFailureReason.ConnectionRefused, refused.Reason);
        await using Socket queued = await listener.AcceptAsync(Listeners.Guard); // what was ready is handed out still
        await Listeners.ExchangeAsync(late, queued);
        await Listeners.ExchangeAsync(client, server);
        queued.Dispose();
        Assert.False(drain.IsCompleted);
        server.Dispose();
        Assert.Equal(0, await drain.WaitAsync(Listeners.Guard));
        await Listeners.AssertClosedAsync(() => listener.AcceptAsync().AsTask());
    }

    [Fact]
    public async Task ADrainEndsTheRestAtItsDeadline()
    {
        var time = new VirtualTimeProvider();
        SocketListenerOptions options = Listeners.Plain;
        options.TimeProvider = time;
        var listener = SocketListener.Bind(Listeners.AnyPort, options);
        var clients = new List<Socket>();
        for (int i = 0; i < 3; i++)
            clients.Add(await listener.ConnectAsync());
        Socket finished = await listener.AcceptAsync(Listeners.Guard);
        await using Socket held = await listener.AcceptAsync(Listeners.Guard);
        await Listeners.UntilAsync(() => listener.Statistics.QueueLength == 1); // the third nobody accepts
        Task<int> drain = listener.DrainAsync(TimeSpan.FromSeconds(30)).AsTask();
        finished.Dispose();
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(SocketState.Open, held.State);
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(2, await drain.WaitAsync(Listeners.Guard));
        Assert.Equal(SocketState.Closed, held.State);
        await Listeners.AssertClosedAsync(() => held.SendAsync(new byte[1]).AsTask());
        Assert.Equal(0, listener.Statistics.ActiveConnections);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task ACancelledDrainEndsTheRestAtOnce()
    {
        var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.Plain);
        await using Socket client = await listener.ConnectAsync();
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        using var source = new CancellationTokenSource();
        Task<int> drain = listener.DrainAsync(Timeout.InfiniteTimeSpan, source.Token).AsTask();
        source.Cancel();

        Assert.Equal(1, await drain.WaitAsync(Listeners.Guard));
        Assert.Equal(SocketState.Closed, server.State);
    }

    [Fact]
    public async Task ADrainOfDatagramsServesItsPeersAndTakesNoNewOnes()
    {
        var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.PlainDatagrams);
        await using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        await client.SendAsync("1"u8.ToArray());
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        Assert.Equal(1, (await server.ReceiveAsync(new byte[4], Listeners.Guard)).Count);
        Task<int> drain = listener.DrainAsync(Timeout.InfiniteTimeSpan).AsTask();
        await Listeners.ExchangeAsync(client, server);
        await using Socket stranger = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        await stranger.SendAsync("2"u8.ToArray());
        await Listeners.ExchangeAsync(client, server);

        Assert.Equal(1, listener.Statistics.ActiveConnections);
        Assert.False(drain.IsCompleted);
        server.Dispose();
        Assert.Equal(0, await drain.WaitAsync(Listeners.Guard));
    }

    [Fact]
    public async Task AfterItsEndThePortIsFree()
    {
        var listener = SocketListener.Bind(OwnPlace.Next(), Listeners.Plain);
        EndPoint address = listener.LocalEndPoint;
        await listener.DisposeAsync();
        await using var second = SocketListener.Bind(address, Listeners.Plain);
        Assert.Equal(address, second.LocalEndPoint);
    }
}
