namespace Sockets.LoadBench;

/// <summary>One figure beside its peer's.</summary>
internal sealed record Measurement
{
    // What a busy neighbour does to a ratio of two contenders that take turns.
    private const double Tolerance = 0.97;

    // A median further below its target than this has missed it, however wide the interval: that nothing was measured well
    // is no reason to pass.
    private const double MostNoise = 0.9;

    /// <summary>What was measured, such as <c>seal 64 B, AES-128-GCM</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>Whose figure it is.</summary>
    public required string Contender { get; init; }

    /// <summary>What it is compared with.</summary>
    public string? Peer { get; init; }

    /// <summary>CPU time of one operation; null where <see cref="Figure"/> is not.</summary>
    public PairedCost? Cpu { get; init; }

    /// <summary>The same by the wall clock.</summary>
    public PairedCost? Wall { get; init; }

    /// <summary>Which of the two the target is held against.</summary>
    public RatioBasis Basis { get; init; }

    /// <summary>The ratio to reach; null when it is shown for comparison only.</summary>
    public double? Target { get; init; }

    /// <summary>Where the target is only aimed at: the ratio below which it is missed.</summary>
    public double? Floor { get; init; }

    /// <summary>Whether people think of the ratio as of a cost, "at most 1 / <see cref="Target"/> times as much".</summary>
    public bool IsCost { get; init; }

    /// <summary>Bytes allocated per operation.</summary>
    public double? AllocatedBytes { get; init; }

    /// <summary>The peer's.</summary>
    public double? PeerAllocatedBytes { get; init; }

    /// <summary>What <see cref="AllocatedBytes"/> must not exceed where there is a target; null when it is not judged.</summary>
    public double? AllocationLimit { get; init; }

    /// <summary>Bytes moved per operation; 0 when that means nothing.</summary>
    public long BytesPerOperation { get; init; }

    /// <summary>How long single operations took.</summary>
    public LatencyPercentiles? Latency { get; init; }

    /// <summary>How long they took the peer.</summary>
    public LatencyPercentiles? PeerLatency { get; init; }

    /// <summary>What arrived of what the contender sent.</summary>
    public Delivery? Delivery { get; init; }

    /// <summary>A figure that is no time.</summary>
    public Figure? Figure { get; init; }

    /// <summary>
    /// The ratio that is judged: of the two costs, or of a figure's limit (without one, its peer's) and the figure. Above 1
    /// means better.
    /// </summary>
    public RatioInterval? Ratio
    {
        get
        {
            if (Figure is { } figure)
                return (figure.Limit ?? figure.PeerValue) is { } other ? new RatioInterval(other / figure.Value, other / figure.Value, other / figure.Value) : null;
            return (Basis == RatioBasis.Cpu ? Cpu : Wall)?.Ratio;
        }
    }

    /// <summary>Whether it allocates more than it may.</summary>
    public bool IsOverAllocated => AllocationLimit is { } limit && AllocatedBytes > limit;

    /// <summary>What became of the target.</summary>
    public Verdict Verdict
    {
        get
        {
            double? target = Figure is null ? Target : Figure.Limit is null ? null : 1;
            if (target is not { } least || Ratio is not { } ratio)
                return Verdict.NotJudged;
            if (IsOverAllocated)
                return Verdict.Missed;
            if (ratio.Median >= least)
                return Verdict.Met;
            if (Figure is null && IsWithinNoise(ratio, Tolerance * least))
                return Verdict.WithinNoise;
            return Floor is { } floor && IsWithinNoise(ratio, floor) ? Verdict.BelowAim : Verdict.Missed;
        }
    }

    private static bool IsWithinNoise(RatioInterval ratio, double least) => ratio.High >= least && ratio.Median >= MostNoise * least;
}
