using System;
using System.Diagnostics;
using System.Numerics;

namespace Sockets.LoadBench;

/// <summary>
/// Counts times in buckets that are at most 1/64 of their value wide: percentiles are right to 1.6 %, and recording neither
/// allocates nor waits. One thread records.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;

    // Values below 2 × SubBuckets have a bucket each; every further power of two has SubBuckets of them.
    private readonly long[] _buckets = new long[(64 - SubBits + 1) * SubBuckets];
    private long _count;
    private long _max;

    /// <summary>Records the time since <see cref="Stopwatch.GetTimestamp"/> gave so much.</summary>
    public void RecordSince(long timestamp) =>
        Record((long)((Stopwatch.GetTimestamp() - timestamp) * (1e9 / Stopwatch.Frequency)));

    /// <summary>Records a time; a negative one counts as 0.</summary>
    public void Record(long nanoseconds)
    {
        nanoseconds = Math.Max(nanoseconds, 0);
        _buckets[BucketOf(nanoseconds)]++;
        _count++;
        _max = Math.Max(_max, nanoseconds);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_buckets);
        _count = 0;
        _max = 0;
    }

    /// <summary>The percentiles of everything recorded; null when there is nothing.</summary>
    public LatencyPercentiles? Summarize() => _count == 0
        ? null
        : new LatencyPercentiles(_count, Percentile(0.5), Percentile(0.99), Percentile(0.999), _max);

    /// <summary>The least bucket's upper end that this part of all times, from 0 to 1, does not exceed.</summary>
    public double Percentile(double part)
    {
        long rank = Math.Max((long)Math.Ceiling(part * _count), 1);
        long seen = 0;
        for (int i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen >= rank)
                return Math.Min(UpperEnd(i), _max);
        }

        return _max;
    }

    private static int BucketOf(long value)
    {
        int shift = Math.Max(BitOperations.Log2((ulong)value | 1) - SubBits, 0);
        return (shift * SubBuckets) + (int)(value >> shift);
    }

    private static long UpperEnd(int bucket)
    {
        int shift = Math.Max((bucket / SubBuckets) - 1, 0);
        long start = bucket - ((long)shift * SubBuckets);
        return ((start + 1) << shift) - 1;
    }
}
