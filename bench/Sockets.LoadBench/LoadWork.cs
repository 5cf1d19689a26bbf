using System;

namespace Sockets.LoadBench;

/// <summary>An operation that can be repeated: one contender of a comparison.</summary>
internal abstract class LoadWork : IDisposable
{
    /// <summary>Who it is.</summary>
    public abstract string Name { get; }

    /// <summary>The ratio it has to reach; null when it is shown for comparison only.</summary>
    public double? Target { get; init; }

    /// <summary>Where <see cref="Target"/> is only aimed at: the ratio below which it is missed.</summary>
    public double? Floor { get; init; }

    /// <summary>Whether the target is a limit of what it costs, 1 / <see cref="Target"/> times as much as the peer.</summary>
    public bool IsCost { get; init; }

    /// <summary>Which clock the target is held against.</summary>
    public RatioBasis Basis { get; init; }

    /// <summary>What it may allocate where there is a target.</summary>
    public AllocationRule Allocation { get; init; }

    /// <summary>Whose CPU time counts.</summary>
    public virtual CpuScope Scope => CpuScope.Thread;

    /// <summary>Bytes that an operation moves, when it moves any: the rate is then also shown in bytes.</summary>
    public virtual long BytesPerOperation => 0;

    /// <summary>How long single operations took, when it records that.</summary>
    public virtual LatencyHistogram? Latency => null;

    /// <summary>The percentiles of that.</summary>
    public virtual LatencyPercentiles? LatencySummary => Latency?.Summarize();

    /// <summary>What arrived of everything since <see cref="Warmed"/>, when something may be lost.</summary>
    public virtual Delivery? Delivery => null;

    /// <summary>The slices that only warm up are over: counters start again.</summary>
    public virtual void Warmed() => Latency?.Clear();

    /// <summary>
    /// Repeats the operation a fixed number of times, some 5 to 50 ms, and measures that alone:
    /// <see cref="CpuClock.Measure"/>, or <see cref="CpuClock.Start"/> and <see cref="CpuClock.Stop"/>, once or several times.
    /// </summary>
    public abstract void RunSlice(CpuClock clock);

    /// <summary>Frees what it holds.</summary>
    public abstract void Dispose();
}
