namespace Sockets.LoadBench;

/// <summary>How long single operations took, by the wall clock.</summary>
/// <param name="Count">How many were recorded.</param>
/// <param name="P50">Nanoseconds that half of them took at most.</param>
/// <param name="P99">The same of 99 in 100.</param>
/// <param name="P999">The same of 999 in 1000.</param>
/// <param name="Max">The longest.</param>
internal sealed record LatencyPercentiles(long Count, double P50, double P99, double P999, double Max);
