using System;

namespace Sockets.Dtls;

/// <summary>
/// A point on a clock that never goes back, in ticks of 100 ns since an origin of the driver's choice. The engine
/// never reads a clock; every call that needs the time takes it.
/// </summary>
/// <param name="Ticks">100 ns units since the origin.</param>
public readonly record struct MonotonicTime(long Ticks) : IComparable<MonotonicTime>
{
    /// <summary>Later than every other time: what "no timer" looks like.</summary>
    public static MonotonicTime Never => new(long.MaxValue);

    /// <summary>The origin.</summary>
    public static MonotonicTime Zero => default;

    /// <summary>Compares two times.</summary>
    public int CompareTo(MonotonicTime other) => Ticks.CompareTo(other.Ticks);

    /// <summary>The earlier of two times.</summary>
    public static MonotonicTime Min(MonotonicTime left, MonotonicTime right) => left.Ticks <= right.Ticks ? left : right;

    /// <summary>Adds a duration; <see cref="Never"/> stays where it is, and so does anything that would pass it.</summary>
    public static MonotonicTime operator +(MonotonicTime time, TimeSpan duration)
    {
        long sum = unchecked(time.Ticks + duration.Ticks);
        return duration.Ticks > 0 && sum < time.Ticks ? Never : new(time == Never ? long.MaxValue : sum);
    }

    /// <summary>The duration between two times.</summary>
    public static TimeSpan operator -(MonotonicTime left, MonotonicTime right) => new(left.Ticks - right.Ticks);

    /// <summary>Earlier than.</summary>
    public static bool operator <(MonotonicTime left, MonotonicTime right) => left.Ticks < right.Ticks;

    /// <summary>Later than.</summary>
    public static bool operator >(MonotonicTime left, MonotonicTime right) => left.Ticks > right.Ticks;

    /// <summary>Not later than.</summary>
    public static bool operator <=(MonotonicTime left, MonotonicTime right) => left.Ticks <= right.Ticks;

    /// <summary>Not earlier than.</summary>
    public static bool operator >=(MonotonicTime left, MonotonicTime right) => left.Ticks >= right.Ticks;

    /// <summary>Adds a duration (the named form of <c>+</c>).</summary>
    public MonotonicTime Add(TimeSpan duration) => this + duration;

    /// <summary>The duration since <paramref name="other"/> (the named form of <c>-</c>).</summary>
    public TimeSpan Subtract(MonotonicTime other) => this - other;
}
