using System;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>
/// early_data (RFC 8446 §4.2.10): empty in ClientHello and EncryptedExtensions; in a NewSessionTicket, how much of it may be sent.
/// </summary>
internal static class EarlyDataExtension
{
    public static void Write(WireWriter writer)
    {
        writer.UInt16((ushort)ExtensionType.EarlyData);
        writer.UInt16(0);
    }

    public static void WriteTicket(WireWriter writer, uint maxSize)
    {
        writer.UInt16((ushort)ExtensionType.EarlyData);
        writer.UInt16(sizeof(uint));
        writer.UInt32(maxSize);
    }

    public static ProtocolError Parse(ReadOnlySpan<byte> content) =>
        content.IsEmpty ? ProtocolError.None : ProtocolError.MalformedExtension;

    public static ProtocolError ParseTicket(ReadOnlySpan<byte> content, out uint maxSize)
    {
        var reader = new WireReader(content);
        return reader.TryReadUInt32(out maxSize) && reader.IsEmpty ? ProtocolError.None : ProtocolError.MalformedExtension;
    }
}
