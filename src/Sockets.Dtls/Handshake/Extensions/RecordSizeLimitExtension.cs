using System;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>
/// record_size_limit (RFC 8449 §4): the longest record its sender takes, counted as content, content type and padding. It
/// holds for protected records only.
/// </summary>
internal static class RecordSizeLimitExtension
{
    /// <summary>No peer may ask for less.</summary>
    public const int Smallest = 64;

    /// <summary>All that a record can hold: 2^14 bytes and the content type (RFC 8446 §5.4).</summary>
    public const int Largest = (1 << 14) + 1;

    public static void Write(WireWriter writer, int limit)
    {
        writer.UInt16((ushort)ExtensionType.RecordSizeLimit);
        writer.UInt16(sizeof(ushort));
        writer.UInt16((ushort)limit);
    }

    /// <summary>The peer's limit. One above the protocol's own, which a later version may have, means no more than that.</summary>
    public static ProtocolError Parse(ReadOnlySpan<byte> content, out int? limit)
    {
        limit = null;
        var reader = new WireReader(content);
        if (!reader.TryReadUInt16(out ushort value) || !reader.IsEmpty)
            return ProtocolError.MalformedExtension;
        if (value < Smallest)
            return ProtocolError.Illegal;
        limit = Math.Min((int)value, Largest);
        return ProtocolError.None;
    }
}
