namespace Sockets.Tests.Platform;

/// <summary>What a call costs the garbage collector once it is warm.</summary>
internal static class Allocations
{
    private const int WarmUp = 200;
    private const int Calls = 500;
    private const int Attempts = 5;

    /// <summary>Bytes allocated by this thread per call, the fewest of some attempts; 0 means none at all.</summary>
    public static double PerCall(Action call)
    {
        for (int i = 0; i < WarmUp; i++)
            call();
        long fewest = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && fewest > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Calls; i++)
                call();
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return fewest / (double)Calls;
    }
}
