using System.Runtime.InteropServices;

namespace Sockets.Platform;

/// <summary>
/// struct msghdr of Linux. Where the C library declares the two counts as int followed by padding, the padding is zero and
/// the same bytes are read.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public void* Name;
    public uint NameLength;
    public IoVector* Vectors;
    public nuint VectorCount;
    public void* Control;
    public nuint ControlLength;
    public int Flags;
}
