namespace Sockets.LoadBench;

/// <summary>What one operation costs two contenders that took turns, by one clock.</summary>
/// <param name="Nanoseconds">The contender's: the median of its slices.</param>
/// <param name="PeerNanoseconds">The peer's.</param>
/// <param name="Ratio">The peer's by the contender's.</param>
internal sealed record PairedCost(double Nanoseconds, double PeerNanoseconds, RatioInterval Ratio)
{
    /// <summary>Operations of the contender in one second of that clock.</summary>
    public double PerSecond => 1e9 / Nanoseconds;

    /// <summary>The peer's.</summary>
    public double PeerPerSecond => 1e9 / PeerNanoseconds;
}
