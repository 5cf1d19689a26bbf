using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace Sockets.LoadBench.Remote;

/// <summary>
/// Keeps a process on one processor. Where two ends wait for each other, how they are spread over processors decides what a
/// message costs (waking one up takes 5 to 20 µs, running on takes 2 µs), and changes from slice to slice: echoes differed by a
/// factor of two on two processors, and by one hundredth on one.
/// </summary>
internal static unsafe partial class SingleProcessor
{
    /// <summary>Carries the processor's number; the peers in C look at it too.</summary>
    private const string Variable = "SOCKETS_BENCH_PROCESSOR";

    private const int MaskLength = 128;

    /// <summary>
    /// What a process is started with. All of its code is compiled at its first call with full optimization: with the
    /// precompiled code of the platform, which cannot be inlined into ours, the platform alone would be slower than it is.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        [Variable] = (System.Environment.ProcessorCount - 1).ToString(CultureInfo.InvariantCulture),
        ["DOTNET_PROCESSOR_COUNT"] = "1",
        ["DOTNET_TieredCompilation"] = "0",
        ["DOTNET_ReadyToRun"] = "0",
    };

    /// <summary>Moves every thread of this process to the processor that it was started with; later ones stay there too.</summary>
    public static void Enter()
    {
        if (!OperatingSystem.IsLinux() || !int.TryParse(System.Environment.GetEnvironmentVariable(Variable), out int processor))
            return;
        Span<byte> mask = stackalloc byte[MaskLength];
        mask.Clear();
        mask[processor / 8] = (byte)(1 << (processor % 8));
        fixed (byte* first = mask)
        {
            foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
                _ = SetAffinity(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), MaskLength, first);
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint length, byte* mask);
}
