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
    private readonly ulong _rest; // scope, port, family and a zero: every datagram's path is compared, so in three words

    private DtlsAddress(byte family, ulong high, ulong low, uint scope, ushort port)
    {
        _high = high;
        _low = low;
        _rest = ((ulong)scope << 32) | ((ulong)port << 16) | ((ulong)family << 8);
    }

    /// <summary>Bytes that <see cref="CopyTo"/> writes.</summary>
    public const int EncodedLength = 24;

    /// <summary>The UDP port.</summary>
    public int Port => (ushort)(_rest >> 16);

    /// <summary>Whether this is an IPv6 address.</summary>
    public bool IsIPv6 => Family == FamilyIPv6;

    /// <summary>Whether an address was set at all.</summary>
    public bool IsSpecified => Family != 0;

    private byte Family => (byte)(_rest >> 8);

    private uint Scope => (uint)(_rest >> 32);

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
        if (Family == FamilyIPv4)
        {
            Span<byte> four = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(four, (uint)_low);
            return new IPEndPoint(new IPAddress(four), Port);
        }

        Span<byte> sixteen = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(sixteen, _high);
        BinaryPrimitives.WriteUInt64BigEndian(sixteen[8..], _low);
        return new IPEndPoint(new IPAddress(sixteen, Scope), Port);
    }

    /// <summary>Writes a canonical form of <see cref="EncodedLength"/> bytes, for binding a cookie to the address.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _rest);
    }

    /// <summary>Reads what <see cref="CopyTo"/> wrote.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> source, out DtlsAddress address)
    {
        ulong rest = BinaryPrimitives.ReadUInt64BigEndian(source[16..]);
        byte family = (byte)(rest >> 8);
        address = family == 0
            ? default
            : new DtlsAddress(family, BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source[8..]), (uint)(rest >> 32), (ushort)(rest >> 16));
        return family is 0 or FamilyIPv4 or FamilyIPv6;
    }

    /// <summary>Whether it is the same address, port and scope.</summary>
    public bool Equals(DtlsAddress other) =>
        ((_high ^ other._high) | (_low ^ other._low) | (_rest ^ other._rest)) == 0;

    /// <summary>A hash of all of it.</summary>
    public override int GetHashCode() => HashCode.Combine(_high, _low, _rest);

    /// <summary>The address and port as text.</summary>
    public override string ToString() => IsSpecified ? ToEndPoint().ToString() : "unspecified";
}
