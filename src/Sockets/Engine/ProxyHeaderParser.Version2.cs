using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sockets.Engine;

internal static partial class ProxyHeaderParser
{
    /// <summary>Signature, version and command, family and transport, length of the rest.</summary>
    public const int FixedLength = 16;

    internal const int VersionBits = 0x20;
    internal const int CommandLocal = 0;
    internal const int CommandProxy = 1;
    internal const int FamilyUnspecified = 0;
    internal const int FamilyIPv4 = 1;
    internal const int FamilyIPv6 = 2;
    internal const int FamilyUnix = 3;
    internal const int TransportUnspecified = 0;
    internal const int TransportStream = 1;
    internal const int TransportDatagram = 2;
    internal const int UnixPathLength = 108;

    internal static ReadOnlySpan<byte> Signature2 => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static ProxyHeaderProblem ParseBinary(ReadOnlySpan<byte> data, int maxLength, out int length, out SocketProxyInfo? info)
    {
        info = null;
        length = FixedLength;
        if (data.Length > 12 && data[12] is not (VersionBits | CommandLocal) and not (VersionBits | CommandProxy))
            return ProxyHeaderProblem.BadCommand;
        if (data.Length < FixedLength)
            return ProxyHeaderProblem.None;
        length = FixedLength + BinaryPrimitives.ReadUInt16BigEndian(data[14..]);
        if (length > maxLength)
            return ProxyHeaderProblem.TooLong;
        if (data.Length < length)
            return ProxyHeaderProblem.None;
        data = data[..length];
        if (data[12] == (VersionBits | CommandLocal)) // whatever follows is to be discarded, the family included
        {
            info = new SocketProxyInfo(SocketProxyVersions.Version2, isLocal: true, null, null, []);
            return ProxyHeaderProblem.None;
        }

        return ParseProxied(data, out info);
    }

    private static ProxyHeaderProblem ParseProxied(ReadOnlySpan<byte> data, out SocketProxyInfo? info)
    {
        info = null;
        int family = data[13] >> 4;
        int transport = data[13] & 0xF;
        if (family > FamilyUnix || transport > TransportDatagram)
            return ProxyHeaderProblem.BadFamily;
        if (transport == TransportDatagram)
            return ProxyHeaderProblem.Datagram;
        int addressSize = family switch
        {
            FamilyIPv4 => 4,
            FamilyIPv6 => 16,
            FamilyUnix => UnixPathLength,
            _ => 0,
        };
        int addressesLength = 2 * (addressSize + (family is FamilyIPv4 or FamilyIPv6 ? 2 : 0));
        ReadOnlySpan<byte> rest = data[FixedLength..];
        if (rest.Length < addressesLength)
            return ProxyHeaderProblem.BadLength;
        ReadOnlySpan<byte> addresses = rest[..addressesLength];
        rest = rest[addressesLength..];
        ProxyHeaderProblem problem = ProxyTlvs.Check(rest, out int checksumOffset);
        if (problem != ProxyHeaderProblem.None)
            return problem;
        if (checksumOffset >= 0)
        {
            int offset = FixedLength + addressesLength + checksumOffset;
            if (BinaryPrimitives.ReadUInt32BigEndian(data[offset..]) != ProxyTlvs.Checksum(data, offset))
                return ProxyHeaderProblem.BadChecksum;
        }

        EndPoint? source = null;
        EndPoint? destination = null;
        if (transport == TransportStream && family == FamilyUnix)
        {
            source = ToEndPoint(addresses[..UnixPathLength]);
            destination = ToEndPoint(addresses[UnixPathLength..]);
        }
        else if (transport == TransportStream && family != FamilyUnspecified)
        {
            ReadOnlySpan<byte> ports = addresses[(2 * addressSize)..];
            source = new IPEndPoint(new IPAddress(addresses[..addressSize]), BinaryPrimitives.ReadUInt16BigEndian(ports));
            destination = new IPEndPoint(new IPAddress(addresses.Slice(addressSize, addressSize)), BinaryPrimitives.ReadUInt16BigEndian(ports[2..]));
        }

        info = new SocketProxyInfo(SocketProxyVersions.Version2, isLocal: false, source, destination, ProxyTlvs.Read(rest.ToArray()));
        return ProxyHeaderProblem.None;
    }

    /// <summary>A path ends at its first zero; an abstract name begins with one and fills the rest. Null: unnamed, or not to be had on this system.</summary>
    private static UnixDomainSocketEndPoint? ToEndPoint(ReadOnlySpan<byte> path)
    {
        int end = path[0] == 0 ? path.TrimEnd((byte)0).Length : path.IndexOf((byte)0);
        path = end < 0 ? path : path[..end];
        if (path.IsEmpty)
            return null;
        try
        {
            return new UnixDomainSocketEndPoint(Encoding.UTF8.GetString(path));
        }
        catch (Exception exception) when (exception is ArgumentException or PlatformNotSupportedException)
        {
            return null; // too long for this system, or no such sockets
        }
    }
}
