using System;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>cookie (RFC 8446 §4.2.2): 1 to 2^16-1 bytes, opaque to the client.</summary>
internal static class CookieExtension
{
    public static void Write(WireWriter writer, ReadOnlySpan<byte> cookie)
    {
        writer.UInt16((ushort)ExtensionType.Cookie);
        int outer = writer.Begin(2);
        writer.Vector16(cookie);
        writer.End(outer, 2);
    }

    public static ProtocolError Parse(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> cookie)
    {
        var reader = new WireReader(content);
        return reader.TryReadVector16(out cookie) && reader.IsEmpty && !cookie.IsEmpty
            ? ProtocolError.None
            : ProtocolError.MalformedExtension;
    }
}
