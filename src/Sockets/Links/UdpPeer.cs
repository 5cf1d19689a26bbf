using System;
using System.Buffers.Binary;
using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets.Links;

/// <summary>
/// What tells one peer of a shared UDP socket from another: its address and port, and which of our addresses it asked, since
/// an answer from any other one would look like a stranger's to it.
/// </summary>
/// <param name="Address">In network order; IPv4 as an IPv4-mapped IPv6 address.</param>
/// <param name="Scope">Of a link-local address, its interface.</param>
/// <param name="Port">The peer's port.</param>
/// <param name="Local">Our address; 0 where the system does not tell.</param>
internal readonly record struct UdpPeer(UInt128 Address, uint Scope, ushort Port, UInt128 Local)
{
    // sockaddr_in and sockaddr_in6 have these in the same places on every system.
    private const int PortOffset = 2;
    private const int IPv4Offset = 4;
    private const int IPv6Offset = 8;
    private const int ScopeOffset = 24;

    /// <summary>Reads what a receive wrote; nothing is kept of it.</summary>
    public static UdpPeer From(ReadOnlySpan<byte> bytes, AddressFamily family, in LocalAddress local)
    {
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);
        if (family == AddressFamily.InterNetwork)
            return new UdpPeer(LocalAddress.FromIPv4(bytes.Slice(IPv4Offset, 4), 0).Bits, 0, port, local.Bits);
        return new UdpPeer(
            BinaryPrimitives.ReadUInt128BigEndian(bytes[IPv6Offset..]),
            BitConverter.ToUInt32(bytes[ScopeOffset..]),
            port,
            local.Bits);
    }
}
