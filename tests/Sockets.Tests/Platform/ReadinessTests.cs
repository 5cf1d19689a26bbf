using System.Net;
using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets.Tests.Platform;

public class ReadinessTests
{
    private const int NoLimit = -1;

    public static TheoryData<bool> Both => OperatingSystem.IsLinux() ? [false, true] : [true];

    [Theory]
    [MemberData(nameof(Both))]
    public void Level_reports_as_long_as_it_lasts(bool isPortable)
    {
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Tcp();
        readiness.Add(pair.Second.SafeHandle, ReadinessMask.Read, 42);
        Assert.Empty(Look(readiness));
        pair.First.Send([1]);
        Assert.Equal([new ReadinessEvent(42, ReadinessMask.Read)], Await(readiness));
        Assert.Equal([new ReadinessEvent(42, ReadinessMask.Read)], Look(readiness));
        pair.Second.Receive(new byte[1]);
        Assert.Empty(Look(readiness));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void An_edge_is_reported_once_until_an_operation_would_have_blocked(bool isPortable)
    {
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Tcp();
        readiness.Add(pair.Second.SafeHandle, ReadinessMask.Read, 1, ReadinessMode.Edge);
        pair.First.Send([1]);
        Assert.Equal([new ReadinessEvent(1, ReadinessMask.Read)], Await(readiness));
        Assert.Empty(Look(readiness));
        pair.Second.Receive(new byte[1]);
        Assert.Equal(0, pair.Second.Receive(new byte[1], SocketFlags.None, out SocketError error));
        Assert.Equal(SocketError.WouldBlock, error);
        readiness.Rearm(pair.Second.SafeHandle, ReadinessMask.Read);
        Assert.Empty(Look(readiness));
        pair.First.Send([1]);
        Assert.Equal([new ReadinessEvent(1, ReadinessMask.Read)], Await(readiness));
        Assert.Empty(Look(readiness));
        readiness.Modify(pair.Second.SafeHandle, ReadinessMask.Read, 2, ReadinessMode.Edge); // looks anew
        Assert.Equal([new ReadinessEvent(2, ReadinessMask.Read)], Await(readiness));
        Assert.Empty(Look(readiness));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Edges_of_the_two_directions_are_apart(bool isPortable)
    {
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Tcp();
        readiness.Add(pair.Second.SafeHandle, ReadinessMask.Read | ReadinessMask.Write, 1, ReadinessMode.Edge);
        Assert.Equal([new ReadinessEvent(1, ReadinessMask.Write)], Await(readiness));
        pair.First.Send([1]);
        ReadinessEvent found = Assert.Single(Await(readiness));
        Assert.True((found.Mask & ReadinessMask.Read) != 0);
        Assert.Empty(Look(readiness));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_one_shot_is_over_until_it_is_modified(bool isPortable)
    {
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Tcp();
        readiness.Add(pair.Second.SafeHandle, ReadinessMask.Read, 1, ReadinessMode.OneShot);
        pair.First.Send([1]);
        Assert.Single(Await(readiness));
        Assert.Empty(Look(readiness));
        pair.First.Dispose();
        Assert.Empty(Look(readiness)); // not even the end
        readiness.Rearm(pair.Second.SafeHandle, ReadinessMask.Read);
        Assert.Empty(Look(readiness));
        readiness.Modify(pair.Second.SafeHandle, ReadinessMask.Read, 1, ReadinessMode.OneShot);
        Assert.Single(Await(readiness));
        Assert.Empty(Look(readiness));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Room_to_send_is_reported_and_its_want(bool isPortable)
    {
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Unix(); // which is full until somebody receives
        readiness.Add(pair.First.SafeHandle, ReadinessMask.Write, 1);
        Assert.Equal([new ReadinessEvent(1, ReadinessMask.Write)], Await(readiness));
        int total = 0;
        SocketError error = SocketError.Success;
        while (error == SocketError.Success)
            total += pair.First.Send(new byte[100_000], SocketFlags.None, out error);
        Assert.Empty(Look(readiness));
        SystemPair.ReceiveExactly(pair.Second, total);
        Assert.Equal([new ReadinessEvent(1, ReadinessMask.Write)], Await(readiness));
        readiness.Modify(pair.First.SafeHandle, ReadinessMask.None, 1);
        Assert.Empty(Look(readiness));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void The_ends_are_told_apart(bool isPortable)
    {
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Tcp();
        readiness.Add(pair.Second.SafeHandle, ReadinessMask.Read | ReadinessMask.ReadHangUp, 1);
        pair.First.Shutdown(SocketShutdown.Send);
        ReadinessMask half = Assert.Single(Await(readiness)).Mask;
        Assert.Equal(ReadinessMask.Read, half & ~ReadinessMask.ReadHangUp);
        if (OperatingSystem.IsLinux())
            Assert.True((half & ReadinessMask.ReadHangUp) != 0);
        pair.Second.Shutdown(SocketShutdown.Send);
        ReadinessMask whole = Assert.Single(Await(readiness)).Mask;
        Assert.True((whole & ReadinessMask.HangUp) != 0);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_reset_is_an_error_even_when_nothing_is_watched_for(bool isPortable)
    {
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Tcp();
        readiness.Add(pair.Second.SafeHandle, ReadinessMask.None, 1);
        pair.First.LingerState = new LingerOption(true, 0);
        pair.First.Dispose();
        ReadinessMask found = Assert.Single(Await(readiness)).Mask;
        Assert.True((found & (ReadinessMask.Error | ReadinessMask.HangUp)) != 0);
        Assert.True((found & ReadinessMask.Read) == 0);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void An_error_as_an_edge_comes_once_and_a_new_one_again(bool isPortable)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ICMP on the loopback interface is told at once on Linux only.");
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Udp(OwnPlace.Next());
        pair.Second.Dispose();
        readiness.Add(pair.First.SafeHandle, ReadinessMask.Read, 1, ReadinessMode.Edge);
        for (int i = 0; i < 3; i++)
        {
            pair.First.Send([1]);
            Assert.True((Assert.Single(Await(readiness)).Mask & ReadinessMask.Error) != 0);
            Assert.Empty(Look(readiness));
            pair.First.Receive(new byte[1], SocketFlags.None, out SocketError error);
            Assert.Equal(SocketError.ConnectionRefused, error);
            pair.First.Receive(new byte[1], SocketFlags.None, out error);
            Assert.Equal(SocketError.WouldBlock, error);
            readiness.Rearm(pair.First.SafeHandle, ReadinessMask.Read);
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_wake_ends_the_wait_of_another_thread_or_the_next_one(bool isPortable)
    {
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Tcp();
        readiness.Add(pair.Second.SafeHandle, ReadinessMask.Read, 1);
        readiness.Wake();
        Assert.Equal(0, readiness.Wait(new ReadinessEvent[4], NoLimit));
        for (int i = 0; i < 1_000; i++)
        {
            Task waker = Task.Run(readiness.Wake);
            Assert.Equal(0, await Task.Run(() => readiness.Wait(new ReadinessEvent[4], NoLimit)).WaitAsync(Waiting.HangGuard));
            await waker;
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task No_wake_is_lost_however_the_threads_meet(bool isPortable)
    {
        const int Requests = 20_000;
        using Readiness readiness = Create(isPortable);
        int requested = 0;
        Task[] wakers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Requests; i++)
            {
                Interlocked.Increment(ref requested);
                readiness.Wake();
            }
        }))];
        Task waiting = Task.Run(() =>
        {
            var events = new ReadinessEvent[4];
            while (Volatile.Read(ref requested) < wakers.Length * Requests)
                Assert.Equal(0, readiness.Wait(events, NoLimit));
        });
        await Task.WhenAll([.. wakers, waiting]).WaitAsync(Waiting.HangGuard);
    }

    [Fact]
    public void A_wake_while_the_one_before_is_taken_back_does_not_spoil_the_next()
    {
        using var readiness = new CountedSignal();
        readiness.Wake();
        readiness.Wake();
        Assert.Equal(1, readiness.Signals); // they coalesce
        readiness.WhileDraining = readiness.Wake;
        readiness.AcknowledgeWake();
        Assert.Equal(0, readiness.Signals);
        readiness.Wake();
        Assert.Equal(1, readiness.Signals);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Many_wakes_are_one(bool isPortable)
    {
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Tcp();
        for (int i = 0; i < 100; i++)
            readiness.Wake();
        Assert.Equal(0, readiness.Wait(new ReadinessEvent[1], NoLimit));
        pair.First.Send([1]);
        readiness.Add(pair.Second.SafeHandle, ReadinessMask.Read, 1);
        SystemPair.AwaitReadable(pair.Second);
        var events = new ReadinessEvent[1];
        for (int i = 0; i < 200; i++)
            Assert.Equal(1, readiness.Wait(events, NoLimit)); // a wake that is left over would take the place
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void What_is_removed_is_not_reported(bool isPortable)
    {
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Tcp();
        pair.First.Send([1]);
        readiness.Add(pair.Second.SafeHandle, ReadinessMask.Read, 1);
        Assert.Single(Await(readiness));
        Assert.True(readiness.Remove(pair.Second.SafeHandle));
        Assert.False(readiness.Remove(pair.Second.SafeHandle));
        Assert.Empty(Look(readiness));
        readiness.Add(pair.Second.SafeHandle, ReadinessMask.Read, 2);
        Assert.Equal([new ReadinessEvent(2, ReadinessMask.Read)], Await(readiness));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_closed_socket_is_silent_and_can_be_removed(bool isPortable)
    {
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Tcp();
        SafeSocketHandle handle = pair.Second.SafeHandle;
        readiness.Add(handle, ReadinessMask.Read, 1);
        pair.Second.Dispose();
        Assert.Empty(Look(readiness));
        readiness.Remove(handle);
        Assert.Throws<ObjectDisposedException>(() => readiness.Add(handle, ReadinessMask.Read, 1));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Misuse_is_refused(bool isPortable)
    {
        Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Tcp();
        SafeSocketHandle handle = pair.Second.SafeHandle;
        Assert.Throws<InvalidOperationException>(() => readiness.Modify(handle, ReadinessMask.Read, 1));
        readiness.Add(handle, ReadinessMask.Read, 1);
        Assert.Throws<InvalidOperationException>(() => readiness.Add(handle, ReadinessMask.Read, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => readiness.Modify(handle, ReadinessMask.Read, Readiness.ReservedToken));
        Assert.Throws<ArgumentException>(() => readiness.Wait([], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => readiness.Wait(new ReadinessEvent[1], -2));
        Assert.Throws<ArgumentOutOfRangeException>(() => readiness.Wait(new ReadinessEvent[1], TimeSpan.FromTicks(-2)));
        readiness.Dispose();
        readiness.Dispose();
        readiness.Wake();
        Assert.Throws<ObjectDisposedException>(() => readiness.Wait(new ReadinessEvent[1], 0));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void More_than_there_is_room_for_comes_in_turns(bool isPortable)
    {
        const int Count = 10;
        using Readiness readiness = Create(isPortable);
        SystemPair[] pairs = [.. Enumerable.Range(0, Count).Select(static _ => SystemPair.Tcp())];
        for (int i = 0; i < Count; i++)
        {
            pairs[i].First.Send([1]);
            SystemPair.AwaitReadable(pairs[i].Second);
            readiness.Add(pairs[i].Second.SafeHandle, ReadinessMask.Read, i);
        }

        HashSet<long> seen = [];
        var events = new ReadinessEvent[3];
        for (int i = 0; i < 4; i++) // 4 times 3 is room for 10
        {
            Assert.Equal(3, readiness.Wait(events, NoLimit));
            seen.UnionWith(events.Select(static found => found.Token));
        }

        Assert.Equal(Count, seen.Count);
        foreach (SystemPair pair in pairs)
            pair.Dispose();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Changes_from_another_thread_take_effect_during_a_wait(bool isPortable)
    {
        const int Rounds = 300;
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Tcp();
        pair.First.Send([1]);
        SystemPair.AwaitReadable(pair.Second);
        SafeSocketHandle handle = pair.Second.SafeHandle;
        readiness.Add(handle, ReadinessMask.None, 0);
        using var seen = new SemaphoreSlim(0);
        Task changing = Task.Run(async () =>
        {
            for (int i = 1; i <= Rounds; i++)
            {
                readiness.Modify(handle, ReadinessMask.Read, i, ReadinessMode.OneShot);
                Assert.True(await seen.WaitAsync(Waiting.HangGuard));
            }
        });
        Task waiting = Task.Run(() =>
        {
            var events = new ReadinessEvent[4];
            for (long last = 0; last < Rounds;)
            {
                int count = readiness.Wait(events, NoLimit);
                Assert.InRange(count, 0, 1);
                if (count == 0)
                    continue;
                Assert.Equal(++last, events[0].Token);
                seen.Release();
            }
        });
        await Task.WhenAll(changing, waiting).WaitAsync(Waiting.HangGuard);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Disposal_ends_a_wait(bool isPortable)
    {
        for (int i = 0; i < 50; i++)
        {
            Readiness readiness = Create(isPortable);
            using var started = new ManualResetEventSlim();
            Task waiting = Task.Run(() =>
            {
                started.Set();
                try
                {
                    readiness.Wait(new ReadinessEvent[1], NoLimit);
                }
                catch (ObjectDisposedException)
                {
                    // It came before the wait.
                }
            });
            started.Wait();
            readiness.Dispose();
            await waiting.WaitAsync(Waiting.HangGuard);
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Accepting_and_connecting_are_readiness_too(bool isPortable)
    {
        using Readiness readiness = Create(isPortable);
        using var listener = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        readiness.Add(listener.SafeHandle, ReadinessMask.Read, 1);
        Assert.Empty(Look(readiness));
        using var client = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        Assert.Equal([new ReadinessEvent(1, ReadinessMask.Read)], Await(readiness));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_wait_does_not_allocate(bool isPortable)
    {
        using Readiness readiness = Create(isPortable);
        using SystemPair pair = SystemPair.Tcp();
        pair.First.Send([1]);
        readiness.Add(pair.Second.SafeHandle, ReadinessMask.Read, 1);
        Assert.Single(Await(readiness));
        var events = new ReadinessEvent[8];
        Assert.Equal(0, Allocations.PerCall(() =>
        {
            readiness.Wake();
            Assert.True(readiness.Wait(events, NoLimit) == 1);
        }));
    }

    private static Readiness Create(bool isPortable) => isPortable ? Readiness.CreatePortable() : Readiness.Create();

    private static ReadinessEvent[] Look(Readiness readiness)
    {
        var events = new ReadinessEvent[8];
        return events[..readiness.Wait(events, 0)];
    }

    private static ReadinessEvent[] Await(Readiness readiness)
    {
        var events = new ReadinessEvent[8];
        int count = readiness.Wait(events, Waiting.HangGuard);
        Assert.NotEqual(0, count);
        return events[..count];
    }
}
