using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;

namespace Sockets.LoadBench;

/// <summary>
/// Contenders and one peer taking turns, slice by slice: what slows the machine down for a while slows down all of them,
/// and the ratio of neighbours stays.
/// </summary>
internal static class Comparison
{
    /// <summary>Rounds that give an interval of their median.</summary>
    public const int LeastRounds = 9;

    /// <summary>
    /// Bytes an operation of a process that are nobody's: what starts and ends a slice, a timer or a table of somebody else. No
    /// object is smaller than 24 bytes: one in ten operations would show.
    /// </summary>
    public const double AllocationNoise = 2;

    /// <summary>Measures for about so many seconds. Disposes the work.</summary>
    /// <param name="subject">What is measured.</param>
    /// <param name="peer">What the contenders are compared with.</param>
    /// <param name="contenders">Who takes turns with it.</param>
    /// <param name="seconds">How long, about.</param>
    /// <param name="progress">Is told the subject, several times a second, never while a clock runs.</param>
    /// <param name="leastRounds">How many rounds at least, however long they take; with few of them, one warms up.</param>
    public static IReadOnlyList<Measurement> Run(
        string subject,
        LoadWork peer,
        IReadOnlyList<LoadWork> contenders,
        double seconds,
        Action<string>? progress = null,
        int leastRounds = LeastRounds)
    {
        LoadWork[] turns = [peer, .. contenders];
        try
        {
            var clocks = turns.Select(static work => new CpuClock(work.Scope)).ToArray();
            var slices = turns.Select(static _ => new List<SliceCost>()).ToArray();
            for (int i = 0; i < turns.Length; i++)
            {
                turns[i].RunSlice(clocks[i]);
                if (leastRounds >= LeastRounds)
                    turns[i].RunSlice(clocks[i]);
                turns[i].Warmed();
                clocks[i].Reset();
            }

            var elapsed = Stopwatch.StartNew();
            while (slices[0].Count < leastRounds || elapsed.Elapsed.TotalSeconds < seconds)
            {
                progress?.Invoke(subject);
                for (int i = 0; i < turns.Length; i++)
                {
                    turns[i].RunSlice(clocks[i]);
                    slices[i].Add(clocks[i].EndSlice());
                }
            }

            List<Measurement> rows = [];
            for (int i = 1; i < turns.Length; i++)
                rows.Add(Measure(subject, peer, turns[i], slices[0], slices[i], clocks[0], clocks[i]));
            return rows;
        }
        finally
        {
            foreach (LoadWork work in turns)
                work.Dispose();
        }
    }

    private static Measurement Measure(string subject, LoadWork peer, LoadWork work, List<SliceCost> theirs, List<SliceCost> ours, CpuClock theirClock, CpuClock clock)
    {
        double allocated = Allocated(work, ours, clock);
        double peerAllocated = Allocated(peer, theirs, theirClock);
        return new Measurement
        {
            Subject = subject,
            Contender = work.Name,
            Peer = peer.Name,
            Cpu = Pair(theirs, ours, static slice => slice.Cpu),
            Wall = Pair(theirs, ours, static slice => slice.Wall),
            Basis = work.Basis,
            Target = work.Target,
            Floor = work.Floor,
            IsCost = work.IsCost,
            AllocatedBytes = allocated,
            PeerAllocatedBytes = peerAllocated,
            AllocationLimit = work.Allocation switch
            {
                AllocationRule.Nothing => work.Scope == CpuScope.Thread ? 0 : AllocationNoise,
                AllocationRule.AtMostPeer => (1.01 * peerAllocated) + AllocationNoise,
                _ => null,
            },
            BytesPerOperation = work.BytesPerOperation,
            Latency = work.LatencySummary,
            PeerLatency = peer.LatencySummary,
            Delivery = work.Delivery,
        };
    }

    /// <summary>Of a thread, all of it; of a process, the median slice's: a pool that grows once is no operation's.</summary>
    private static double Allocated(LoadWork work, List<SliceCost> slices, CpuClock clock) => work.Scope == CpuScope.Thread
        ? (double)clock.Allocated / clock.Operations
        : SliceStatistics.Median(slices.Select(static slice => slice.Allocated));

    private static PairedCost Pair(List<SliceCost> theirs, List<SliceCost> ours, Func<SliceCost, double> clock) => new(
        SliceStatistics.Median(ours.Select(clock)),
        SliceStatistics.Median(theirs.Select(clock)),
        SliceStatistics.Ratio(theirs.Select(clock), ours.Select(clock)));
}
