using System;
using System.Buffers.Binary;

namespace Sockets.Dtls.Handshake;

/// <summary>The 12-byte header of a handshake fragment (RFC 9147 §5.2).</summary>
internal readonly record struct FragmentHeader(HandshakeType Type, int MessageLength, ushort MessageSequence, int Offset, int FragmentLength)
{
    /// <summary>Bytes of the header.</summary>
    public const int Length = 12;

    /// <summary>Reads a header. False when there are fewer than 12 bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out FragmentHeader header)
    {
        if (source.Length < Length)
        {
            header = default;
            return false;
        }

        header = new FragmentHeader(
            (HandshakeType)source[0],
            ReadUInt24(source[1..]),
            BinaryPrimitives.ReadUInt16BigEndian(source[4..]),
            ReadUInt24(source[6..]),
            ReadUInt24(source[9..]));
        return true;
    }

    /// <summary>Writes the header.</summary>
    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)Type;
        WriteUInt24(destination[1..], MessageLength);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], MessageSequence);
        WriteUInt24(destination[6..], Offset);
        WriteUInt24(destination[9..], FragmentLength);
    }

    private static int ReadUInt24(ReadOnlySpan<byte> source) => (source[0] << 16) | (source[1] << 8) | source[2];

    private static void WriteUInt24(Span<byte> destination, int value)
    {
        destination[0] = (byte)(value >> 16);
        destination[1] = (byte)(value >> 8);
        destination[2] = (byte)value;
    }
}
