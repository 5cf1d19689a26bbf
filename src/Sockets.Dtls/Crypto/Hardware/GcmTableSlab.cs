using System;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Sockets.Dtls.Crypto.Hardware;

/// <summary>One piece of memory of <see cref="GcmTablePool"/>, whose lock covers it. It is never freed, but its pages may go.</summary>
internal sealed unsafe partial class GcmTableSlab
{
    private const int Size = 64 * 1024;
    private const int PageSize = 4096;
    private const int Count = Size / GcmTables.Size;
    private const ulong AllFree = (1UL << Count) - 1;
    private const int DontNeed = 4;

    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(Size, PageSize);
    private ulong _free = AllFree;

    /// <summary>Whether it stands in a list of the pool.</summary>
    public bool IsListed { get; set; }

    /// <summary>No table is free.</summary>
    public bool IsFull => _free == 0;

    /// <summary>All tables are free.</summary>
    public bool IsEmpty => _free == AllFree;

    /// <summary>Takes a table. Not when <see cref="IsFull"/>.</summary>
    public byte* Take()
    {
        int index = BitOperations.TrailingZeroCount(_free);
        _free &= _free - 1;
        return _memory + (index * GcmTables.Size);
    }

    /// <summary>Takes a table back.</summary>
    public void GiveBack(byte* table)
    {
        ulong bit = 1UL << (int)((table - _memory) / GcmTables.Size);
        Debug.Assert((_free & bit) == 0, "A table comes back once.");
        _free |= bit;
    }

    /// <summary>Lets the system have the memory until it is used again. Elsewhere than on Linux it stays.</summary>
    public void ReleasePages()
    {
        if (OperatingSystem.IsLinux())
            _ = Advise(_memory, Size, DontNeed);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* address, nuint length, int advice);
}
