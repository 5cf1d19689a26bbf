namespace Sockets.LoadBench;

/// <summary>A figure that is no time: bytes of an idle connection, for instance. Less is better.</summary>
/// <param name="Value">The contender's.</param>
/// <param name="Unit">What it counts, such as <c>B</c>.</param>
/// <param name="Limit">What it must not exceed; null when it is shown for comparison only.</param>
/// <param name="PeerValue">The peer's, when there is one.</param>
internal sealed record Figure(double Value, string Unit, double? Limit = null, double? PeerValue = null);
