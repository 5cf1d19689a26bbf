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
    /// <summary>The longest form this version writes.</summary>
    public const int MaxWriteLength = 5;

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

    /// <summary>
    /// Reads the header of a record without connection ID at the start of a datagram's rest. Without a length the
    /// record takes all of the rest (RFC 9147 §4).
    /// </summary>
    /// <returns>False when header or ciphertext end too early.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> source, out UnifiedHeader header)
    {
        byte first = source[0];
        int numberLength = (first & LongNumberBit) != 0 ? 2 : 1;
        int lengthLength = (first & LengthBit) != 0 ? 2 : 0;
        int headerLength = 1 + numberLength + lengthLength;
        if (source.Length < headerLength)
        {
            header = default;
            return false;
        }

        int ciphertextLength = lengthLength == 0
            ? source.Length - headerLength
            : BinaryPrimitives.ReadUInt16BigEndian(source[(1 + numberLength)..]);
        if (ciphertextLength > source.Length - headerLength)
        {
            header = default;
            return false;
        }

        header = new UnifiedHeader(new RecordHeaderLayout(headerLength, 1, numberLength), first & EpochMask, ciphertextLength);
        return true;
    }

    /// <summary>Where the parts of a written header lie.</summary>
    public static RecordHeaderLayout GetLayout(RecordHeaderForm form) => new(form == RecordHeaderForm.Full ? 5 : 3, 1, 2);

    /// <summary>Writes a header with the sequence number in clear.</summary>
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
}
