using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Threading;
using Sockets.Diagnostics;
using Sockets.Dtls;
using Sockets.Dtls.Records;

namespace Sockets.Links.Dtls;

/// <summary>
/// The counter "sockets.dtls.discards": records that were dropped, by reason, over all drivers of the process. Summed up when
/// somebody asks, so that a discard costs nothing more than it does anyway.
/// </summary>
internal static class DiscardMeter
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<DatagramDriver> Live = [];
    private static readonly DiscardReason[] Reasons = Enum.GetValues<DiscardReason>();
    private static readonly ulong[] Ended = new ulong[Reasons.Length];

    static DiscardMeter() =>
        SocketsMeter.Observe("sockets.dtls.discards", "{record}", "Records and datagrams that were dropped, by reason.", Measure);

    public static void Add(DatagramDriver driver)
    {
        lock (Gate)
            Live.Add(driver);
    }

    /// <summary>Keeps what the driver has counted.</summary>
    public static void Remove(DatagramDriver driver, ReadOnlySpan<ulong> counts)
    {
        lock (Gate)
        {
            if (!Live.Remove(driver))
                return;
            for (int i = 0; i < Ended.Length; i++)
                Ended[i] += counts[i];
        }
    }

    /// <summary>One counter for each reason.</summary>
    public static ulong[] CreateCounts() => new ulong[Reasons.Length];

    public static void AddTo(Span<ulong> counts, in DtlsStatistics statistics)
    {
        for (int i = 0; i < Reasons.Length; i++)
            counts[i] += statistics.Discarded(Reasons[i]);
    }

    private static List<Measurement<long>> Measure()
    {
        ulong[] counts;
        bool isWhole;
        do
        {
            DatagramDriver[] drivers;
            lock (Gate)
            {
                counts = (ulong[])Ended.Clone();
                drivers = [.. Live];
            }

            isWhole = true;
            foreach (DatagramDriver driver in drivers)
                isWhole &= driver.TryAddDiscards(counts);
        }
        while (!isWhole); // one ended meanwhile: what it counted is in neither place we looked at

        var measurements = new List<Measurement<long>>(Reasons.Length);
        for (int i = 0; i < Reasons.Length; i++)
            measurements.Add(new Measurement<long>((long)counts[i], new KeyValuePair<string, object?>("reason", Reasons[i].ToString())));
        return measurements;
    }
}
