namespace Sockets.Bogo.Tests;

/// <summary>How a shim process ended.</summary>
internal sealed record ShimResult(int ExitCode, string Output, string Error);
