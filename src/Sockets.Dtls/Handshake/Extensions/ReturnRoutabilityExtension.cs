using System;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>rrc (RFC 9853 §3): empty in ClientHello and ServerHello, and never without connection_id.</summary>
internal static class ReturnRoutabilityExtension
{
    public static void Write(WireWriter writer)
    {
        writer.UInt16((ushort)ExtensionType.ReturnRoutabilityCheck);
        writer.UInt16(0);
    }

    public static ProtocolError Parse(ReadOnlySpan<byte> content) =>
        content.IsEmpty ? ProtocolError.None : ProtocolError.MalformedExtension;
}
