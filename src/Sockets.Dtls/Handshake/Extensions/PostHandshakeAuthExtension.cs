using System;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>post_handshake_auth (RFC 8446 §4.2.6): a client that may be asked for a certificate later on.</summary>
internal static class PostHandshakeAuthExtension
{
    public static void Write(WireWriter writer)
    {
        writer.UInt16((ushort)ExtensionType.PostHandshakeAuth);
        writer.UInt16(0);
    }

    public static ProtocolError Parse(ReadOnlySpan<byte> content) => content.IsEmpty ? ProtocolError.None : ProtocolError.MalformedExtension;
}
