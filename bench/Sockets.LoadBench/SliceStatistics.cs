using System;
using System.Collections.Generic;
using System.Linq;

namespace Sockets.LoadBench;

/// <summary>Medians, which outliers do not move, and how well they are known.</summary>
internal static class SliceStatistics
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>The median of what each pair's first is of its second.</summary>
    public static RatioInterval Ratio(IEnumerable<double> peer, IEnumerable<double> contender)
    {
        double[] ratios = [.. peer.Zip(contender, static (theirs, ours) => theirs / ours).Order()];
        return new RatioInterval(ratios[ratios.Length / 2], ratios[Rank(ratios.Length, -1)], ratios[Rank(ratios.Length, 1)]);
    }

    /// <summary>
    /// The ranks, counted from 0, between which the median lies with 95 % confidence, from the binomial distribution:
    /// <paramref name="side"/> is -1 for the lower and 1 for the upper.
    /// </summary>
    public static int Rank(int count, int side) =>
        Math.Clamp((int)Math.Round((count / 2.0) + (side * 0.98 * Math.Sqrt(count))) - (side < 0 ? 1 : 0), 0, count - 1);
}
