using Sockets.Engine;

namespace Sockets;

/// <summary>A timer in the loop: <see cref="SocketPoll.Wait"/> reports it. Members are for any thread.</summary>
public sealed class SocketPollTimer
{
    private readonly SocketPoll _poll;
    private readonly PollTimer _timer;

    internal SocketPollTimer(SocketPoll poll, PollTimer timer)
    {
        _poll = poll;
        _timer = timer;
    }

    /// <summary>What it was added with.</summary>
    public object? UserData => _timer.UserData;

    /// <summary>Whether it will be reported still.</summary>
    public bool IsActive => _poll.IsActive(_timer);

    /// <summary>
    /// Ends it: it is not reported any more, and an event of it that was reported already, but not looked at, has no
    /// <see cref="SocketPollEvent.Events"/>. False: it had ended before.
    /// </summary>
    public bool Cancel() => _poll.Cancel(_timer);
}
