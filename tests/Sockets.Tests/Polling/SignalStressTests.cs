using System.Collections.Concurrent;

namespace Sockets.Tests.Polling;

/// <summary>Many threads at once, by seeds: what is signalled is seen, whatever else goes on.</summary>
public class SignalStressTests
{
    public static MatrixTheoryData<bool, SocketPollMode, int> All => new(PollKinds.Both.Select(static row => row.Data), Enum.GetValues<SocketPollMode>(), [1, 2, 3]);

    public static MatrixTheoryData<bool, int> Seeds => new(PollKinds.Both.Select(static row => row.Data), [1, 2, 3, 4]);

    /// <summary>The loop ends when it has received everything: one signal that was lost, and it would wait for ever.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task No_signal_is_lost(bool isPortable, SocketPollMode mode, int seed)
    {
        const int Sockets = 8;
        const int Threads = 4;
        const int PerThread = 4000;
        using SocketPoll poll = PollKinds.Create(isPortable);
        ScriptedSocket[] sockets = [.. Enumerable.Range(0, Sockets).Select(static _ => new ScriptedSocket(hasSystemSocket: false))];
        foreach (ScriptedSocket scripted in sockets)
        {
            scripted.Link.Open();
            poll.Add(scripted.Socket, SocketEvents.Readable, scripted, mode);
        }

        Task loop = Task.Factory.StartNew(
            () =>
            {
                var events = new SocketPollEvent[3];
                for (int left = Threads * PerThread; left > 0;)
                {
                    int count = poll.Wait(events, Timeout.InfiniteTimeSpan);
                    foreach (SocketPollEvent found in events.AsSpan(0, count))
                    {
                        Assert.Equal(SocketEvents.Readable, found.Events);
                        while (found.Socket!.TryReceive(new byte[1], out _))
                            left--;
                        if (mode == SocketPollMode.OneShot)
                            poll.Modify(found.Socket, SocketEvents.Readable);
                    }
                }
            },
            TaskCreationOptions.LongRunning);
        Task[] arrivals = [.. Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            var random = new Random((seed * 100) + thread);
            for (int i = 0; i < PerThread; i++)
            {
                sockets[random.Next(Sockets)].Link.Arrive();
                if (random.Next(4) == 0)
                    Thread.SpinWait(random.Next(300));
            }
        }))];
        await Task.WhenAll(arrivals);
        await loop.WaitAsync(Waiting.HangGuard);
        Assert.Empty(poll.Look());
        foreach (ScriptedSocket scripted in sockets)
            scripted.Dispose();
    }

    /// <summary>
    /// In rounds, so that no later signal makes up for one that was lost. What arrives is there only after the link has gone on,
    /// as a handshake that was completed on the thread pool is.
    /// </summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task The_last_signal_is_not_lost_either(bool isPortable, int seed)
    {
        const int Threads = 3;
        const int Rounds = 3000;
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var scripted = new ScriptedSocket(hasSystemSocket: false);
        using var round = new Barrier(Threads + 1);
        int arrived = 0;
        scripted.Link.Open();
        scripted.Link.OnProgress = link => link.Add(Interlocked.Exchange(ref arrived, 0));
        poll.Add(scripted.Socket, SocketEvents.Readable, mode: SocketPollMode.Edge);
        Task loop = Task.Factory.StartNew(
            () =>
            {
                var events = new SocketPollEvent[1];
                for (int i = 0; i < Rounds; i++)
                {
                    Assert.True(round.SignalAndWait(Waiting.HangGuard));
                    for (int left = Threads; left > 0;)
                    {
                        Assert.Equal(1, poll.Wait(events, Waiting.HangGuard));
                        while (scripted.Socket.TryReceive(new byte[1], out _))
                            left--;
                    }
                }
            },
            TaskCreationOptions.LongRunning);
        Task[] arrivals = [.. Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                var random = new Random((seed * 100) + thread);
                for (int i = 0; i < Rounds; i++)
                {
                    Assert.True(round.SignalAndWait(Waiting.HangGuard));
                    Thread.SpinWait(random.Next(400));
                    Interlocked.Increment(ref arrived);
                    scripted.Link.Changed!();
                }
            },
            TaskCreationOptions.LongRunning))];
        await loop;
        await Task.WhenAll(arrivals);
    }

    /// <summary>Sockets come and go on other threads, real ones and scripted ones, while the loop waits and links signal.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Sockets_come_and_go_on_any_thread(bool isPortable, int seed)
    {
        const int Threads = 3;
        const int Turns = 400;
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var end = new CancellationTokenSource();
        var strays = new ConcurrentQueue<string>();
        Task loop = Task.Factory.StartNew(
            () =>
            {
                var events = new SocketPollEvent[4];
                while (!end.IsCancellationRequested)
                {
                    int count = poll.Wait(events, Timeout.InfiniteTimeSpan);
                    foreach (SocketPollEvent found in events.AsSpan(0, count))
                    {
                        if (found.Socket is { } socket && found.UserData != socket)
                            strays.Enqueue("An event has the user data of another socket.");
                    }
                }
            },
            TaskCreationOptions.LongRunning);
        Task[] users = [.. Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            var random = new Random((seed * 100) + thread);
            for (int turn = 0; turn < Turns; turn++)
                UseOne(poll, random);
        }))];
        await Task.WhenAll(users).WaitAsync(Waiting.HangGuard);
        Assert.Equal(0, poll.Count);
        await end.CancelAsync();
        poll.Wake();
        await loop.WaitAsync(Waiting.HangGuard);
        Assert.Empty(strays);
    }

    private static void UseOne(SocketPoll poll, Random random)
    {
        var mode = (SocketPollMode)random.Next(3);
        if (random.Next(2) == 0)
        {
            using var scripted = new ScriptedSocket(hasSystemSocket: random.Next(2) == 0);
            poll.Add(scripted.Socket, SocketEvents.Readable | SocketEvents.Writable, scripted.Socket, mode);
            Thread.SpinWait(random.Next(500));
            scripted.Link.Open();
            scripted.Link.Arrive();
            Vary(poll, scripted.Socket, random);
            scripted.Link.Arrive();
            if (random.Next(2) == 0)
                poll.Remove(scripted.Socket);
            scripted.Link.Arrive();
        }
        else
        {
            using var pair = new PlainPair(random.Next(2) == 0 ? "unix" : "udp");
            poll.Add(pair.Socket, SocketEvents.Readable | SocketEvents.Closed, pair.Socket, mode);
            pair.Peer.Send([1]);
            Vary(poll, pair.Socket, random);
            if (random.Next(2) == 0)
                poll.Remove(pair.Socket);
        }
    }

    private static void Vary(SocketPoll poll, Socket socket, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                poll.Modify(socket, SocketEvents.Readable | SocketEvents.Writable, (SocketPollMode)random.Next(3));
                break;
            case 1:
                poll.Remove(socket);
                poll.Add(socket, SocketEvents.Readable, socket);
                break;
            case 2:
                SocketPollTimer timer = poll.AddTimer(TimeSpan.FromMilliseconds(random.Next(2)));
                Thread.SpinWait(random.Next(500));
                timer.Cancel();
                break;
            default:
                Thread.SpinWait(random.Next(2000));
                break;
        }
    }
}
