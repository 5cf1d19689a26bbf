using System;
using System.Threading;
using Sockets.Engine;

namespace Sockets;

public sealed partial class SocketPoll
{
    // What a TimeProvider's timer takes at most is about 49 days.
    private static readonly TimeSpan LongestAlarm = TimeSpan.FromDays(40);

    private ITimer? _alarm;

    /// <summary>No turn is given to a link sooner than this after its last, whatever it asks for.</summary>
    internal long SoonestTimeout => _timeProvider.GetTimestamp() + Math.Max(_timeProvider.TimestampFrequency / 1000, 1);

    /// <summary>
    /// Adds a timer: <see cref="Wait"/> reports it when it is due, never before, with <see cref="SocketEvents.Timer"/>. Timers that
    /// are due are reported in the order of their times.
    /// </summary>
    /// <param name="dueTime">From now, by the poll's clock. A clock other than the system's wakes the wait by its own timer.</param>
    /// <param name="userData">Comes back with the event.</param>
    /// <param name="period">And again after each of these, reckoned from the first time, so that it does not drift. Times that were missed are not made up for. Null: once.</param>
    public SocketPollTimer AddTimer(TimeSpan dueTime, object? userData = null, TimeSpan? period = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        if (period is { } given)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(given, TimeSpan.Zero, nameof(period));
        var timer = new PollTimer(Timers, userData, period is { } length ? Math.Max(ToTimestamps(length), 1) : 0, this);
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            timer.Origin = _timeProvider.GetTimestamp() + ToTimestamps(dueTime);
            Timers.Schedule(timer, timer.Origin);
        }

        EndKernelWait();
        return timer.Face;
    }

    internal bool Cancel(PollTimer timer)
    {
        lock (Gate)
        {
            bool wasActive = IsActive(timer);
            timer.IsGone = true;
            Timers.Remove(timer);
            return wasActive;
        }
    }

    internal bool IsActive(PollTimer timer)
    {
        lock (Gate)
            return !timer.IsGone && !_isDisposed && (timer.IsDue || timer.Index >= 0);
    }

    /// <summary>A time of another clock, by this one's.</summary>
    internal long ToOwnTime(long timestamp, TimeProvider clock)
    {
        if (timestamp == long.MaxValue || ReferenceEquals(clock, _timeProvider))
            return timestamp;
        TimeSpan left = clock.GetElapsedTime(clock.GetTimestamp(), timestamp);
        return _timeProvider.GetTimestamp() + (left > TimeSpan.Zero ? ToTimestamps(left) : 0);
    }

    private void TakeDueTimers()
    {
        if (Timers.Count == 0) // read without the lock: whoever adds one now ends the wait that follows
            return;
        lock (Gate)
        {
            long now = _timeProvider.GetTimestamp();
            while (Timers.TryTake(now, out TimerNode? node))
            {
                var source = (PollSource)node;
                source.OnDue(now);
                Enqueue(source);
            }
        }
    }

    /// <summary>
    /// The wait ends when the first timer is due. A clock other than the system's may stand still or jump, so that one is
    /// asked to wake the wait itself.
    /// </summary>
    private TimeSpan LimitToTimers(TimeSpan timeout)
    {
        long due;
        lock (Gate)
            due = Timers.NextDue;
        if (due == long.MaxValue)
            return timeout;
        TimeSpan left = TimeUntil(due);
        if (left <= TimeSpan.Zero)
            return TimeSpan.Zero;
        if (ReferenceEquals(_timeProvider, TimeProvider.System))
            return timeout == Timeout.InfiniteTimeSpan || left < timeout ? left : timeout;

        _alarm ??= _timeProvider.CreateTimer(static poll => ((SocketPoll)poll!).EndKernelWait(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _alarm.Change(left, Timeout.InfiniteTimeSpan);
        return TimeUntil(due) > TimeSpan.Zero ? timeout : TimeSpan.Zero;
    }

    /// <summary>Rounded up: when it has passed, the time has come.</summary>
    private TimeSpan TimeUntil(long due)
    {
        long left = due - _timeProvider.GetTimestamp();
        return left <= 0 ? TimeSpan.Zero : TimeSpan.FromTicks((long)Math.Min(Math.Ceiling(left * (double)TimeSpan.TicksPerSecond / _timeProvider.TimestampFrequency), LongestAlarm.Ticks));
    }

    private long ToTimestamps(TimeSpan time) => (long)Math.Min(Math.Ceiling(time.TotalSeconds * _timeProvider.TimestampFrequency), long.MaxValue / 4);
}
