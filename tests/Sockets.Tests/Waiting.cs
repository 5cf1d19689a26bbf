namespace Sockets.Tests;

/// <summary>How long a test waits for what must happen before it counts as hanging.</summary>
internal static class Waiting
{
    public static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(60);
}
