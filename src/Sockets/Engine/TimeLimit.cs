using System;
using System.Threading;

namespace Sockets.Engine;

/// <summary>Time limits of any length, as timers, waits and timestamps can take them.</summary>
internal static class TimeLimit
{
    /// <summary>Whatever the platform waits with takes this much: about 24 days.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>A limit that is longer than that is none.</summary>
    public static TimeSpan OrNone(TimeSpan limit) => limit > Longest ? Timeout.InfiniteTimeSpan : limit;

    /// <summary>The end of a limit that begins at <paramref name="now"/>, in the units of <see cref="TimeProvider.GetTimestamp"/>; <see cref="long.MaxValue"/>: never.</summary>
    public static long EndAfter(TimeProvider timeProvider, long now, TimeSpan limit)
    {
        if (limit == Timeout.InfiniteTimeSpan)
            return long.MaxValue;
        double length = Math.Ceiling(limit.TotalSeconds * timeProvider.TimestampFrequency);
        return length < long.MaxValue - now ? now + (long)length : long.MaxValue;
    }
}
