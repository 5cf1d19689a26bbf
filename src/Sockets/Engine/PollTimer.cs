using System;

namespace Sockets.Engine;

/// <summary>A timer of a poll. Its fields belong to the poll's lock.</summary>
internal sealed class PollTimer : PollSource
{
    private readonly TimerQueue _queue;

    /// <param name="queue">Where it stands.</param>
    /// <param name="userData">The user's.</param>
    /// <param name="period">In units of the poll's clock; 0: once.</param>
    /// <param name="poll">Whose it is.</param>
    public PollTimer(TimerQueue queue, object? userData, long period, SocketPoll poll)
        : base(userData)
    {
        _queue = queue;
        Period = period;
        Face = new SocketPollTimer(poll, this);
    }

    public SocketPollTimer Face { get; }

    public long Period { get; }

    /// <summary>When it was due first, and every <see cref="Period"/> after that.</summary>
    public long Origin { get; set; }

    /// <summary>Due, and not reported yet.</summary>
    public bool IsDue { get; private set; }

    /// <summary>The next time is reckoned from the last one, not from now, so that it does not drift; what was missed is not made up for.</summary>
    public override void OnDue(long now)
    {
        IsDue = true;
        if (Period > 0)
            _queue.Schedule(this, NextDue(now));
    }

    public override SocketEvents Evaluate() => IsDue ? SocketEvents.Timer : SocketEvents.None;

    public override bool OnReported(SocketEvents events) => IsDue = false;

    private long NextDue(long now) => Origin + (((Math.Max(now - Origin, 0) / Period) + 1) * Period);
}
