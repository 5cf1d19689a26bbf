using Sockets.Links;
using Sockets.Platform;
using Sockets.Tests.Platform;

namespace Sockets.Tests.Polling;

/// <summary>Who is in a poll, who no longer, and what becomes of their events.</summary>
public class MembershipTests
{
    public static TheoryData<bool> Both => PollKinds.Both;

    [Fact]
    public void Misuse_is_refused_in_plain_words()
    {
        using var poll = new SocketPoll();
        using var other = new SocketPoll();
        using var pair = new PlainPair("tcp");
        Assert.Contains("add it first", Assert.Throws<InvalidOperationException>(() => poll.Modify(pair.Socket, SocketEvents.Readable)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => poll.GetUserData(pair.Socket));
        Assert.False(poll.Remove(pair.Socket));
        poll.Add(pair.Socket, SocketEvents.Readable);
        Assert.Contains("in a poll already", Assert.Throws<InvalidOperationException>(() => poll.Add(pair.Socket, SocketEvents.Readable)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => other.Add(pair.Socket, SocketEvents.Readable));
        Assert.Throws<InvalidOperationException>(() => other.Modify(pair.Socket, SocketEvents.Readable));
        Assert.False(other.Remove(pair.Socket));
        Assert.Equal(1, poll.Count);
        Assert.Equal(0, other.Count);
        Assert.Throws<ArgumentException>(() => poll.Modify(pair.Socket, SocketEvents.Accept));
        Assert.Throws<ArgumentException>(() => poll.Modify(pair.Socket, SocketEvents.Timer));
        Assert.Throws<ArgumentOutOfRangeException>(() => poll.Modify(pair.Socket, SocketEvents.Readable, (SocketPollMode)7));
        Assert.Throws<ArgumentException>(() => poll.Wait([], TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => poll.Wait(new SocketPollEvent[1], TimeSpan.FromMilliseconds(-2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => poll.AddTimer(TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => poll.AddTimer(TimeSpan.Zero, period: TimeSpan.Zero));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_removed_socket_is_silent_and_can_be_added_again_anywhere(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using SocketPoll other = PollKinds.Create(isPortable);
        using var pair = new PlainPair("tcp");
        pair.Arrive();
        poll.Add(pair.Socket, SocketEvents.Readable, "a");
        Assert.Equal([("a", SocketEvents.Readable)], poll.Look());
        Assert.True(poll.Remove(pair.Socket));
        Assert.False(poll.Contains(pair.Socket));
        Assert.Equal(0, poll.Count);
        Assert.Empty(poll.Look());
        other.Add(pair.Socket, SocketEvents.Readable, "b");
        Assert.True(other.Contains(pair.Socket));
        Assert.Equal([("b", SocketEvents.Readable)], other.Look());
        Assert.True(other.Remove(pair.Socket));
        poll.Add(pair.Socket, SocketEvents.Readable, "c");
        Assert.Equal([("c", SocketEvents.Readable)], poll.Look());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_disposed_socket_leaves_by_itself(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var pair = new PlainPair("tcp");
        pair.Arrive();
        poll.Add(pair.Socket, SocketEvents.Readable);
        Assert.Single(poll.Look());
        pair.Socket.Dispose();
        Assert.Equal(0, poll.Count);
        Assert.False(poll.Contains(pair.Socket));
        Assert.Empty(poll.Look());
        Assert.False(poll.Remove(pair.Socket));
        Assert.Throws<ObjectDisposedException>(() => poll.Add(pair.Socket, SocketEvents.Readable));
    }

    [Fact]
    public void A_socket_leaves_before_its_descriptor_is_free_for_another()
    {
        var readiness = new ScriptedReadiness();
        using var poll = new SocketPoll(TimeProvider.System, readiness);
        using var disposed = new PlainPair("tcp");
        using var aborted = new PlainPair("tcp");
        poll.Add(disposed.Socket, SocketEvents.Readable);
        poll.Add(aborted.Socket, SocketEvents.Readable);
        Assert.Empty(poll.Look());
        Assert.Equal(2, readiness.All.Count);
        disposed.Socket.Dispose();
        aborted.Socket.Abort();
        Assert.Empty(readiness.All);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void An_event_whose_socket_went_meanwhile_is_void(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var one = new PlainPair("tcp");
        using var two = new PlainPair("tcp");
        using var three = new PlainPair("tcp");
        PlainPair[] all = [one, two, three];
        foreach (PlainPair pair in all)
        {
            pair.Arrive();
            poll.Add(pair.Socket, SocketEvents.Readable, pair);
        }

        SocketPollTimer timer = poll.AddTimer(TimeSpan.Zero, "timer");
        var events = new SocketPollEvent[8];
        Assert.Equal(4, poll.Wait(events, Waiting.HangGuard));
        poll.Remove(one.Socket);
        two.Socket.Dispose();
        timer.Cancel();
        for (int i = 0; i < 4; i++)
            Assert.Equal(events[i].UserData == three ? SocketEvents.Readable : SocketEvents.None, events[i].Events);
        Assert.Equal([(three, SocketEvents.Readable)], poll.Look());
    }

    /// <summary>More are ready than there is room for: some are in the poll's own queue when they go.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public void Nothing_is_reported_of_those_who_went_while_they_waited_for_room(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        PlainPair[] pairs = [.. Enumerable.Range(0, 6).Select(static _ => new PlainPair("unix"))];
        try
        {
            foreach (PlainPair pair in pairs)
            {
                pair.Arrive();
                poll.Add(pair.Socket, SocketEvents.Readable, pair);
            }

            object? first = Assert.Single(poll.Await(room: 1)).UserData;
            var gone = new HashSet<object?>();
            foreach (PlainPair pair in pairs.Where(pair => pair != first).Take(4))
            {
                gone.Add(pair);
                if (gone.Count % 2 == 0)
                    poll.Remove(pair.Socket);
                else
                    pair.Socket.Dispose();
            }

            for (int i = 0; i < 10; i++)
                Assert.DoesNotContain(Assert.Single(poll.Look(room: 1)).UserData, gone);
        }
        finally
        {
            foreach (PlainPair pair in pairs)
                pair.Dispose();
        }
    }

    /// <summary>The system gives the lowest free number: the next socket has the descriptor of the one that was closed.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public void A_descriptor_that_is_used_again_at_once_does_not_inherit_events(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        int reused = 0;
        for (int round = 0; round < 50; round++)
        {
            using SystemPair former = SystemPair.Unix();
            using var old = new Socket(new PlainLink(former.First), SocketTransport.Stream, TimeProvider.System);
            nint descriptor = former.First.Handle;
            former.Second.Send([1]);
            SystemPair.AwaitReadable(former.First);
            poll.Add(old, SocketEvents.Readable, "old");
            Assert.Equal([("old", SocketEvents.Readable)], poll.Look());
            old.Dispose();
            using SystemPair successor = SystemPair.Unix();
            using var next = new Socket(new PlainLink(successor.First), SocketTransport.Stream, TimeProvider.System);
            if (successor.First.Handle == descriptor || successor.Second.Handle == descriptor)
                reused++;
            poll.Add(next, SocketEvents.Readable, "next");
            Assert.Empty(poll.Look());
            successor.Second.Send([1]);
            Assert.Equal([("next", SocketEvents.Readable)], poll.Await());
        }

        Assert.True(reused > 0 || !OperatingSystem.IsLinux());
    }

    /// <summary>Another thread is quick: the wait has the event in hand, and somebody else has the place.</summary>
    [Fact]
    public void An_event_that_is_on_its_way_does_not_go_to_the_successor()
    {
        var readiness = new ScriptedReadiness();
        using var poll = new SocketPoll(TimeProvider.System, readiness);
        using var former = new ScriptedSocket();
        using var next = new ScriptedSocket();
        former.Link.Open();
        next.Link.Open();
        poll.Add(former.Socket, SocketEvents.Readable, "former");
        Assert.Empty(poll.Look());
        readiness.Ready = socket => socket == former.Handle ? ReadinessMask.Read : ReadinessMask.None;
        readiness.Returning = () =>
        {
            readiness.Returning = null;
            former.Socket.Dispose();
            poll.Add(next.Socket, SocketEvents.Readable, "next");
        };
        Assert.Empty(poll.Look());
        Assert.Equal(1, poll.Count);
        readiness.Ready = static _ => ReadinessMask.Read;
        Assert.Equal([("next", SocketEvents.Readable)], poll.Look());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Everybody_gets_a_turn_when_there_is_room_for_few(bool isPortable)
    {
        const int Sockets = 300; // more than the kernel tells at a time
        foreach (int room in (int[])[1, 7, 64])
        {
            using SocketPoll poll = PollKinds.Create(isPortable);
            PlainPair[] pairs = [.. Enumerable.Range(0, Sockets).Select(static _ => new PlainPair("unix"))];
            try
            {
                foreach (PlainPair pair in pairs)
                {
                    pair.Peer.Send([1]);
                    poll.Add(pair.Socket, SocketEvents.Readable, pair);
                }

                // Nobody receives anything, so everybody stays ready.
                var turns = new Dictionary<object, int>();
                int waits = Sockets / room * 4;
                for (int i = 0; i < waits; i++)
                {
                    foreach ((object? userData, _) in poll.Look(room))
                        turns[userData!] = turns.GetValueOrDefault(userData!) + 1;
                }

                Assert.Equal(Sockets, turns.Count);
            }
            finally
            {
                foreach (PlainPair pair in pairs)
                    pair.Dispose();
            }
        }
    }

    /// <summary>Those with decrypted bytes could fill every wait: the system's ready ones and the timers come in between.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public void Decrypted_bytes_starve_nobody(bool isPortable)
    {
        foreach (int room in (int[])[1, 3])
        {
            using SocketPoll poll = PollKinds.Create(isPortable);
            ScriptedSocket[] busy = [.. Enumerable.Range(0, 3).Select(static _ => new ScriptedSocket(hasSystemSocket: false))];
            foreach (ScriptedSocket scripted in busy)
            {
                scripted.Link.Open();
                scripted.Link.IsReadable = true;
                poll.Add(scripted.Socket, SocketEvents.Readable, "busy");
            }

            Assert.All(poll.Look(room), static found => Assert.Equal("busy", found.UserData));
            using var pair = new PlainPair("unix");
            pair.Arrive();
            poll.Add(pair.Socket, SocketEvents.Readable, "plain");
            poll.AddTimer(TimeSpan.Zero, "timer");
            var seen = new HashSet<object?>();
            for (int i = 0; i < 12; i++)
                seen.UnionWith(poll.Look(room).Select(static found => found.UserData));
            Assert.Superset(new HashSet<object?> { "busy", "plain", "timer" }, seen);
            foreach (ScriptedSocket scripted in busy)
                scripted.Dispose();
        }
    }

    [Fact]
    public void Disposal_lets_the_sockets_go_and_ends_use()
    {
        var poll = new SocketPoll();
        using var pair = new PlainPair("tcp");
        poll.Add(pair.Socket, SocketEvents.Readable);
        SocketPollTimer timer = poll.AddTimer(TimeSpan.Zero);
        poll.Dispose();
        poll.Dispose();
        Assert.False(timer.IsActive);
        Assert.False(timer.Cancel());
        Assert.Throws<ObjectDisposedException>(() => poll.Wait(new SocketPollEvent[1], TimeSpan.Zero));
        Assert.Throws<ObjectDisposedException>(() => poll.AddTimer(TimeSpan.Zero));
        poll.Wake();
        pair.Arrive();
        Assert.Equal(1, pair.Drain());
        using var next = new SocketPoll();
        next.Add(pair.Socket, SocketEvents.Writable);
        Assert.Single(next.Look());
        Assert.Throws<ObjectDisposedException>(() => poll.Add(pair.Socket, SocketEvents.Readable));
    }
}
