namespace Sockets.Platform;

/// <summary>A socket is ready.</summary>
/// <param name="Token">What it was added with.</param>
/// <param name="Mask">For what it is ready.</param>
internal readonly record struct ReadinessEvent(long Token, ReadinessMask Mask);
