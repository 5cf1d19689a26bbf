using System;
using System.Buffers.Binary;
using Sockets.Dtls.Records;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>The content of an ACK record (RFC 9147 §7): a vector of record numbers, 16 bytes each.</summary>
internal static class AckMessage
{
    /// <summary>Bytes of one record number.</summary>
    public const int EntryLength = 16;

    /// <summary>Bytes before the first record number.</summary>
    public const int PrefixLength = 2;

    /// <summary>Checks the framing. <paramref name="entries"/> is whole record numbers.</summary>
    public static bool TryParse(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> entries)
    {
        var reader = new WireReader(content);
        return reader.TryReadVector16(out entries) && reader.IsEmpty && entries.Length % EntryLength == 0;
    }

    /// <summary>Takes the first record number off a checked list.</summary>
    public static RecordNumber Read(ref ReadOnlySpan<byte> entries)
    {
        var number = new RecordNumber(BinaryPrimitives.ReadUInt64BigEndian(entries), BinaryPrimitives.ReadUInt64BigEndian(entries[8..]));
        entries = entries[EntryLength..];
        return number;
    }

    /// <summary>Writes an ACK of <paramref name="numbers"/>, which are sorted.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<RecordNumber> numbers, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(numbers.Length * EntryLength));
        int offset = PrefixLength;
        foreach (RecordNumber number in numbers)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination[offset..], number.Epoch);
            BinaryPrimitives.WriteUInt64BigEndian(destination[(offset + 8)..], number.Sequence);
            offset += EntryLength;
        }

        return offset;
    }
}
