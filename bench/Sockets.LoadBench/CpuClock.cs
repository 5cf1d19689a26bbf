using System;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sockets.LoadBench;

/// <summary>
/// CPU time, wall-clock time and allocations of what lies between <see cref="Start"/> and <see cref="Stop"/>: on a shared
/// machine the wall clock says more about the neighbours.
/// </summary>
/// <param name="scope">Whose CPU time counts. With <see cref="CpuScope.Thread"/>, one thread starts and stops.</param>
internal sealed unsafe partial class CpuClock(CpuScope scope = CpuScope.Thread)
{
    private const int ProcessCpuTime = 2;
    private const int ThreadCpuTime = 3;

    private readonly long _overhead = LeastDifference(scope);
    private long _startAllocated;
    private long _startCpu;
    private long _startWall;
    private long _sliceCpu;
    private double _sliceWall;
    private long _sliceOperations;
    private long _sliceAllocated;

    /// <summary>Bytes allocated in everything measured so far.</summary>
    public long Allocated { get; private set; }

    /// <summary>Operations measured so far.</summary>
    public long Operations { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        EndSlice();
        Allocated = 0;
        Operations = 0;
    }

    /// <summary>Runs something once and counts it as so many operations.</summary>
    public void Measure(Action action, long operations)
    {
        Start();
        action();
        Stop(operations);
    }

    /// <summary>From here on.</summary>
    public void Start()
    {
        _startAllocated = AllocatedBytes();
        _startWall = Stopwatch.GetTimestamp();
        _startCpu = Now(scope);
    }

    /// <summary>Up to here; it were so many operations.</summary>
    public void Stop(long operations)
    {
        long cpu = Now(scope) - _startCpu - _overhead;
        TimeSpan wall = Stopwatch.GetElapsedTime(_startWall);
        Add(cpu, wall.TotalNanoseconds, operations, AllocatedBytes() - _startAllocated);
    }

    /// <summary>Adds what was measured elsewhere: in a child process, say.</summary>
    public void Add(long cpuNanoseconds, double wallNanoseconds, long operations, long allocated = 0)
    {
        _sliceCpu += cpuNanoseconds;
        _sliceWall += wallNanoseconds;
        _sliceOperations += operations;
        _sliceAllocated += allocated;
        Allocated += allocated;
        Operations += operations;
    }

    /// <summary>What an operation cost since the slice before ended.</summary>
    public SliceCost EndSlice()
    {
        double operations = _sliceOperations;
        var cost = new SliceCost(_sliceCpu / operations, _sliceWall / operations, _sliceAllocated / operations);
        _sliceCpu = 0;
        _sliceWall = 0;
        _sliceOperations = 0;
        _sliceAllocated = 0;
        return cost;
    }

    /// <summary>CPU time that another process has used so far, in nanoseconds; of all its threads, without its children.</summary>
    public static long OfProcess(Process process)
    {
        if (!OperatingSystem.IsLinux())
        {
            process.Refresh();
            return (long)process.TotalProcessorTime.TotalNanoseconds;
        }

        // clock_getcpuclockid(3), which the C library computes the same way.
        return Read((~process.Id << 3) | ProcessCpuTime);
    }

    private static long LeastDifference(CpuScope scope)
    {
        long least = long.MaxValue;
        for (int i = 0; i < 1000; i++)
        {
            long start = Now(scope);
            least = Math.Min(least, Now(scope) - start);
        }

        return least;
    }

    private static long Now(CpuScope scope) => OperatingSystem.IsLinux()
        ? Read(scope == CpuScope.Thread ? ThreadCpuTime : ProcessCpuTime)
        : (long)Environment.CpuUsage.TotalTime.TotalNanoseconds;

    private static long Read(int clock)
    {
        TimeSpecification time;
        if (GetTime(clock, &time) != 0)
            throw new InvalidOperationException("clock_gettime failed.");
        return (time.Seconds * 1_000_000_000L) + time.Nanoseconds;
    }

    private long AllocatedBytes() =>
        scope == CpuScope.Thread ? GC.GetAllocatedBytesForCurrentThread() : GC.GetTotalAllocatedBytes(precise: true);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    private static partial int GetTime(int clock, TimeSpecification* time);

    private struct TimeSpecification
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
