using System.Runtime.InteropServices;

namespace Sockets.Platform;

/// <summary>struct iovec: one piece of memory of a gathered send or scattered receive.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public void* Base;
    public nuint Length;
}
