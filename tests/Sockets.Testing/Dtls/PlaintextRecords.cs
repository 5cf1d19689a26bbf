using System.Buffers.Binary;

namespace Sockets.Testing;

/// <summary>Unprotected records and handshake fragments with whatever numbers a test wants in them.</summary>
public static class PlaintextRecords
{
    public const int HeaderLength = 13;
    public const int FragmentHeaderLength = 12;

    /// <summary>DTLSPlaintext (RFC 9147 §4).</summary>
    public static byte[] Record(byte contentType, ReadOnlySpan<byte> content, ulong sequence = 1000, ushort epoch = 0, ushort version = 0xFEFD, int? length = null)
    {
        byte[] record = new byte[HeaderLength + content.Length];
        record[0] = contentType;
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(1), version);
        BinaryPrimitives.WriteUInt64BigEndian(record.AsSpan(3), sequence);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(3), epoch);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(11), (ushort)(length ?? content.Length));
        content.CopyTo(record.AsSpan(HeaderLength));
        return record;
    }

    /// <summary>A handshake fragment (RFC 9147 §5.2), its lengths taken as they are given.</summary>
    public static byte[] Fragment(byte messageType, int length, int messageSequence, int offset, int fragmentLength, ReadOnlySpan<byte> body)
    {
        byte[] fragment = new byte[FragmentHeaderLength + body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(fragment, ((uint)messageType << 24) | (uint)length);
        BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(4), (ushort)messageSequence);
        WriteUInt24(fragment.AsSpan(6), offset);
        WriteUInt24(fragment.AsSpan(9), fragmentLength);
        body.CopyTo(fragment.AsSpan(FragmentHeaderLength));
        return fragment;
    }

    /// <summary>The length of the first record of a datagram; a record without a length runs to the end.</summary>
    public static int FirstRecordLength(ReadOnlySpan<byte> datagram)
    {
        if ((datagram[0] & 0xE0) != 0x20)
            return HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(datagram[11..]);
        int numberLength = (datagram[0] & 0x08) != 0 ? 2 : 1;
        if ((datagram[0] & 0x04) == 0)
            return datagram.Length;
        return 1 + numberLength + 2 + BinaryPrimitives.ReadUInt16BigEndian(datagram[(1 + numberLength)..]);
    }

    public static bool IsPlaintext(byte firstByte) => (firstByte & 0xE0) != 0x20;

    private static void WriteUInt24(Span<byte> destination, int value)
    {
        destination[0] = (byte)(value >> 16);
        destination[1] = (byte)(value >> 8);
        destination[2] = (byte)value;
    }
}
