using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Sockets.Platform;

/// <summary>
/// One of this machine's addresses, as a datagram names it: where it was sent to, and where its answer has to come from. The
/// default value stands for "whichever the system chooses".
/// </summary>
/// <param name="Bits">The address in network order; an IPv4 address is kept as an IPv4-mapped IPv6 address.</param>
/// <param name="InterfaceIndex">The interface, 0 when it is not known.</param>
internal readonly record struct LocalAddress(UInt128 Bits, int InterfaceIndex)
{
    private const ulong MappedPrefix = 0xFFFF_0000_0000;

    /// <summary>False for the default value.</summary>
    public bool IsSpecified => Bits != 0 || InterfaceIndex != 0;

    public bool IsIPv4 => Bits >> 32 == (UInt128)(MappedPrefix >> 32);

    /// <summary>The address part is missing: only the interface is known, as of a multicast datagram.</summary>
    public bool IsWildcard => Bits == 0 || Bits == (UInt128)MappedPrefix;

    /// <summary>Has a meaning on its interface only (fe80::/10).</summary>
    public bool IsLinkLocal => (ulong)(Bits >> 118) == 0xFE80 >> 6;

    public static LocalAddress FromIPv4(ReadOnlySpan<byte> address, int interfaceIndex) =>
        new(MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(address), interfaceIndex);

    public static LocalAddress FromIPv6(ReadOnlySpan<byte> address, int interfaceIndex) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(address), interfaceIndex);

    public static LocalAddress FromIPAddress(IPAddress address, int interfaceIndex = 0)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return length == 4 ? FromIPv4(bytes, interfaceIndex) : FromIPv6(bytes, interfaceIndex);
    }

    /// <summary>Writes the 4 bytes of an IPv4 address; of an address of the other family, zeros.</summary>
    public void WriteIPv4(Span<byte> destination) =>
        BinaryPrimitives.WriteUInt32BigEndian(destination, IsIPv4 ? (uint)Bits : 0);

    public void WriteIPv6(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Bits);

    /// <summary>The address as people write it: IPv4 in four numbers, a link-local address with its interface.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        WriteIPv6(bytes);
        if (IsIPv4)
            return new IPAddress(bytes[12..]);
        return IsLinkLocal ? new IPAddress(bytes, InterfaceIndex) : new IPAddress(bytes);
    }

    public override string ToString() => IsSpecified ? ToIPAddress().ToString() : nameof(AddressFamily.Unspecified);
}
