using System;
using System.Collections.Generic;
using System.Linq;

namespace Sockets.LoadBench.Reports;

/// <summary>A column of a table.</summary>
/// <param name="Title">Its head.</param>
/// <param name="IsNumber">Whether it is aligned to the right.</param>
/// <param name="Value">What a row has there; empty for nothing.</param>
/// <param name="IsShared">Whether all rows of a subject usually have the same there.</param>
internal sealed record ReportColumn(string Title, bool IsNumber, Func<Measurement, string> Value, bool IsShared = false)
{
    private static readonly ReportColumn[] All =
    [
        new("what", false, static row => row.Subject, true),
        new("who", false, static row => row.Contender),
        new("figure", true, static row => row.Figure is null ? string.Empty : FigureText.Value(row)),
        new("CPU", true, static row => row.Cpu is { } cpu ? FigureText.Time(cpu.Nanoseconds) : string.Empty),
        new("rate", true, static row => FigureText.Rate(row, isPeer: false).TrimStart(',', ' ')),
        new("p50 / p99 / p99.9", true, static row => FigureText.ShortLatency(row.Latency)),
        new("lost", true, static row => row.Delivery is { } delivery ? FigureText.ShortDelivery(delivery) : string.Empty),
        new("peer", false, static row => row.Peer ?? string.Empty, true),
        new("its CPU", true, static row => row.Cpu is { } cpu ? FigureText.Time(cpu.PeerNanoseconds) : string.Empty, true),
        new("its rate", true, static row => FigureText.Rate(row, isPeer: true).TrimStart(',', ' '), true),
        new("its p50 / p99 / p99.9", true, static row => FigureText.ShortLatency(row.PeerLatency), true),
        new("ratio [95 %]", true, FigureText.Ratio),
        new("the other clock's", true, FigureText.OtherRatio),
        new("target", true, FigureText.Target),
        new("", false, FigureText.Verdict),
    ];

    /// <summary>The columns that a scenario has anything in.</summary>
    public static IReadOnlyList<ReportColumn> Of(ScenarioReport scenario) =>
        [.. All.Where(column => scenario.Measurements.Any(row => column.Value(row).Length > 0))];
}
