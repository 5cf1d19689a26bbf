using System.Net.Sockets;

namespace Sockets.Tests.Polling;

/// <summary>Level, edge and one-shot on plain sockets.</summary>
public class ModeTests
{
    public static MatrixTheoryData<bool, string> Everywhere => new(PollKinds.Both.Select(static row => row.Data), ["tcp", "unix", "udp"]);

    public static TheoryData<bool> Both => PollKinds.Both;

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void Level_reports_as_long_as_there_is_something(bool isPortable, string kind)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var pair = new PlainPair(kind);
        poll.Add(pair.Socket, SocketEvents.Readable, "a");
        Assert.Empty(poll.Look());
        pair.Arrive();
        Assert.Equal([("a", SocketEvents.Readable)], poll.Await());
        Assert.Equal([("a", SocketEvents.Readable)], poll.Look());
        Assert.Equal(1, pair.Drain());
        Assert.Empty(poll.Look());
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void An_edge_is_reported_once_and_again_after_a_receive_that_found_nothing(bool isPortable, string kind)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var pair = new PlainPair(kind);
        poll.Add(pair.Socket, SocketEvents.Readable, "a", SocketPollMode.Edge);
        Assert.Empty(poll.Look());
        pair.Arrive();
        Assert.Equal([("a", SocketEvents.Readable)], poll.Await());
        Assert.Empty(poll.Look());
        Assert.Equal(1, pair.Drain());
        Assert.Empty(poll.Look());
        pair.Arrive();
        Assert.Equal([("a", SocketEvents.Readable)], poll.Await());
        Assert.Empty(poll.Look());
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void A_one_shot_is_silent_until_it_is_modified(bool isPortable, string kind)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var pair = new PlainPair(kind);
        poll.Add(pair.Socket, SocketEvents.Readable, "a", SocketPollMode.OneShot);
        pair.Arrive();
        Assert.Equal([("a", SocketEvents.Readable)], poll.Await());
        pair.Drain();
        pair.Arrive();
        Assert.Empty(poll.Look());
        Assert.Empty(poll.Look());
        poll.Modify(pair.Socket, SocketEvents.Readable);
        Assert.Equal([("a", SocketEvents.Readable)], poll.Await());
        Assert.Empty(poll.Look());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void What_is_there_already_when_a_socket_is_added_is_reported(bool isPortable)
    {
        foreach (SocketPollMode mode in Enum.GetValues<SocketPollMode>())
        {
            using SocketPoll poll = PollKinds.Create(isPortable);
            using var pair = new PlainPair("tcp");
            pair.Arrive();
            poll.Add(pair.Socket, SocketEvents.Readable, mode, mode);
            Assert.Equal([(mode, SocketEvents.Readable)], poll.Look());
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Room_to_send_is_an_edge_after_a_send_that_found_none(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var pair = new PlainPair("unix");
        poll.Add(pair.Socket, SocketEvents.Writable, "a", SocketPollMode.Edge);
        Assert.Equal([("a", SocketEvents.Writable)], poll.Look());
        Assert.Empty(poll.Look());
        pair.Fill();
        Assert.Empty(poll.Look());
        pair.DrainPeer();
        Assert.Equal([("a", SocketEvents.Writable)], poll.Await());
        Assert.Empty(poll.Look());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Both_directions_come_as_one_event(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var pair = new PlainPair("tcp");
        poll.Add(pair.Socket, SocketEvents.Readable | SocketEvents.Writable);
        Assert.Equal([(null, SocketEvents.Writable)], poll.Look());
        pair.Arrive();
        Assert.Equal([(null, SocketEvents.Readable | SocketEvents.Writable)], poll.Look());
        poll.Modify(pair.Socket, SocketEvents.Readable);
        Assert.Equal([(null, SocketEvents.Readable)], poll.Look());
        poll.Modify(pair.Socket, SocketEvents.None);
        Assert.Empty(poll.Look());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Modify_keeps_the_user_data_and_can_change_the_mode(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var pair = new PlainPair("tcp");
        object data = new();
        poll.Add(pair.Socket, SocketEvents.Readable, data);
        pair.Arrive();
        poll.Modify(pair.Socket, SocketEvents.Readable, SocketPollMode.OneShot);
        Assert.Same(data, poll.GetUserData(pair.Socket));
        SocketPollEvent found = poll.AwaitOne();
        Assert.Same(data, found.UserData);
        Assert.Same(pair.Socket, found.Socket);
        Assert.Null(found.Timer);
        Assert.Empty(poll.Look());
        poll.Modify(pair.Socket, SocketEvents.Readable, SocketPollMode.Level);
        Assert.Single(poll.Look());
        Assert.Single(poll.Look());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void The_end_of_the_peers_side_is_told_when_asked_for(bool isPortable)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems tell the end of one side by readability only.");
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var pair = new PlainPair("tcp");
        poll.Add(pair.Socket, SocketEvents.Readable | SocketEvents.Closed);
        pair.Peer.Send([1]);
        pair.Peer.Shutdown(SocketShutdown.Send);
        while (poll.Await()[0].Events != (SocketEvents.Readable | SocketEvents.Closed))
        {
            // The byte may come alone first.
        }

        poll.Modify(pair.Socket, SocketEvents.Readable);
        Assert.Equal([(null, SocketEvents.Readable)], poll.Look());
        Assert.True(pair.Socket.TryReceive(new byte[4], out SocketReceiveResult result));
        Assert.Equal(1, result.Count);
        Assert.True(pair.Socket.TryReceive(new byte[4], out result));
        Assert.True(result.IsEnd);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_reset_is_an_error_unasked_and_the_next_operation_throws_it(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        using var pair = new PlainPair("tcp");
        poll.Add(pair.Socket, SocketEvents.None, "a");
        Assert.Empty(poll.Look());
        pair.Peer.LingerState = new LingerOption(true, 0);
        pair.Peer.Dispose();
        (object? userData, SocketEvents events) = Assert.Single(poll.Await());
        Assert.Equal("a", userData);
        Assert.True(events.HasFlag(SocketEvents.Error), events.ToString());
        SocketFailureException failure = Assert.Throws<SocketFailureException>(() => pair.Socket.TryReceive(new byte[1], out _));
        Assert.Equal(SocketFailureReason.ConnectionReset, failure.Reason);
    }
}
