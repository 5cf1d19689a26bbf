using System;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sockets.Platform;

/// <summary>
/// The array that poll(2) and WSAPoll work on. The two differ in the size of an element and in the values of the flags.
/// Used by one thread at a time.
/// </summary>
internal sealed unsafe partial class PollSet : IDisposable
{
    private const int InitialCapacity = 16;

    private static readonly bool s_isWindows = OperatingSystem.IsWindows();
    private static readonly int s_handleSize = s_isWindows ? IntPtr.Size : sizeof(int);
    private static readonly int s_elementSize = s_isWindows && IntPtr.Size == 8 ? 16 : s_handleSize + 4;

    private static readonly short s_in = s_isWindows ? (short)0x300 : (short)0x001;
    private static readonly short s_out = s_isWindows ? (short)0x010 : (short)0x004;
    private static readonly short s_failed = s_isWindows ? (short)0x001 : (short)0x008;
    private static readonly short s_hungUp = s_isWindows ? (short)0x002 : (short)0x010;
    private static readonly short s_invalid = s_isWindows ? (short)0x004 : (short)0x020;
    private static readonly short s_readHungUp = OperatingSystem.IsLinux() ? (short)0x2000 : (short)0;

    private byte* _elements;
    private int _capacity;
    private int _count;

    public void Clear() => _count = 0;

    public void Add(SafeSocketHandle socket, ReadinessMask mask)
    {
        if (_count == _capacity)
            Grow();
        byte* element = _elements + (_count * s_elementSize);
        new Span<byte>(element, s_elementSize).Clear();
        nint handle = socket.DangerousGetHandle();
        if (s_handleSize == sizeof(int))
            *(int*)element = (int)handle;
        else
            *(nint*)element = handle;
        short events = 0;
        if ((mask & ReadinessMask.Read) != 0)
            events |= s_in;
        if ((mask & ReadinessMask.Write) != 0)
            events |= s_out;
        if ((mask & ReadinessMask.ReadHangUp) != 0)
            events |= s_readHungUp;
        *(short*)(element + s_handleSize) = events;
        _count++;
    }

    /// <summary>Waits; the results are there afterwards.</summary>
    public void Wait(int timeoutMilliseconds)
    {
        long startedAt = Environment.TickCount64;
        int timeout = timeoutMilliseconds;
        while (true)
        {
            int ready = s_isWindows ? WaitWindows(_elements, (uint)_count, timeout) : Wait(_elements, (nuint)_count, timeout);
            if (ready >= 0)
                return;
            int error = Marshal.GetLastPInvokeError();
            if (s_isWindows || error != Errno.Interrupted) // EINTR is 4 on every Unix
                throw new SocketException(s_isWindows ? error : (int)Errno.ToSocketError(error));
            if (timeoutMilliseconds > 0)
                timeout = (int)Math.Max(timeoutMilliseconds - (Environment.TickCount64 - startedAt), 0);
        }
    }

    /// <summary>What the element at <paramref name="index"/> is ready for. A closed socket shows as error and hang-up.</summary>
    public ReadinessMask Result(int index)
    {
        short found = *(short*)(_elements + (index * s_elementSize) + s_handleSize + sizeof(short));
        if (found == 0)
            return ReadinessMask.None;
        ReadinessMask mask = ReadinessMask.None;
        if ((found & s_in) != 0)
            mask |= ReadinessMask.Read;
        if ((found & s_out) != 0)
            mask |= ReadinessMask.Write;
        if ((found & (s_failed | s_invalid)) != 0)
            mask |= ReadinessMask.Error;
        if ((found & (s_hungUp | s_invalid)) != 0)
            mask |= ReadinessMask.HangUp;
        if ((found & s_readHungUp) != 0)
            mask |= ReadinessMask.ReadHangUp;
        return mask;
    }

    public void Dispose()
    {
        NativeMemory.Free(_elements);
        _elements = null;
        _count = _capacity = 0;
    }

    private void Grow()
    {
        int capacity = Math.Max(_capacity * 2, InitialCapacity);
        _elements = (byte*)NativeMemory.Realloc(_elements, (nuint)capacity * (nuint)s_elementSize);
        _capacity = capacity;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Wait(void* elements, nuint count, int timeoutMilliseconds);

    [LibraryImport("ws2_32", EntryPoint = "WSAPoll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int WaitWindows(void* elements, uint count, int timeoutMilliseconds);
}
