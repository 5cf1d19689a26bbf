using Sockets.Links;
using Sockets.Platform;

namespace Sockets.Tests.Polling;

/// <summary>The user's mask and the link's, on a kernel that tells what it was told.</summary>
public sealed class TwoMaskTests : IDisposable
{
    private readonly ScriptedReadiness _readiness = new();
    private readonly SocketPoll _poll;

    public TwoMaskTests() => _poll = new SocketPoll(TimeProvider.System, _readiness);

    public void Dispose()
    {
        _poll.Dispose();
        _readiness.Dispose();
    }

    [Fact]
    public void A_handshake_is_watched_for_what_it_wants_and_the_user_gets_his_own_afterwards()
    {
        using var scripted = new ScriptedSocket();
        scripted.Link.NowWants = LinkWants.Write;
        _poll.Add(scripted.Socket, SocketEvents.Readable, "a");
        Assert.Empty(_poll.Look());
        Assert.Equal(ReadinessMask.Write, scripted.MaskIn(_readiness));

        // It turns around.
        _readiness.Ready = static _ => ReadinessMask.Write | ReadinessMask.Read;
        scripted.Link.OnProgress = static link => link.NowWants = LinkWants.Read;
        int before = scripted.Link.Progressed;
        Assert.Empty(_poll.Look());
        Assert.Equal(before + 1, scripted.Link.Progressed);
        Assert.Equal(ReadinessMask.Read, scripted.MaskIn(_readiness));

        // It ends: what was watched for until now was the link's affair and is not reported.
        scripted.Link.OnProgress = static link => link.Open();
        Assert.Empty(_poll.Look());
        _readiness.Ready = static _ => ReadinessMask.None;
        Assert.Empty(_poll.Look());
        Assert.Equal(ReadinessMask.Read, scripted.MaskIn(_readiness));
        _readiness.Ready = static _ => ReadinessMask.Read;
        Assert.Equal([("a", SocketEvents.Readable)], _poll.Look());
    }

    [Fact]
    public void A_link_that_is_busy_elsewhere_is_not_watched_at_all_until_it_says_so()
    {
        using var scripted = new ScriptedSocket();
        _readiness.Ready = static _ => ReadinessMask.HangUp | ReadinessMask.Error; // would be told without being asked for
        _poll.Add(scripted.Socket, SocketEvents.Readable | SocketEvents.Connected, "a");
        Assert.Empty(_poll.Look());
        Assert.Null(scripted.MaskIn(_readiness));
        int before = scripted.Link.Progressed;
        Assert.Empty(_poll.Look());
        Assert.Equal(before, scripted.Link.Progressed);

        _readiness.Ready = static _ => ReadinessMask.None;
        scripted.Link.OnProgress = static link => link.Open();
        scripted.Link.Changed!();
        Assert.Equal([("a", SocketEvents.Connected)], _poll.Look());
        Assert.Equal(ReadinessMask.Read, scripted.MaskIn(_readiness));
    }

    [Fact]
    public void Ciphertext_that_is_queued_is_watched_for_beside_the_users_mask_and_hides_writability()
    {
        using var scripted = new ScriptedSocket();
        scripted.Link.Open();
        _poll.Add(scripted.Socket, SocketEvents.Readable | SocketEvents.Writable, "a");
        _readiness.Ready = static _ => ReadinessMask.Write;
        Assert.Equal([("a", SocketEvents.Writable)], _poll.Look());
        Assert.Equal(ReadinessMask.Read | ReadinessMask.Write, scripted.MaskIn(_readiness));

        // A send leaves something queued; the kernel has room, but the link takes it.
        _poll.Modify(scripted.Socket, SocketEvents.Readable);
        scripted.Link.NowWants = LinkWants.Write;
        _readiness.Ready = static _ => ReadinessMask.None;
        Assert.False(scripted.Socket.TrySend([1], out _));
        Assert.Empty(_poll.Look());
        Assert.Equal(ReadinessMask.Read | ReadinessMask.Write, scripted.MaskIn(_readiness));
        _poll.Modify(scripted.Socket, SocketEvents.Writable);
        _readiness.Ready = static _ => ReadinessMask.Write;
        int before = scripted.Link.Progressed;
        Assert.Empty(_poll.Look());
        Assert.Equal(before + 1, scripted.Link.Progressed);
        scripted.Link.OnProgress = static link => link.NowWants = LinkWants.None;
        Assert.Empty(_poll.Look());
        Assert.Equal([("a", SocketEvents.Writable)], _poll.Look());
    }

    [Theory]
    [InlineData(SocketPollMode.Level)]
    [InlineData(SocketPollMode.Edge)]
    [InlineData(SocketPollMode.OneShot)]
    public void Decrypted_bytes_are_readable_without_the_kernel(SocketPollMode mode)
    {
        using var scripted = new ScriptedSocket();
        scripted.Link.Open();
        scripted.Link.IsReadable = true;
        _poll.Add(scripted.Socket, SocketEvents.Readable, "a", mode);

        // The kernel is only asked, never waited for: the wait has no limit, and this kernel would return from it.
        var events = new SocketPollEvent[4];
        Assert.Equal(1, _poll.Wait(events, Timeout.InfiniteTimeSpan));
        Assert.Equal(0, _readiness.LastTimeout);
        Assert.Equal(mode == SocketPollMode.Level ? 1 : 0, _poll.Look().Count);
        Assert.True(scripted.Socket.TryReceive(new byte[1], out _));
        Assert.Empty(_poll.Look());

        // More arrives with the next receive, and is left there.
        Assert.False(scripted.Socket.TryReceive(new byte[1], out _));
        scripted.Link.IsReadable = true;
        scripted.Link.Changed!();
        if (mode == SocketPollMode.OneShot)
        {
            Assert.Empty(_poll.Look());
            _poll.Modify(scripted.Socket, SocketEvents.Readable);
        }

        Assert.Equal([("a", SocketEvents.Readable)], _poll.Look());
    }

