using System.Net.Sockets;

namespace Sockets.Tests.Polling;

/// <summary>Signals of other threads: each is seen, and none twice.</summary>
public class WakeTests
{
    public static TheoryData<bool> Both => PollKinds.Both;

    [Theory]
    [MemberData(nameof(Both))]
    public void A_wake_ends_the_next_wait_and_many_count_as_one(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        var events = new SocketPollEvent[1];
        for (int i = 0; i < 100; i++)
            poll.Wake();
        Assert.Equal(0, poll.Wait(events, Timeout.InfiniteTimeSpan));
        poll.AddTimer(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, poll.Wait(events, Timeout.InfiniteTimeSpan));
    }

    /// <summary>Each wake comes at another moment of the wait; one that was lost would hang.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public async Task No_wake_is_lost(bool isPortable)
    {
        const int Rounds = 3000;
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var seen = new SemaphoreSlim(0);
        Task waiting = Task.Factory.StartNew(
            () =>
            {
                var events = new SocketPollEvent[1];
                for (int i = 0; i < Rounds; i++)
                {
                    Assert.Equal(0, poll.Wait(events, Timeout.InfiniteTimeSpan));
                    seen.Release();
                }
            },
            TaskCreationOptions.LongRunning);
        var random = new Random(1);
        for (int i = 0; i < Rounds; i++)
        {
            Thread.SpinWait(random.Next(200));
            poll.Wake();
            Assert.True(await seen.WaitAsync(Waiting.HangGuard), $"Wake {i} was lost.");
        }

        await waiting;
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Changes_by_another_thread_count_in_a_wait_that_is_going_on(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var pair = new PlainPair("tcp");
        pair.Arrive();
        Task<List<(object? UserData, SocketEvents Events)>> waiting = Task.Run(() => poll.Await());
        poll.Add(pair.Socket, SocketEvents.None, "a");
        poll.Modify(pair.Socket, SocketEvents.Readable);
        Assert.Equal([("a", SocketEvents.Readable)], await waiting.WaitAsync(Waiting.HangGuard));
        poll.Modify(pair.Socket, SocketEvents.Readable, SocketPollMode.OneShot);
        Assert.Single(poll.Look());
        waiting = Task.Run(() => poll.Await());
        poll.Modify(pair.Socket, SocketEvents.Writable);
        Assert.Equal([("a", SocketEvents.Writable)], await waiting.WaitAsync(Waiting.HangGuard));
    }

    /// <summary>Whatever is opened right behind it may get the descriptors of the poll before the waiting thread has looked at them.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public async Task Disposal_ends_a_wait_that_is_going_on(bool isPortable)
    {
        var successors = new SystemSocket[4];
        for (int i = 0; i < 300; i++)
        {
            SocketPoll poll = PollKinds.Create(isPortable);
            using var entered = new SemaphoreSlim(0);
            Task<int> waiting = Task.Run(() =>
            {
                entered.Release();
                try
                {
                    return poll.Wait(new SocketPollEvent[1], Timeout.InfiniteTimeSpan);
                }
                catch (ObjectDisposedException)
                {
                    return 0; // it was not going on yet
                }
            });
            await entered.WaitAsync();
            Thread.SpinWait(i * 20);
            poll.Dispose();
            for (int j = 0; j < successors.Length; j++)
                successors[j] = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            Assert.Equal(0, await waiting.WaitAsync(Waiting.HangGuard));
            foreach (SystemSocket successor in successors)
                successor.Dispose();
        }
    }

    [Fact]
    public async Task A_second_thread_may_not_wait()
    {
        using var poll = new SocketPoll();
        using var isIn = new SemaphoreSlim(0);
        using var scripted = new ScriptedSocket(hasSystemSocket: false);
        scripted.Link.OnProgress = _ => isIn.Release();
        poll.Add(scripted.Socket, SocketEvents.Connected);
        Task<int> waiting = Task.Run(() => poll.Wait(new SocketPollEvent[1], Timeout.InfiniteTimeSpan));
        Assert.True(await isIn.WaitAsync(Waiting.HangGuard));
        Assert.Throws<InvalidOperationException>(() => poll.Wait(new SocketPollEvent[1], TimeSpan.Zero));
        poll.Wake();
        Assert.Equal(0, await waiting.WaitAsync(Waiting.HangGuard));
    }
}
