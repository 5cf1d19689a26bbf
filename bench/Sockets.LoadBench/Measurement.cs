using System.Text.Json.Serialization;

namespace Sockets.LoadBench;

/// <summary>One figure beside its peer's. A ratio above 1 means better than the peer.</summary>
/// <param name="Subject">What was measured, such as <c>seal 64 B, AES-128-GCM</c>.</param>
/// <param name="Contender">Whose figure it is.</param>
/// <param name="Peer">What it is compared with.</param>
/// <param name="Nanoseconds">CPU time of one operation, the median of all slices.</param>
/// <param name="PeerNanoseconds">The peer's.</param>
/// <param name="Ratio">The median ratio of neighbouring slices.</param>
/// <param name="RatioLow">Lower end of the ratio's 95 % confidence interval.</param>
/// <param name="RatioHigh">Upper end.</param>
/// <param name="Target">The ratio to reach; null when it is shown for comparison only.</param>
/// <param name="AllocatedBytes">Bytes allocated per operation.</param>
internal sealed record Measurement(
    string Subject,
    string Contender,
    string Peer,
    double Nanoseconds,
    double PeerNanoseconds,
    double Ratio,
    double RatioLow,
    double RatioHigh,
    double? Target,
    double AllocatedBytes)
{
    /// <summary>Operations of one second of CPU time.</summary>
    public double PerSecond => 1e9 / Nanoseconds;

    // What a busy neighbour does to a ratio of two contenders that take turns.
    private const double Tolerance = 0.97;

    /// <summary>Whether the target is missed for certain: an interval that comes within the tolerance of it is no failure.</summary>
    public bool IsMissed => Target is { } target && (RatioHigh < Tolerance * target || AllocatedBytes > 0);

    /// <summary>Whether the median reaches the target.</summary>
    [JsonIgnore]
    public bool IsMet => Target is not { } target || (Ratio >= target && AllocatedBytes == 0);
}
