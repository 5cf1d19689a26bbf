using System;
using System.Buffers.Binary;
using System.Net;

namespace Sockets.Dtls;

/// <summary>An IP address, port and scope as a value: compares, hashes and copies without allocating.</summary>
public readonly record struct DtlsAddress
{
    private const int FamilyIPv4 = 4;
    private const int FamilyIPv6 = 6;

    private readonly ulong _high;
    private readonly ulong _low;
    private readonly uint _scope;
    private readonly ushort _port;
    private readonly byte _family;

    private DtlsAddress(byte family, ulong high, ulong low, uint scope, ushort port)
    {
        _family = family;
        _high = high;
        _low = low;
        _scope = scope;
        _port = port;
    }

    /// <summary>Bytes that <see cref="CopyTo"/> writes.</summary>
    public const int EncodedLength = 24;

    /// <summary>The UDP port.</summary>
    public int Port => _port;

    /// <summary>Whether this is an IPv6 address.</summary>
    public bool IsIPv6 => _family == FamilyIPv6;

    /// <summary>Whether an address was set at all.</summary>
    public bool IsSpecified => _family != 0;

    /// <summary>An IPv4 address from its four bytes in network order.</summary>
    public static DtlsAddress FromIPv4(ReadOnlySpan<byte> address, int port) =>
        new(FamilyIPv4, 0, BinaryPrimitives.ReadUInt32BigEndian(address), 0, checked((ushort)port));

    /// <summary>An IPv6 address from its sixteen bytes in network order.</summary>
    public static DtlsAddress FromIPv6(ReadOnlySpan<byte> address, int port, uint scope = 0) =>
        new(FamilyIPv6, BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[8..]), scope, checked((ushort)port));

    /// <summary>Converts an <see cref="IPEndPoint"/>.</summary>
    public static DtlsAddress FromEndPoint(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        Span<byte> bytes = stackalloc byte[16];
        endPoint.Address.TryWriteBytes(bytes, out int length);
        return length == 4
            ? FromIPv4(bytes[..4], endPoint.Port)
            : FromIPv6(bytes, endPoint.Port, (uint)endPoint.Address.ScopeId);
    }

    /// <summary>Converts to an <see cref="IPEndPoint"/> (allocates).</summary>
    public IPEndPoint ToEndPoint()
    {
        if (_family == FamilyIPv4)
        {
            Span<byte> four = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(four, (uint)_low);
            return new IPEndPoint(new IPAddress(four), _port);
        }

        Span<byte> sixteen = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(sixteen, _high);
        BinaryPrimitives.WriteUInt64BigEndian(sixteen[8..], _low);
        return new IPEndPoint(new IPAddress(sixteen, _scope), _port);
    }

    /// <summary>Writes a canonical form of <see cref="EncodedLength"/> bytes, for binding a cookie to the address.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _scope);
        BinaryPrimitives.WriteUInt16BigEndian(destination[20..], _port);
        destination[22] = _family;
        destination[23] = 0;
    }

    /// <summary>The address and port as text.</summary>
    public override string ToString() => IsSpecified ? ToEndPoint().ToString() : "unspecified";
}
