using System.Net;

namespace Sockets.Tests.Polling;

/// <summary>A server and all its clients on the thread that calls, in one poll: connecting, handshakes, data and the end.</summary>
internal static class EchoRun
{
    /// <summary>Over streams.</summary>
    public static void Streams(SocketPoll poll, SocketPollMode mode, SocketListenerOptions server, SocketClientOptions client, int clients, int bytesEach, string? targetHost = null) =>
        Run(poll, mode, server, clients,
            (target, number) => new EchoClient(poll, Socket.StartConnect(target, client, targetHost), mode, number, bytesEach),
            accepted => new EchoServerSide(poll, accepted, mode));

    /// <summary>Over datagrams: each is sent when the one before has come back.</summary>
    public static void Datagrams(SocketPoll poll, SocketPollMode mode, SocketListenerOptions server, SocketClientOptions client, int clients, int datagramsEach, string? targetHost = null, bool hasEnd = true) =>
        Run(poll, mode, server, clients,
            (target, number) => new EchoDatagramClient(poll, Socket.StartConnect(target, client, targetHost), mode, number, datagramsEach),
            accepted => new EchoDatagramServerSide(poll, accepted, mode, hasEnd ? int.MaxValue : datagramsEach));

    private static void Run(SocketPoll poll, SocketPollMode mode, SocketListenerOptions server, int clients, Func<EndPoint, int, EchoSide> connect, Func<Socket, EchoSide> accept)
    {
        SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), server);
        var sides = new List<EchoSide>();
        try
        {
            poll.Add(listener, "listener", mode);
            for (int i = 0; i < clients; i++)
                sides.Add(connect(listener.LocalEndPoint, i));
            Drive(poll, sides, clients * 2, () =>
            {
                while (listener.TryAccept(out Socket? accepted))
                    sides.Add(accept(accepted));
                if (mode == SocketPollMode.OneShot)
                    poll.Modify(listener, SocketEvents.Accept);
            });
        }
        finally
        {
            foreach (EchoSide side in sides)
                side.Socket.Dispose();
            Assert.True(listener.DisposeAsync().AsTask().Wait(Waiting.HangGuard));
        }

        Assert.Equal(0, poll.Count);
    }

    private static void Drive(SocketPoll poll, List<EchoSide> sides, int expected, Action accept)
    {
        SocketPollTimer guard = poll.AddTimer(Waiting.HangGuard, "hang");
        var events = new SocketPollEvent[16];
        while (sides.Count < expected || sides.Exists(static side => !side.IsDone))
        {
            int count = poll.Wait(events, Timeout.InfiniteTimeSpan);
            foreach (SocketPollEvent found in events.AsSpan(0, count))
            {
                Assert.True(found.Timer is null, $"It hangs: {string.Join("; ", sides.Where(static side => !side.IsDone))}");
                if (found.Events == SocketEvents.None)
                    continue;
                if (found.Listener is null)
                {
                    ((EchoSide)found.UserData!).OnEvents(found);
                    continue;
                }

                Assert.Equal("listener", found.UserData);
                Assert.Equal(SocketEvents.Accept, found.Events);
                accept();
            }
        }

        Assert.True(guard.Cancel());
    }
}
