using System;
using System.Buffers.Binary;

namespace Sockets.Dtls.Records;

/// <summary>
/// The 13-byte header of DTLSPlaintext (RFC 9147 §4, figure 2): type, version, epoch 0, 48-bit sequence, length.
/// </summary>
internal readonly record struct PlaintextHeader(ContentType Type, ushort Version, ushort Epoch, ulong Sequence, int ContentLength)
{
    /// <summary>Bytes of the header.</summary>
    public const int Length = 13;

    /// <summary>The version every DTLS 1.3 record carries: that of DTLS 1.2.</summary>
    public const ushort LegacyVersion = 0xFEFD;

    /// <summary>
    /// What the first ClientHello may carry instead (RFC 9147 §4): DTLS 1.0, as every version's did, so that nothing on the
    /// way that knows older versions takes offence.
    /// </summary>
    public const ushort FirstHelloVersion = 0xFEFF;

    /// <summary>Reads a header. False when there are fewer than 13 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out PlaintextHeader header)
    {
        if (source.Length < Length)
        {
            header = default;
            return false;
        }

        header = new PlaintextHeader(
            (ContentType)source[0],
            BinaryPrimitives.ReadUInt16BigEndian(source[1..]),
            BinaryPrimitives.ReadUInt16BigEndian(source[3..]),
            BinaryPrimitives.ReadUInt64BigEndian(source[3..]) & RecordNumber.MaxSequence,
            BinaryPrimitives.ReadUInt16BigEndian(source[11..]));
        return true;
    }

    /// <summary>Writes an epoch 0 header of 13 bytes.</summary>
    public static void Write(Span<byte> destination, ContentType type, ulong sequence, int contentLength, ushort version = LegacyVersion)
    {
        destination[0] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[1..], version);
        BinaryPrimitives.WriteUInt64BigEndian(destination[3..], sequence);
        BinaryPrimitives.WriteUInt16BigEndian(destination[11..], (ushort)contentLength);
    }
}
