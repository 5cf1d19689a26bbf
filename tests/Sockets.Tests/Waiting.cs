namespace Sockets.Tests;

/// <summary>How long a test waits for what must happen before it counts as hanging.</summary>
internal static class Waiting
{
    public static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(60);

    /// <summary>Looks again and again, for what nobody announces.</summary>
    public static async Task UntilAsync(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string what = "")
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < HangGuard, $"It did not come about: {what}");
            await Task.Yield();
        }
    }
}
