using System.Net.Sockets;

namespace Sockets.Tests.Listening;

/// <summary>What a listener takes at one time, and what becomes of the rest.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task BeyondTheLimitConnectionsWaitUntilAPlaceIsFree()
    {
        SocketListenerOptions options = Listeners.Plain;
        options.MaxConnections = 2;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        var clients = new List<Socket>();
        for (int i = 0; i < 4; i++)
            clients.Add(await listener.ConnectAsync());
        await using Socket first = await listener.AcceptAsync(Listeners.Guard);
        await using Socket second = await listener.AcceptAsync(Listeners.Guard);
        ValueTask<Socket> third = listener.AcceptAsync(Listeners.Guard);
        Assert.Equal(2, listener.Statistics.ActiveConnections);
        Assert.False(third.IsCompleted);

        first.Dispose();
        await using Socket accepted = await third;
        Assert.Equal(2, listener.Statistics.ActiveConnections);
        Assert.False(listener.TryAccept(out _));
        Assert.Equal(0, listener.Statistics.RefusedByLimit);
        await Listeners.ExchangeAsync(clients[2], accepted);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task APlaceIsGivenBackOnceHoweverOftenASocketIsClosed()
    {
        SocketListenerOptions options = Listeners.Plain;
        options.MaxConnections = 1;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        await using Socket one = await listener.ConnectAsync();
        Socket server = await listener.AcceptAsync(Listeners.Guard);
        server.Dispose();
        server.Abort();
        server.Dispose();

        Assert.Equal(0, listener.Statistics.ActiveConnections);
        await using Socket two = await listener.ConnectAsync();
        await using Socket three = await listener.ConnectAsync();
        await using Socket accepted = await listener.AcceptAsync(Listeners.Guard);
        Assert.Equal(1, listener.Statistics.ActiveConnections);
        Assert.False(listener.TryAccept(out _));
    }

    [Fact]
    public async Task ByChoiceConnectionsBeyondTheLimitAreReset()
    {
        SocketListenerOptions options = Listeners.Plain;
        options.MaxConnections = 1;
        options.RefuseOverLimit = true;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        await using Socket client = await listener.ConnectAsync();
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);

        // The reset may be there before the connect is done.
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(async () =>
        {
            await using Socket refused = await listener.ConnectAsync();
            await refused.ReceiveAsync(new byte[1], Listeners.Guard);
        });
        Assert.Equal(SocketFailureReason.ConnectionReset, failure.Reason);
        Assert.Equal(1, listener.Statistics.RefusedByLimit);
        await Listeners.ExchangeAsync(client, server);
    }

    [Fact]
    public async Task APeerThatResetsBeforeItIsAcceptedEndsNothing()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.Plain);
        listener.Pause();
        for (int i = 0; i < 20; i++)
        {
            SystemSocket client = await listener.ConnectSystemSocketAsync();
            client.LingerState = new LingerOption(true, 0);
            client.Dispose();
        }

        await using Socket alive = await listener.ConnectAsync();
        listener.Resume();
        Socket server;
        while (true)
        {
            server = await listener.AcceptAsync(Listeners.Guard);
            if (server.RemoteEndPoint!.Equals(alive.LocalEndPoint))
                break;
            server.Dispose();
        }

        await using (server)
            await Listeners.ExchangeAsync(alive, server);
    }

    [Fact]
    public async Task PausedItAcceptsNothingUntilItResumes()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.Plain);
        listener.Pause();
        listener.Pause();
        Assert.True(listener.IsPaused);
        await using Socket client = await listener.ConnectAsync(); // the backlog takes it
        ValueTask<Socket> accepting = listener.AcceptAsync(Listeners.Guard);
        Assert.False(accepting.IsCompleted);
        Assert.Equal(0, listener.Statistics.ActiveConnections);

        listener.Resume();
        listener.Resume();
        Assert.False(listener.IsPaused);
        await using Socket server = await accepting;
        await Listeners.ExchangeAsync(client, server);
    }

    [Fact]
    public async Task PausedADatagramListenerServesThePeersItHas()
    {
        await using var listener = SocketListener.Bind(Listeners.AnyPort, Listeners.PlainDatagrams);
        await using Socket known = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        await known.SendAsync("1"u8.ToArray());
        await using Socket server = await listener.AcceptAsync(Listeners.Guard);
        Assert.Equal(1, (await server.ReceiveAsync(new byte[4], Listeners.Guard)).Count);
        listener.Pause();
        await using Socket unknown = await Socket.ConnectAsync(listener.LocalEndPoint, Listeners.DatagramClient);
        await unknown.SendAsync("lost"u8.ToArray());
        await Listeners.UntilAsync(() => listener.Statistics.RefusedByLimit == 1);
        await Listeners.ExchangeAsync(known, server);

        listener.Resume();
        await unknown.SendAsync("seen"u8.ToArray());
        await using Socket second = await listener.AcceptAsync(Listeners.Guard);
        Assert.Equal(unknown.LocalEndPoint, second.RemoteEndPoint);
    }

    [Fact]
    public async Task AFullAcceptQueueLeavesTheRestInTheBacklog()
    {
        SocketListenerOptions options = Listeners.Plain;
        options.AcceptQueueLength = 2;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        var sockets = new List<Socket>();
        for (int i = 0; i < 10; i++)
            sockets.Add(await listener.ConnectAsync());

        // Two in the queue and one in the hands of the loop.
        await Listeners.UntilAsync(() => listener.Statistics.ActiveConnections == 3);
        Assert.Equal(2, listener.Statistics.QueueLength);
        for (int i = 0; i < 10; i++)
            sockets.Add(await listener.AcceptAsync(Listeners.Guard));
        Assert.Equal(10, listener.Statistics.ActiveConnections);
        sockets.ForEach(socket => socket.Dispose());
        Assert.Equal(0, listener.Statistics.ActiveConnections);
    }
}
