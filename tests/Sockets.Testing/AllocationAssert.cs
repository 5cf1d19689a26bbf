namespace Sockets.Testing;

/// <summary>Measures what a piece of code allocates, on every thread of the process.</summary>
public static class AllocationAssert
{
    private const int Attempts = 5;

    /// <summary>
    /// The fewest bytes allocated by one run of <paramref name="action"/>: the runtime's own threads allocate now and
    /// then, so that one run alone proves nothing; code that allocates does so every time.
    /// </summary>
    public static long FewestBytes(Action action)
    {
        action();
        long fewest = long.MaxValue;
        for (int i = 0; i < Attempts && fewest != 0; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            action();
            long after = GC.GetTotalAllocatedBytes(precise: true);
            fewest = Math.Min(fewest, after - before);
        }

        return fewest;
    }
}
