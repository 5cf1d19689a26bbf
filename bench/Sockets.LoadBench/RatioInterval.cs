namespace Sockets.LoadBench;

/// <summary>A ratio and how well it is known. Above 1 means better than the peer.</summary>
/// <param name="Median">The median of the ratios of neighbouring slices.</param>
/// <param name="Low">Lower end of the median's 95 % confidence interval.</param>
/// <param name="High">Upper end.</param>
internal readonly record struct RatioInterval(double Median, double Low, double High);
