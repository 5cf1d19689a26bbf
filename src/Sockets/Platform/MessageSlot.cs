using System.Runtime.InteropServices;

namespace Sockets.Platform;

/// <summary>struct mmsghdr of Linux: one message of a batch, and how many bytes of it went.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MessageSlot
{
    public MessageHeader Header;
    public uint Length;
}
