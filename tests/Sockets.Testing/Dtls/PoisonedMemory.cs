using System.Runtime.InteropServices;

namespace Sockets.Testing;

/// <summary>
/// Memory between two pages that nobody may touch: code that reads or writes one byte beside its buffer ends the
/// process at once. Linux and macOS only.
/// </summary>
public sealed unsafe partial class PoisonedMemory : IDisposable
{
    private const int ProtectNone = 0;
    private const int ProtectReadWrite = 3;
    private const int MapPrivate = 2;

    private static readonly int MapAnonymous = OperatingSystem.IsMacOS() ? 0x1000 : 0x20;

    private readonly nuint _total;
    private readonly int _usable;
    private byte* _start;

    public PoisonedMemory(int length)
    {
        if (!IsSupported)
            throw new PlatformNotSupportedException("Guard pages are made with mmap.");
        int page = Environment.SystemPageSize;
        _usable = (length + page - 1) / page * page;
        _total = (nuint)(_usable + (2 * page));
        _start = (byte*)Map(null, _total, ProtectNone, MapPrivate | MapAnonymous, -1, 0);
        if (_start == (byte*)-1 || Protect(_start + page, (nuint)_usable, ProtectReadWrite) != 0)
            throw new OutOfMemoryException("mmap did not give the pages.");
        Length = length;
    }

    public static bool IsSupported => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    public int Length { get; }

    /// <summary><paramref name="length"/> bytes that end at the guard page: catches what goes beyond the end.</summary>
    public Span<byte> AtEnd(int length) => new(_start + Environment.SystemPageSize + _usable - length, length);

    /// <summary><paramref name="length"/> bytes that begin at the guard page: catches what goes before the start.</summary>
    public Span<byte> AtStart(int length) => new(_start + Environment.SystemPageSize, length);

    public void Dispose()
    {
        if (_start is not null)
            _ = Unmap(_start, _total);
        _start = null;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
