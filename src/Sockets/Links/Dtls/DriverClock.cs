using System;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>The driver's monotonic clock: what the engine is told, counted from the driver's start.</summary>
internal sealed class DriverClock(TimeProvider timeProvider)
{
    private readonly long _origin = timeProvider.GetTimestamp();

    public MonotonicTime Now => new(timeProvider.GetElapsedTime(_origin).Ticks);

    /// <summary>A deadline in the clock's own units, late enough that <see cref="Now"/> has passed it then.</summary>
    public long ToTimestamp(MonotonicTime deadline)
    {
        if (deadline == MonotonicTime.Never)
            return long.MaxValue;
        UInt128 units = ((UInt128)Math.Max(deadline.Ticks, 0) + 1) * (ulong)timeProvider.TimestampFrequency / TimeSpan.TicksPerSecond;
        return units + 1 > (ulong)(long.MaxValue - Math.Max(_origin, 0)) ? long.MaxValue : _origin + (long)units + 1;
    }

    /// <summary>How long a timer must wait for <paramref name="deadline"/>, rounded up to its resolution of one millisecond.</summary>
    public static TimeSpan Until(MonotonicTime deadline, MonotonicTime now)
    {
        if (deadline <= now)
            return TimeSpan.Zero;
        long milliseconds = ((deadline - now).Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        return TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue));
    }
}
