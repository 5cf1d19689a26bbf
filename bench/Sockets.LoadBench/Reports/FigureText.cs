using System.Globalization;

namespace Sockets.LoadBench.Reports;

/// <summary>Figures in the same words in every kind of report.</summary>
internal static class FigureText
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>What a row measured: CPU time and rate, or its figure.</summary>
    public static string Value(Measurement row)
    {
        if (row.Figure is { } figure)
        {
            string peer = figure.PeerValue is { } value ? string.Create(Culture, $" ({row.Peer}: {value:#,0.#} {figure.Unit})") : string.Empty;
            return string.Create(Culture, $"{figure.Value:#,0.#} {figure.Unit}{peer}");
        }

        return row.Cpu is { } cpu ? Cost(cpu.Nanoseconds) + Rate(row, isPeer: false) : string.Empty;
    }

    /// <summary>CPU time of an operation.</summary>
    public static string Cost(double nanoseconds) => Time(nanoseconds) + " CPU";

    /// <summary>A time in the unit that suits it.</summary>
    public static string Time(double nanoseconds) => nanoseconds switch
    {
        < 1e3 => string.Create(Culture, $"{nanoseconds:F1} ns"),
        < 1e6 => string.Create(Culture, $"{nanoseconds / 1e3:F2} µs"),
        < 1e9 => string.Create(Culture, $"{nanoseconds / 1e6:F2} ms"),
        _ => string.Create(Culture, $"{nanoseconds / 1e9:F2} s"),
    };

    /// <summary>Operations a second by the clock that is judged, and bytes where an operation moves some.</summary>
    public static string Rate(Measurement row, bool isPeer)
    {
        PairedCost? cost = row.Basis == RatioBasis.Cpu && row.BytesPerOperation == 0 ? row.Cpu : row.Wall;
        if (cost is null)
            return string.Empty;
        double perSecond = isPeer ? cost.PeerPerSecond : cost.PerSecond;
        string bytes = row.BytesPerOperation == 0 ? string.Empty : $", {Magnitude(perSecond * row.BytesPerOperation)}B/s";
        return $", {Magnitude(perSecond)}/s{bytes}";
    }

    /// <summary>The ratio that is judged with its interval, or the cost where people think of it as that.</summary>
    public static string Ratio(Measurement row)
    {
        if (row.Ratio is not { } ratio)
            return string.Empty;
        if (row.IsCost)
            ratio = new RatioInterval(1 / ratio.Median, 1 / ratio.High, 1 / ratio.Low);
        return row.Figure is null
            ? string.Create(Culture, $"{ratio.Median:F2} [{ratio.Low:F2}-{ratio.High:F2}]{(row.Basis == RatioBasis.Wall ? " wall" : string.Empty)}")
            : string.Create(Culture, $"{ratio.Median:F2}");
    }

    /// <summary>The ratio by the clock that is not judged, where several threads or the system take part and it says something.</summary>
    public static string OtherRatio(Measurement row)
    {
        PairedCost? other = row.Basis == RatioBasis.Cpu ? row.Wall : row.Cpu;
        // In one thread without waiting both clocks say the same.
        if (row.Figure is not null || other is null || (row.BytesPerOperation == 0 && row.Latency is null && row.Basis == RatioBasis.Cpu))
            return string.Empty;
        double ratio = row.IsCost ? 1 / other.Ratio.Median : other.Ratio.Median;
        return string.Create(Culture, $"{ratio:F2} {(row.Basis == RatioBasis.Cpu ? "wall" : "CPU")}");
    }

    /// <summary>What has to be reached.</summary>
    public static string Target(Measurement row)
    {
        if (row.Figure is { Limit: { } limit } figure)
            return string.Create(Culture, $"at most {limit:#,0.#} {figure.Unit}");
        if (row.Target is not { } target)
            return string.Empty;
        if (row.IsCost)
            return string.Create(Culture, $"at most {1 / target:0.00#}");
        return row.Floor is { } floor
            ? string.Create(Culture, $"aim {target:0.00#}, floor {floor:0.00#}")
            : string.Create(Culture, $"target {target:0.00#}");
    }

    /// <summary>What became of it, and what it allocated.</summary>
    public static string Verdict(Measurement row)
    {
        string verdict = row.Verdict switch
        {
            LoadBench.Verdict.NotJudged => string.Empty,
            LoadBench.Verdict.Met => "met",
            LoadBench.Verdict.WithinNoise => "within noise",
            LoadBench.Verdict.BelowAim => "below aim",
            _ => "MISSED",
        };
        return $"{verdict} {Allocated(row)}".Trim();
    }

    /// <summary>What an operation allocates, where it does.</summary>
    public static string Allocated(Measurement row)
    {
        if (!row.IsOverAllocated && row.AllocatedBytes is not > Comparison.AllocationNoise)
            return string.Empty;
        string peer = row.PeerAllocatedBytes is > 0.05 ? string.Create(Culture, $" (peer {row.PeerAllocatedBytes:#,0.#} B)") : string.Empty;
        return string.Create(Culture, $"{row.AllocatedBytes:#,0.##} B allocated{peer}");
    }

    public static string Latency(LatencyPercentiles times) =>
        $"p50 {Time(times.P50)}, p99 {Time(times.P99)}, p99.9 {Time(times.P999)}";

    /// <summary>The same for a column whose head says which is which.</summary>
    public static string ShortLatency(LatencyPercentiles? times) =>
        times is null ? string.Empty : $"{Time(times.P50)} / {Time(times.P99)} / {Time(times.P999)}";

    public static string Delivery(Delivery delivery) =>
        string.Create(Culture, $"{delivery.Delivered:#,0} of {delivery.Sent:#,0} delivered, {100 * delivery.Loss:0.###} % lost");

    /// <summary>The same for a column whose head says what it is.</summary>
    public static string ShortDelivery(Delivery delivery) => string.Create(Culture, $"{100 * delivery.Loss:0.###} % of {delivery.Sent:#,0}");

    private static string Magnitude(double value) => value switch
    {
        >= 1e9 => string.Create(Culture, $"{value / 1e9:F2} G"),
        >= 1e6 => string.Create(Culture, $"{value / 1e6:F2} M"),
        >= 1e4 => string.Create(Culture, $"{value / 1e3:F1} k"),
        _ => string.Create(Culture, $"{value:#,0.#} "),
    };
}
