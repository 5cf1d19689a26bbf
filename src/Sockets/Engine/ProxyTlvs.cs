using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Numerics;

namespace Sockets.Engine;

/// <summary>The type-length-value fields behind the addresses of PROXY version 2.</summary>
internal static class ProxyTlvs
{
    public const int HeaderLength = 3;

    /// <summary>Client flags and result of verification, before the fields inside an SSL field.</summary>
    public const int SslPrefixLength = 5;

    public const int ChecksumLength = 4;

    private const int MaxUniqueIdLength = 128;

    /// <summary>Checks the form of the fields. The checksum's value begins at <paramref name="checksumOffset"/>; -1 when there is none.</summary>
    public static ProxyHeaderProblem Check(ReadOnlySpan<byte> fields, out int checksumOffset)
    {
        checksumOffset = -1;
        for (int offset = 0; offset < fields.Length;)
        {
            ReadOnlySpan<byte> rest = fields[offset..];
            if (rest.Length < HeaderLength)
                return ProxyHeaderProblem.BadTlv;
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
            if (rest.Length < HeaderLength + length)
                return ProxyHeaderProblem.BadTlv;
            switch ((SocketProxyTlvType)rest[0])
            {
                case SocketProxyTlvType.Crc32C when length != ChecksumLength || checksumOffset >= 0:
                    return ProxyHeaderProblem.BadChecksum;
                case SocketProxyTlvType.Crc32C:
                    checksumOffset = offset + HeaderLength;
                    break;
                case SocketProxyTlvType.UniqueId when length > MaxUniqueIdLength:
                    return ProxyHeaderProblem.BadTlv;
                case SocketProxyTlvType.Ssl:
                    if (length < SslPrefixLength || !HasForm(rest.Slice(HeaderLength + SslPrefixLength, length - SslPrefixLength)))
                        return ProxyHeaderProblem.BadTlv;
                    break;
            }

            offset += HeaderLength + length;
        }

        return ProxyHeaderProblem.None;
    }

    /// <summary>Takes fields that were checked apart; the values are parts of <paramref name="fields"/>.</summary>
    public static IReadOnlyList<SocketProxyTlv> Read(ReadOnlyMemory<byte> fields)
    {
        if (fields.IsEmpty)
            return [];
        List<SocketProxyTlv> all = [];
        while (!fields.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(fields.Span[1..]);
            all.Add(new SocketProxyTlv((SocketProxyTlvType)fields.Span[0], fields.Slice(HeaderLength, length)));
            fields = fields[(HeaderLength + length)..];
        }

        return all.AsReadOnly();
    }

    /// <summary>CRC32C (RFC 3309) of a whole header, with zeros in the place of the checksum.</summary>
    public static uint Checksum(ReadOnlySpan<byte> header, int checksumOffset)
    {
        uint sum = Continue(uint.MaxValue, header[..checksumOffset]);
        sum = BitOperations.Crc32C(sum, 0u);
        return ~Continue(sum, header[(checksumOffset + ChecksumLength)..]);
    }

    private static bool HasForm(ReadOnlySpan<byte> fields)
    {
        while (!fields.IsEmpty)
        {
            if (fields.Length < HeaderLength)
                return false;
            int length = HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(fields[1..]);
            if (fields.Length < length)
                return false;
            fields = fields[length..];
        }

        return true;
    }

    private static uint Continue(uint sum, ReadOnlySpan<byte> data)
    {
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (byte value in data)
            sum = BitOperations.Crc32C(sum, value);
        return sum;
    }
}
