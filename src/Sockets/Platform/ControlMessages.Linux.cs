using System;
using System.Runtime.InteropServices;

namespace Sockets.Platform;

/// <summary>
/// The ancillary data of recvmsg(2) and sendmsg(2): a row of cmsghdr (length, level, type, each followed by its data), each
/// aligned to the size of a pointer. Lengths come from the kernel, and are checked all the same.
/// </summary>
internal static class ControlMessages
{
    /// <summary>Room for the messages that are asked for, and some that are not.</summary>
    public const int BufferSize = 128;

    private const int IPv4PacketInfoSize = 12;
    private const int IPv6PacketInfoSize = 20;

    private static int HeaderSize => IntPtr.Size + 8;

    /// <summary>The local address in the messages; the default value when there is none.</summary>
    public static LocalAddress FindLocalAddress(ReadOnlySpan<byte> control)
    {
        Read(control, out LocalAddress local, out _);
        return local;
    }

    /// <summary>What came with a message.</summary>
    /// <param name="control">The ancillary data.</param>
    /// <param name="local">The local address; the default value when there is none.</param>
    /// <param name="segmentSize">Bytes of each datagram but the last of several that came in one piece; 0: it is one datagram.</param>
    public static void Read(ReadOnlySpan<byte> control, out LocalAddress local, out int segmentSize)
    {
        local = default;
        segmentSize = 0;
        while (control.Length >= HeaderSize)
        {
            nuint declared = MemoryMarshal.Read<nuint>(control);
            if (declared < (nuint)HeaderSize || declared > (nuint)control.Length)
                break;
            int length = (int)declared;
            int level = MemoryMarshal.Read<int>(control[IntPtr.Size..]);
            int type = MemoryMarshal.Read<int>(control[(IntPtr.Size + 4)..]);
            ReadOnlySpan<byte> data = control[HeaderSize..length];
            if (!local.IsSpecified && level == SystemCalls.LevelIPv4 && type == SystemCalls.IPv4PacketInfo && data.Length >= IPv4PacketInfoSize)
                local = LocalAddress.FromIPv4(data.Slice(4, 4), MemoryMarshal.Read<int>(data)); // the second of three: the one to answer from
            else if (!local.IsSpecified && level == SystemCalls.LevelIPv6 && type == SystemCalls.IPv6PacketInfo && data.Length >= IPv6PacketInfoSize)
                local = WithoutMulticast(LocalAddress.FromIPv6(data[..16], MemoryMarshal.Read<int>(data[16..])));
            else if (level == SystemCalls.LevelUdp && type == SystemCalls.UdpCoalesce && data.Length >= sizeof(int))
                segmentSize = Math.Max(MemoryMarshal.Read<int>(data), 0);
            control = control[Math.Min(Align(length), control.Length)..];
        }
    }

    /// <summary>Writes the message that has what is sent cut into datagrams of a size.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteSegmentSize(Span<byte> control, int segmentSize)
    {
        int size = Align(HeaderSize + sizeof(ushort));
        control = control[..size];
        control.Clear();
        nuint length = (nuint)(HeaderSize + sizeof(ushort));
        int level = SystemCalls.LevelUdp;
        int type = SystemCalls.UdpSegment;
        ushort value = (ushort)segmentSize;
        MemoryMarshal.Write(control, in length);
        MemoryMarshal.Write(control[IntPtr.Size..], in level);
        MemoryMarshal.Write(control[(IntPtr.Size + 4)..], in type);
        MemoryMarshal.Write(control[HeaderSize..], in value);
        return size;
    }

    /// <summary>
    /// Writes the message that makes <paramref name="from"/> the source address. The interface is only given where the address
    /// needs one: with any other address it would overrule the routing table.
    /// </summary>
    /// <returns>Bytes written.</returns>
    public static int WriteLocalAddress(Span<byte> control, in LocalAddress from, bool isIPv6Socket)
    {
        int interfaceIndex = from.IsLinkLocal || from.IsWildcard ? from.InterfaceIndex : 0;
        int dataSize = isIPv6Socket ? IPv6PacketInfoSize : IPv4PacketInfoSize;
        int size = Align(HeaderSize + dataSize);
        control = control[..size];
        control.Clear();
        nuint length = (nuint)(HeaderSize + dataSize);
        int level = isIPv6Socket ? SystemCalls.LevelIPv6 : SystemCalls.LevelIPv4;
        int type = isIPv6Socket ? SystemCalls.IPv6PacketInfo : SystemCalls.IPv4PacketInfo;
        MemoryMarshal.Write(control, in length);
        MemoryMarshal.Write(control[IntPtr.Size..], in level);
        MemoryMarshal.Write(control[(IntPtr.Size + 4)..], in type);
        Span<byte> data = control[HeaderSize..];
        if (isIPv6Socket)
        {
            from.WriteIPv6(data);
            MemoryMarshal.Write(data[16..], in interfaceIndex);
        }
        else
        {
            MemoryMarshal.Write(data, in interfaceIndex);
            from.WriteIPv4(data[4..]);
        }

        return size;
    }

    /// <summary>An answer cannot come from a multicast address: only the interface is kept.</summary>
    private static LocalAddress WithoutMulticast(LocalAddress address)
    {
        if (address.IsIPv4)
            return (uint)address.Bits >> 28 == 0xE ? LocalAddress.FromIPv4([0, 0, 0, 0], address.InterfaceIndex) : address;
        return (byte)(address.Bits >> 120) == 0xFF ? new LocalAddress(0, address.InterfaceIndex) : address;
    }

    private static int Align(int length) => (length + IntPtr.Size - 1) & ~(IntPtr.Size - 1);
}
