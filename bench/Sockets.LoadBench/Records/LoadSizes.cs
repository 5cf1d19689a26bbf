using System;

namespace Sockets.LoadBench.Records;

/// <summary>How much one slice does.</summary>
internal static class LoadSizes
{
    /// <summary>Content sizes in bytes.</summary>
    public static readonly int[] All = [64, 256, 1200, 8192];

    /// <summary>Batches of one slice: some milliseconds together.</summary>
    public const int BatchesPerSlice = 8;

    /// <summary>Records measured together: what fits into a second-level cache.</summary>
    public static int Batch(int size) => Math.Clamp(300_000 / size, 32, 2048);
}
