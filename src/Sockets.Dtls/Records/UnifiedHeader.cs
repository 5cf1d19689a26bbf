using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Records;

/// <summary>
/// The header of DTLSCiphertext (RFC 9147 §4, figure 3): <c>001CSLEE</c>, an optional connection ID, a sequence
/// number of 8 or 16 bits, an optional length.
/// </summary>
internal readonly record struct UnifiedHeader(RecordHeaderLayout Layout, int EpochBits, int CiphertextLength)
{
    private const byte FixedBits = 0b0010_0000;
    private const byte FixedMask = 0b1110_0000;
    private const byte ConnectionIdBit = 0b0001_0000;
    private const byte LongNumberBit = 0b0000_1000;
    private const byte LengthBit = 0b0000_0100;
    private const byte EpochMask = 0b0000_0011;

    /// <summary>Whether a record starting with this byte is a DTLSCiphertext (RFC 9147 §4.1).</summary>
    public static bool IsCiphertext(byte first) => (first & FixedMask) == FixedBits;

    /// <summary>Whether a DTLSCiphertext starting with this byte carries a connection ID.</summary>
    public static bool HasConnectionId(byte first) => (first & ConnectionIdBit) != 0;

    /// <summary>The epoch bits of a DTLSCiphertext starting with this byte.</summary>
    public static int GetEpochBits(byte first) => first & EpochMask;

    /// <summary>The connection ID of the protected record that a datagram begins with.</summary>
    /// <returns>False when there is none.</returns>
    public static bool TryReadConnectionId(ReadOnlySpan<byte> datagram, int length, out ReadOnlySpan<byte> connectionId)
    {
        if (datagram.Length <= length || (datagram[0] & (FixedMask | ConnectionIdBit)) != (FixedBits | ConnectionIdBit))
        {
            connectionId = default;
            return false;
        }

        connectionId = datagram.Slice(1, length);
        return true;
    }

    /// <summary>Reads the header of a record without connection ID.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> source, out UnifiedHeader header) => TryRead(source, 0, out header);

    /// <summary>
    /// Reads the header of a record at the start of a datagram's rest. Without a length the record takes all of the rest
    /// (RFC 9147 §4).
    /// </summary>
    /// <param name="source">The record and what follows it.</param>
    /// <param name="connectionIdLength">Bytes of its connection ID, which the wire does not tell; 0 without one.</param>
    /// <param name="header">The header.</param>
    /// <returns>False when header or ciphertext end too early.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> source, int connectionIdLength, out UnifiedHeader header)
    {
        byte first = source[0];
        int numberOffset = 1 + connectionIdLength;
        int numberLength = (first & LongNumberBit) != 0 ? 2 : 1;
        int lengthLength = (first & LengthBit) != 0 ? 2 : 0;
        int headerLength = numberOffset + numberLength + lengthLength;
        if (source.Length < headerLength)
        {
            header = default;
            return false;
        }

        int ciphertextLength = lengthLength == 0
            ? source.Length - headerLength
            : BinaryPrimitives.ReadUInt16BigEndian(source[(numberOffset + numberLength)..]);
        if (ciphertextLength > source.Length - headerLength)
        {
            header = default;
            return false;
        }

        header = new UnifiedHeader(new RecordHeaderLayout(headerLength, numberOffset, numberLength), first & EpochMask, ciphertextLength);
        return true;
    }

    /// <summary>Where the parts of a written header lie.</summary>
    public static RecordHeaderLayout GetLayout(RecordHeaderForm form, int connectionIdLength = 0) =>
        new((form == RecordHeaderForm.Full ? 5 : 3) + connectionIdLength, 1 + connectionIdLength, 2);

    /// <summary>Writes a header without connection ID, the sequence number in clear.</summary>
    public static void Write(Span<byte> destination, RecordHeaderForm form, RecordNumber number, int ciphertextLength)
    {
        byte first = (byte)(FixedBits | LongNumberBit | (byte)(number.Epoch & EpochMask));
        BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)number.Sequence);
        if (form == RecordHeaderForm.Full)
        {
            first |= LengthBit;
            BinaryPrimitives.WriteUInt16BigEndian(destination[3..], (ushort)ciphertextLength);
        }

        destination[0] = first;
    }

    /// <summary>Writes a header with a connection ID, the sequence number in clear.</summary>
    public static void Write(
        Span<byte> destination, RecordHeaderForm form, ReadOnlySpan<byte> connectionId, RecordNumber number, int ciphertextLength)
    {
        byte first = (byte)(FixedBits | ConnectionIdBit | LongNumberBit | (byte)(number.Epoch & EpochMask));
        connectionId.CopyTo(destination[1..]);
        Span<byte> rest = destination[(1 + connectionId.Length)..];
        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)number.Sequence);
        if (form == RecordHeaderForm.Full)
        {
            first |= LengthBit;
            BinaryPrimitives.WriteUInt16BigEndian(rest[2..], (ushort)ciphertextLength);
        }

        destination[0] = first;
    }
}
