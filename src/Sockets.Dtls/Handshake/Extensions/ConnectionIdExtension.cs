using System;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>
/// connection_id (RFC 9146 §3) in ClientHello and ServerHello: what the sender wants to see in the records it receives. Empty:
/// nothing, but it will send what the peer wants.
/// </summary>
internal static class ConnectionIdExtension
{
    public static void Write(WireWriter writer, ReadOnlySpan<byte> connectionId)
    {
        writer.UInt16((ushort)ExtensionType.ConnectionId);
        writer.UInt16(checked((ushort)(1 + connectionId.Length)));
        writer.Vector8(connectionId);
    }

    public static ProtocolError Parse(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> connectionId)
    {
        var reader = new WireReader(content);
        return reader.TryReadVector8(out connectionId) && reader.IsEmpty ? ProtocolError.None : ProtocolError.MalformedExtension;
    }
}
