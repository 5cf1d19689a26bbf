using System;
using System.Threading;
using Sockets.Engine;

namespace Sockets.Pooling;

/// <summary>Durations in the units of <see cref="TimeProvider.GetTimestamp"/>.</summary>
internal static class PoolTime
{
    /// <summary>The end of a duration that begins at <paramref name="now"/>.</summary>
    public static long After(TimeProvider timeProvider, long now, TimeSpan duration) =>
        TimeLimit.EndAfter(timeProvider, now, duration);

    /// <summary>Shorter by a random part of up to <paramref name="jitter"/>.</summary>
    public static TimeSpan Shorten(TimeSpan duration, double jitter, Random random) =>
        duration == Timeout.InfiniteTimeSpan ? duration : duration * (1 - (jitter * random.NextDouble()));
}
