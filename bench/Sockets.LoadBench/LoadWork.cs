using System;

namespace Sockets.LoadBench;

/// <summary>An operation that can be repeated: one contender of a comparison.</summary>
internal abstract class LoadWork : IDisposable
{
    /// <summary>Who it is.</summary>
    public abstract string Name { get; }

    /// <summary>The ratio it has to reach; null when it is shown for comparison only.</summary>
    public double? Target { get; init; }

    /// <summary>Repeats the operation a fixed number of times and measures that alone.</summary>
    /// <param name="clock">What measures.</param>
    /// <returns>CPU nanoseconds of one operation.</returns>
    public abstract double RunSlice(CpuClock clock);

    /// <summary>Frees what it holds.</summary>
    public abstract void Dispose();
}
