using System;

namespace Sockets.LoadBench.Records;

/// <summary>How much one slice does.</summary>
internal static class LoadSizes
{
    /// <summary>Content sizes in bytes.</summary>
    public static readonly int[] All = [64, 256, 1200, 8192];

    private const int BatchesPerSlice = 8;

    /// <summary>
    /// Records measured together: sealing, which uses one place, all of a slice; opening, what fits into a second-level
    /// cache. Each look at the clock enters the system, after which a few microseconds are slower.
    /// </summary>
    public static int Batch(int size, bool isOpen)
    {
        int records = Math.Clamp(400_000 / size, 48, 4096);
        return isOpen ? records : records * BatchesPerSlice;
    }

    /// <summary>How many batches make a slice.</summary>
    public static int Batches(bool isOpen) => isOpen ? BatchesPerSlice : 1;
}
