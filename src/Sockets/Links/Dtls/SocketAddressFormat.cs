using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sockets.Dtls;

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

    public static DtlsAddress Read(SocketAddress source)
    {
        ReadOnlySpan<byte> bytes = source.Buffer.Span;
        int port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);
        return source.Family == AddressFamily.InterNetwork
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

    /// <summary>The end point as people know it: an IPv4 peer of a dual-stack socket is an IPv4 address.</summary>
    public static IPEndPoint ToEndPoint(in DtlsAddress address)
    {
        IPEndPoint endPoint = address.ToEndPoint();
        if (endPoint.Address.IsIPv4MappedToIPv6)
            endPoint.Address = endPoint.Address.MapToIPv4();
        return endPoint;
    }
}
