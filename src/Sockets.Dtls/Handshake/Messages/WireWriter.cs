using System;
using System.Buffers.Binary;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>Writes the presentation language of RFC 8446 §3 into a buffer that grows. Handshake only.</summary>
internal sealed class WireWriter
{
    private byte[] _buffer = new byte[512];
    private int _length;

    /// <summary>What was written so far.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>The last bytes that were written, to be filled in later.</summary>
    public Span<byte> Last(int length) => _buffer.AsSpan(_length - length, length);

    /// <summary>Starts over.</summary>
    public void Clear() => _length = 0;

    public void UInt8(byte value) => Take(1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(2), value);

    public void UInt24(int value)
    {
        Span<byte> span = Take(3);
        span[0] = (byte)(value >> 16);
        span[1] = (byte)(value >> 8);
        span[2] = (byte)value;
    }

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Take(8), value);

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void Vector8(ReadOnlySpan<byte> value)
    {
        UInt8(checked((byte)value.Length));
        Bytes(value);
    }

    public void Vector16(ReadOnlySpan<byte> value)
    {
        UInt16(checked((ushort)value.Length));
        Bytes(value);
    }

    public void Vector24(ReadOnlySpan<byte> value)
    {
        UInt24(value.Length);
        Bytes(value);
    }

    /// <summary>Opens a vector with a length prefix of <paramref name="prefixLength"/> bytes; <see cref="End"/> closes it.</summary>
    /// <returns>A mark for <see cref="End"/>.</returns>
    public int Begin(int prefixLength)
    {
        Take(prefixLength).Clear();
        return _length;
    }

    /// <summary>Closes a vector: fills in its length.</summary>
    public void End(int mark, int prefixLength)
    {
        int length = _length - mark;
        if (length >= 1L << (8 * prefixLength))
            throw new ArgumentException($"A vector of {length} bytes does not fit a length prefix of {prefixLength} bytes: a name, list or certificate in the configuration is too long.");
        for (int i = 1; i <= prefixLength; i++)
        {
            _buffer[mark - i] = (byte)length;
            length >>= 8;
        }
    }

    private Span<byte> Take(int length)
    {
        if (_buffer.Length - _length < length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + length));
        Span<byte> span = _buffer.AsSpan(_length, length);
        _length += length;
        return span;
    }
}
