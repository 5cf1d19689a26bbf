namespace Sockets.Tests;

/// <summary>How long a test waits for what must happen before it counts as hanging.</summary>
internal static class Waiting
{
    public static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(60);

    /// <summary>Looks again and again, for what nobody announces.</summary>
    public static async Task UntilAsync(Func<bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string what = "")
    {
        long start = TimeProvider.System.GetTimestamp();
        for (int looks = 0; !condition(); looks++)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < HangGuard, $"It did not come about: {what}");
            if (looks < 100)
                await Task.Yield();
            else
                await Task.Delay(1); // others need the processor for what is waited for
        }
    }
}
