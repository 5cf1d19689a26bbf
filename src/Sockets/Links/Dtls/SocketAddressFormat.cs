using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sockets.Dtls;
using Sockets.Platform;

namespace Sockets.Links.Dtls;

/// <summary>
/// Converts between the operating system's socket addresses and <see cref="DtlsAddress"/> without allocating. The family
/// is left to <see cref="SocketAddress"/> (its place differs between systems); everything else is the same on all of them:
/// port at 2, IPv4 address at 4, IPv6 address at 8, scope at 24 in host order.
/// </summary>
internal static class SocketAddressFormat
{
    private const int PortOffset = 2;
    private const int IPv4Offset = 4;
    private const int IPv6Offset = 8;
    private const int ScopeOffset = 24;

    public static SocketAddress Create(AddressFamily family) => new(family, SocketAddress.GetMaximumAddressSize(family));

    public static SocketAddress Create(in DtlsAddress address)
    {
        SocketAddress result = Create(address.IsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork);
        Write(address, result);
        return result;
    }

    public static DtlsAddress Read(SocketAddress source) => Read(source.Buffer.Span, source.Family);

    /// <summary>Reads an address as the system has it; the family is the socket's.</summary>
    public static DtlsAddress Read(ReadOnlySpan<byte> bytes, AddressFamily family)
    {
        int port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);
        return family == AddressFamily.InterNetwork
            ? DtlsAddress.FromIPv4(bytes.Slice(IPv4Offset, 4), port)
            : DtlsAddress.FromIPv6(bytes.Slice(IPv6Offset, 16), port, MemoryMarshal.Read<uint>(bytes[ScopeOffset..]));
    }

    /// <summary>Overwrites address and port of <paramref name="destination"/>, which must be of the same family.</summary>
    public static void Write(in DtlsAddress address, SocketAddress destination)
    {
        Span<byte> canonical = stackalloc byte[DtlsAddress.EncodedLength];
        address.CopyTo(canonical);
        Span<byte> bytes = destination.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PortOffset..], (ushort)address.Port);
        if (address.IsIPv6)
        {
            canonical[..16].CopyTo(bytes[IPv6Offset..]);
            uint scope = BinaryPrimitives.ReadUInt32BigEndian(canonical[16..]);
            MemoryMarshal.Write(bytes[ScopeOffset..], in scope);
        }
        else
        {
            canonical[12..16].CopyTo(bytes[IPv4Offset..]);
        }
    }

    /// <summary>One of our addresses as a datagram named it. The interface counts where the address means nothing without it.</summary>
    public static DtlsAddress FromLocalAddress(in LocalAddress address, int port)
    {
        if (!address.IsSpecified || address.IsWildcard)
            return default;
        Span<byte> bytes = stackalloc byte[16];
        address.WriteIPv6(bytes);
        return address.IsIPv4
            ? DtlsAddress.FromIPv4(bytes[12..], port)
            : DtlsAddress.FromIPv6(bytes, port, address.IsLinkLocal ? (uint)address.InterfaceIndex : 0);
    }

    /// <summary>The opposite of <see cref="FromLocalAddress"/>.</summary>
    public static LocalAddress ToLocalAddress(in DtlsAddress address)
    {
        if (!address.IsSpecified)
            return default;
        Span<byte> canonical = stackalloc byte[DtlsAddress.EncodedLength];
        address.CopyTo(canonical);
        return address.IsIPv6
            ? LocalAddress.FromIPv6(canonical[..16], (int)BinaryPrimitives.ReadUInt32BigEndian(canonical[16..]))
            : LocalAddress.FromIPv4(canonical[12..16], 0);
    }

    /// <summary>The end point as people know it: an IPv4 peer of a dual-stack socket is an IPv4 address.</summary>
    public static IPEndPoint ToEndPoint(in DtlsAddress address)
    {
        IPEndPoint endPoint = address.ToEndPoint();
        if (endPoint.Address.IsIPv4MappedToIPv6)
            endPoint.Address = endPoint.Address.MapToIPv4();
        return endPoint;
    }
}
