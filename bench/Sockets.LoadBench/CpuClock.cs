using System;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sockets.LoadBench;

/// <summary>
/// CPU time and allocations of the calling thread: on a shared machine the wall clock says more about the neighbours.
/// </summary>
internal sealed unsafe partial class CpuClock
{
    private const int ThreadCpuTime = 3;

    private readonly long _overhead;

    public CpuClock()
    {
        long least = long.MaxValue;
        for (int i = 0; i < 1000; i++)
        {
            long start = Now();
            least = Math.Min(least, Now() - start);
        }

        _overhead = least;
    }

    /// <summary>Bytes allocated in everything measured so far.</summary>
    public long Allocated { get; private set; }

    /// <summary>Operations measured so far.</summary>
    public long Operations { get; private set; }

    /// <summary>Forgets <see cref="Allocated"/> and <see cref="Operations"/>.</summary>
    public void Reset()
    {
        Allocated = 0;
        Operations = 0;
    }

    /// <summary>Runs something once and counts it as so many operations.</summary>
    /// <returns>CPU nanoseconds of all of them together.</returns>
    public long Measure(Action action, int operations)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Now();
        action();
        long elapsed = Now() - start - _overhead;
        Allocated += GC.GetAllocatedBytesForCurrentThread() - allocated;
        Operations += operations;
        return elapsed;
    }

    private static long Now()
    {
        if (!OperatingSystem.IsLinux())
            return (long)Process.GetCurrentProcess().TotalProcessorTime.TotalNanoseconds;
        TimeSpecification time;
        if (GetTime(ThreadCpuTime, &time) != 0)
            throw new InvalidOperationException("clock_gettime failed.");
        return (time.Seconds * 1_000_000_000L) + time.Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    private static partial int GetTime(int clock, TimeSpecification* time);

    private struct TimeSpecification
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
