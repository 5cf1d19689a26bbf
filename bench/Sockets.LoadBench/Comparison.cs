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
    private const int LeastRounds = 9;

    /// <summary>Measures for about so many seconds. Disposes the work.</summary>
    public static IEnumerable<Measurement> Run(string subject, LoadWork peer, IReadOnlyList<LoadWork> contenders, double seconds)
    {
        LoadWork[] turns = [peer, .. contenders];
        var clocks = turns.Select(static _ => new CpuClock()).ToArray();
        var slices = turns.Select(static _ => new List<double>()).ToArray();
        for (int i = 0; i < turns.Length; i++)
        {
            turns[i].RunSlice(clocks[i]);
            turns[i].RunSlice(clocks[i]);
            clocks[i].Reset();
        }

        var elapsed = Stopwatch.StartNew();
        while (slices[0].Count < LeastRounds || elapsed.Elapsed.TotalSeconds < seconds)
        {
            for (int i = 0; i < turns.Length; i++)
                slices[i].Add(turns[i].RunSlice(clocks[i]));
        }

        for (int i = 1; i < turns.Length; i++)
        {
            double[] ratios = [.. slices[0].Zip(slices[i], static (theirs, ours) => theirs / ours).Order()];
            yield return new Measurement(
                subject,
                turns[i].Name,
                peer.Name,
                Median(slices[i]),
                Median(slices[0]),
                ratios[ratios.Length / 2],
                ratios[Rank(ratios.Length, -1)],
                ratios[Rank(ratios.Length, 1)],
                turns[i].Target,
                (double)clocks[i].Allocated / clocks[i].Operations);
        }

        foreach (LoadWork work in turns)
            work.Dispose();
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    // The ranks between which the median lies with 95 % confidence, from the binomial distribution.
    private static int Rank(int count, int side) =>
        Math.Clamp((int)Math.Round((count / 2.0) + (side * 0.98 * Math.Sqrt(count))), 0, count - 1);
}
