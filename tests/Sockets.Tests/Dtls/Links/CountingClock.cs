namespace Sockets.Tests;

/// <summary>A clock that a test moves, and that counts the timers somebody asked it for.</summary>
internal sealed class CountingClock : TimeProvider
{
    // Another unit than ticks, so that a mix-up shows.
    private const long Frequency = 1_000_000_000;

    private long _now = Frequency;

    public int Timers { get; private set; }

    public override long TimestampFrequency => Frequency;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timers++;
        return base.CreateTimer(callback, state, dueTime, period);
    }

    /// <summary>False: it never comes.</summary>
    public bool AdvanceTo(long timestamp)
    {
        if (timestamp == long.MaxValue)
            return false;
        Volatile.Write(ref _now, Math.Max(_now, timestamp));
        return true;
    }
}
