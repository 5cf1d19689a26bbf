using System;
using System.Threading;

namespace Sockets.Engine;

/// <summary>
/// A point in time by which everything has to be over: resolving, connecting and the handshake share one. The default value is
/// <see cref="Never"/>.
/// </summary>
internal readonly struct Deadline
{
    // What timers accept at most, in milliseconds.
    private const long LongestTimer = uint.MaxValue - 1;

    private readonly TimeProvider? _timeProvider;
    private readonly long _start;

    private Deadline(TimeSpan timeout, TimeProvider timeProvider)
    {
        Timeout = timeout;
        _timeProvider = timeProvider;
        _start = timeProvider.GetTimestamp();
    }

    public static Deadline Never => default;

    /// <summary>Where there is none.</summary>
    public bool IsNever => _timeProvider is null;

    /// <summary>How much time there was at the beginning: what an error reports. Without meaning for <see cref="Never"/>.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Zero when it has passed, <see cref="TimeSpan.MaxValue"/> when it never does.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (_timeProvider is null)
                return TimeSpan.MaxValue;
            TimeSpan remaining = Timeout - _timeProvider.GetElapsedTime(_start);
            return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }

    /// <summary>The point in time by <see cref="TimeProvider.GetTimestamp"/>; <see cref="long.MaxValue"/> when there is none.</summary>
    public long Timestamp => _timeProvider is null ? long.MaxValue : TimeLimit.EndAfter(_timeProvider, _start, Timeout);

    public bool IsExpired => Remaining == TimeSpan.Zero;

    /// <summary>The clock it is measured with.</summary>
    internal TimeProvider TimeProvider => _timeProvider ?? TimeProvider.System;

    /// <summary>So long from now; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> is <see cref="Never"/>.</summary>
    public static Deadline After(TimeSpan timeout, TimeProvider timeProvider)
    {
        if (timeout == System.Threading.Timeout.InfiniteTimeSpan || timeout == TimeSpan.MaxValue)
            return Never;
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        return new Deadline(timeout, timeProvider);
    }

    /// <summary>
    /// A source that is cancelled by <paramref name="cancellationToken"/> or when the time is over, never before: <see cref="IsExpired"/>
    /// then tells which of the two it was. To be disposed.
    /// </summary>
    public CancellationTokenSource CreateSource(CancellationToken cancellationToken) => new DeadlineSource(this, cancellationToken);

    /// <summary>A wait as timers want it: rounded up to their resolution, cut to their longest; a timer may thus come too early for a very long wait, never late.</summary>
    internal static TimeSpan ToTimer(TimeSpan wait)
    {
        if (wait == TimeSpan.MaxValue)
            return System.Threading.Timeout.InfiniteTimeSpan;
        long milliseconds = wait.Ticks / TimeSpan.TicksPerMillisecond;
        if (wait.Ticks % TimeSpan.TicksPerMillisecond != 0)
            milliseconds++;
        return TimeSpan.FromMilliseconds(Math.Min(milliseconds, LongestTimer));
    }
}