    /// <summary>A receive may decrypt more than it was asked for, though no event came before it.</summary>
    [Fact]
    public void What_a_receive_leaves_decrypted_is_found()
    {
        using var scripted = new ScriptedSocket();
        scripted.Link.Open();
        _poll.Add(scripted.Socket, SocketEvents.Readable, "a");
        Assert.Empty(_poll.Look());
        Assert.False(scripted.Socket.TryReceive(new byte[1], out _));
        scripted.Link.IsReadable = true;
        Assert.Equal([("a", SocketEvents.Readable)], _poll.Look());
    }

    [Fact]
    public void One_who_is_not_interested_in_reading_does_not_hear_of_decrypted_bytes()
    {
        using var scripted = new ScriptedSocket();
        scripted.Link.Open();
        scripted.Link.IsReadable = true;
        _poll.Add(scripted.Socket, SocketEvents.Writable);
        Assert.Empty(_poll.Look());
        _poll.Modify(scripted.Socket, SocketEvents.Readable);
        Assert.Single(_poll.Look());
    }

    /// <summary>A datagram link reads for itself all the time: acknowledgements are no news for the user.</summary>
    [Fact]
    public void What_the_link_reads_for_itself_is_readable_only_if_something_is_left_for_the_user()
    {
        using var scripted = new ScriptedSocket();
        scripted.Link.Open(LinkWants.Read);
        _poll.Add(scripted.Socket, SocketEvents.Readable, "a");
        _readiness.Ready = static _ => ReadinessMask.Read;
        Assert.Empty(_poll.Look());
        scripted.Link.OnProgress = static link => link.IsReadable = true;
        Assert.Equal([("a", SocketEvents.Readable)], _poll.Look());
    }

    /// <summary>The link has taken a part by edge: the kernel must be asked for the rest.</summary>
    [Fact]
    public void An_edge_that_the_link_used_is_armed_again()
    {
        using var scripted = new ScriptedSocket();
        scripted.Link.Open(LinkWants.Read);
        _poll.Add(scripted.Socket, SocketEvents.Readable, "a", SocketPollMode.Edge);
        _poll.Look();
        _readiness.Ready = static _ => ReadinessMask.Read;
        int before = scripted.Link.Progressed;
        for (int i = 1; i <= 3; i++)
        {
            Assert.Empty(_poll.Look());
            Assert.Equal(before + i, scripted.Link.Progressed);
        }
    }

    [Fact]
    public void A_link_without_a_system_socket_is_told_by_its_own_signals()
    {
        using var scripted = new ScriptedSocket(hasSystemSocket: false);
        _poll.Add(scripted.Socket, SocketEvents.Readable | SocketEvents.Writable | SocketEvents.Connected, "a", SocketPollMode.Edge);
        Assert.Empty(_poll.Look());
        Assert.Empty(_readiness.All);
        scripted.Link.Open();
        scripted.Link.Changed!();
        Assert.Equal([("a", SocketEvents.Connected | SocketEvents.Writable)], _poll.Look());
        Assert.Empty(_poll.Look());
        scripted.Link.IsReadyToSend = false;
        scripted.Link.IsReadable = true;
        scripted.Link.Changed!();
        Assert.Equal([("a", SocketEvents.Readable)], _poll.Look());
        Assert.False(scripted.Socket.TrySend([1], out _));
        Assert.Empty(_poll.Look());
        scripted.Link.IsReadyToSend = true;
        Assert.True(scripted.Socket.TryReceive(new byte[1], out _));
        scripted.Link.Changed!();
        Assert.Equal([("a", SocketEvents.Writable)], _poll.Look());
        _poll.Modify(scripted.Socket, SocketEvents.Writable, SocketPollMode.Level);
        Assert.Single(_poll.Look());
        Assert.Single(_poll.Look());
    }

    [Fact]
    public void A_failure_of_the_link_is_an_event_of_its_socket_and_of_nobody_else()
    {
        using var broken = new ScriptedSocket();
        using var sound = new ScriptedSocket();
        broken.Link.NowWants = LinkWants.Read;
        sound.Link.Open();
        sound.Link.IsReadable = true;
        _poll.Add(broken.Socket, SocketEvents.Connected, "broken");
        _poll.Add(sound.Socket, SocketEvents.Readable, "sound");
        Assert.Equal([("sound", SocketEvents.Readable)], _poll.Look());
        broken.Link.OnProgress = static _ => throw new InvalidOperationException("Out of order.");
        _readiness.Ready = socket => socket == broken.Handle ? ReadinessMask.Read : ReadinessMask.None;
        Assert.Equal([("sound", SocketEvents.Readable), ("broken", SocketEvents.Error)], _poll.Look());
        Assert.Null(broken.MaskIn(_readiness));
        Assert.Equal(SocketState.Closed, broken.Socket.State);
        Assert.Contains("Out of order", Assert.Throws<SocketFailureException>(() => broken.Socket.TryReceive(new byte[1], out _)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_timeout_in_the_handshake_is_kept_as_the_sockets_failure()
    {
        using var scripted = new ScriptedSocket();
        scripted.Link.OnProgress = static _ => throw new SocketFailureException(SocketFailureReason.TimedOut, "Too slow.");
        _poll.Add(scripted.Socket, SocketEvents.Connected);
        SocketPollEvent found = _poll.AwaitOne();
        Assert.Equal(SocketFailureReason.TimedOut, found.Failure!.Reason);
        Assert.Equal(SocketState.Closed, scripted.Socket.State);
    }
}
