using System;
using System.Buffers.Binary;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>
/// Reads the presentation language of RFC 8446 §3 from a span. Every method returns false, and reads nothing, when the
/// bytes do not suffice; none throws.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>What has not been read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public bool TryReadUInt8(out byte value)
    {
        value = 0;
        if (_rest.IsEmpty)
            return false;
        value = _rest[0];
        _rest = _rest[1..];
        return true;
    }

    public bool TryReadUInt16(out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(_rest, out value))
            return false;
        _rest = _rest[2..];
        return true;
    }

    public bool TryReadUInt24(out int value)
    {
        value = 0;
        if (_rest.Length < 3)
            return false;
        value = (_rest[0] << 16) | (_rest[1] << 8) | _rest[2];
        _rest = _rest[3..];
        return true;
    }

    public bool TryReadUInt32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(_rest, out value))
            return false;
        _rest = _rest[4..];
        return true;
    }

    public bool TryReadUInt64(out ulong value)
    {
        if (!BinaryPrimitives.TryReadUInt64BigEndian(_rest, out value))
            return false;
        _rest = _rest[8..];
        return true;
    }

    public bool TryReadBytes(int length, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (_rest.Length < length)
            return false;
        value = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    /// <summary>A vector with a length prefix of one byte.</summary>
    public bool TryReadVector8(out ReadOnlySpan<byte> value)
    {
        WireReader attempt = this;
        value = default;
        if (!attempt.TryReadUInt8(out byte length) || !attempt.TryReadBytes(length, out value))
            return false;
        this = attempt;
        return true;
    }

    /// <summary>A vector with a length prefix of two bytes.</summary>
    public bool TryReadVector16(out ReadOnlySpan<byte> value)
    {
        WireReader attempt = this;
        value = default;
        if (!attempt.TryReadUInt16(out ushort length) || !attempt.TryReadBytes(length, out value))
            return false;
        this = attempt;
        return true;
    }

    /// <summary>A vector with a length prefix of three bytes.</summary>
    public bool TryReadVector24(out ReadOnlySpan<byte> value)
    {
        WireReader attempt = this;
        value = default;
        if (!attempt.TryReadUInt24(out int length) || !attempt.TryReadBytes(length, out value))
            return false;
        this = attempt;
        return true;
    }
}
