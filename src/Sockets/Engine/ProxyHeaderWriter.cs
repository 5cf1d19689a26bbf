using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sockets.Engine;

/// <summary>The other end of <see cref="ProxyHeaderParser"/>.</summary>
internal static class ProxyHeaderWriter
{
    /// <summary>Behind the family in a socket address.</summary>
    private const int PathOffset = 2;

    public static byte[] WriteVersion1(EndPoint? source, EndPoint? destination)
    {
        if (source is not IPEndPoint from || destination is not IPEndPoint to)
            return [.. "PROXY UNKNOWN\r\n"u8];
        (IPAddress fromAddress, IPAddress toAddress) = OfOneFamily(from.Address, to.Address);
        string family = fromAddress.AddressFamily == AddressFamily.InterNetwork ? "TCP4" : "TCP6";
        return Encoding.ASCII.GetBytes($"PROXY {family} {fromAddress} {toAddress} {from.Port} {to.Port}\r\n");
    }

    public static byte[] WriteVersion2(bool isLocal, EndPoint? source, EndPoint? destination, IEnumerable<SocketProxyTlv> tlvs, bool includeChecksum)
    {
        using var header = new MemoryStream();
        header.Write(ProxyHeaderParser.Signature2);
        header.WriteByte((byte)(ProxyHeaderParser.VersionBits | (isLocal ? ProxyHeaderParser.CommandLocal : ProxyHeaderParser.CommandProxy)));
        header.Write([0, 0, 0]); // family and length follow
        int family = WriteAddresses(header, source, destination);
        foreach (SocketProxyTlv tlv in tlvs)
            Write(header, tlv.Type, tlv.Value.Span);
        int checksumOffset = (int)header.Length + ProxyTlvs.HeaderLength;
        if (includeChecksum)
            Write(header, SocketProxyTlvType.Crc32C, [0, 0, 0, 0]);
        byte[] result = header.ToArray();
        int length = result.Length - ProxyHeaderParser.FixedLength;
        if (length > ushort.MaxValue)
            throw new ArgumentException("A PROXY header has room for 65535 bytes of addresses and fields.", nameof(tlvs));
        result[13] = family == ProxyHeaderParser.FamilyUnspecified ? (byte)0 : (byte)((family << 4) | ProxyHeaderParser.TransportStream);
        BinaryPrimitives.WriteUInt16BigEndian(result.AsSpan(14), (ushort)length);
        if (includeChecksum)
            BinaryPrimitives.WriteUInt32BigEndian(result.AsSpan(checksumOffset), ProxyTlvs.Checksum(result, checksumOffset));
        return result;
    }

    /// <summary>Returns the family.</summary>
    private static int WriteAddresses(MemoryStream header, EndPoint? source, EndPoint? destination)
    {
        switch (source, destination)
        {
            case (IPEndPoint from, IPEndPoint to):
                (IPAddress fromAddress, IPAddress toAddress) = OfOneFamily(from.Address, to.Address);
                header.Write(fromAddress.GetAddressBytes());
                header.Write(toAddress.GetAddressBytes());
                Span<byte> ports = stackalloc byte[4];
                BinaryPrimitives.WriteUInt16BigEndian(ports, (ushort)from.Port);
                BinaryPrimitives.WriteUInt16BigEndian(ports[2..], (ushort)to.Port);
                header.Write(ports);
                return fromAddress.AddressFamily == AddressFamily.InterNetwork ? ProxyHeaderParser.FamilyIPv4 : ProxyHeaderParser.FamilyIPv6;
            case (UnixDomainSocketEndPoint from, UnixDomainSocketEndPoint to):
                WritePath(header, from);
                WritePath(header, to);
                return ProxyHeaderParser.FamilyUnix;
            case (null, _) or (_, null):
                return ProxyHeaderParser.FamilyUnspecified;
            default:
                throw DifferentFamilies();
        }
    }

    private static void WritePath(MemoryStream header, UnixDomainSocketEndPoint endPoint)
    {
        SocketAddress address = endPoint.Serialize();
        ReadOnlySpan<byte> name = address.Buffer.Span[PathOffset..address.Size];
        if (name.Length > ProxyHeaderParser.UnixPathLength && !name[ProxyHeaderParser.UnixPathLength..].ContainsAnyExcept((byte)0))
            name = name[..ProxyHeaderParser.UnixPathLength];
        if (name.Length > ProxyHeaderParser.UnixPathLength)
            throw new ArgumentException($"A PROXY header has room for paths of {ProxyHeaderParser.UnixPathLength} bytes.");
        Span<byte> path = stackalloc byte[ProxyHeaderParser.UnixPathLength];
        path.Clear();
        name.CopyTo(path);
        header.Write(path);
    }

    private static void Write(MemoryStream header, SocketProxyTlvType type, ReadOnlySpan<byte> value)
    {
        if (value.Length > ushort.MaxValue)
            throw new ArgumentException("A field of a PROXY header has room for 65535 bytes.");
        header.WriteByte((byte)type);
        header.WriteByte((byte)(value.Length >> 8));
        header.WriteByte((byte)value.Length);
        header.Write(value);
    }

    /// <summary>Two mapped IPv4 addresses count as IPv4; scopes have no meaning elsewhere and are left out.</summary>
    private static (IPAddress Source, IPAddress Destination) OfOneFamily(IPAddress source, IPAddress destination)
    {
        source = WithoutMapping(source);
        destination = WithoutMapping(destination);
        return source.AddressFamily == destination.AddressFamily ? (source, destination) : throw DifferentFamilies();
    }

    private static IPAddress WithoutMapping(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());

    private static ArgumentException DifferentFamilies() => new("The source and the destination of a PROXY header are of one family.");
}
