using System;
using Sockets.Dtls.Handshake.Extensions;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>NewSessionTicket (RFC 8446 §4.6.1): checked and acknowledged; resumption is not part of this version.</summary>
internal static class NewSessionTicketMessage
{
    public static ProtocolError Check(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        if (!reader.TryReadUInt32(out _)
            || !reader.TryReadUInt32(out _)
            || !reader.TryReadVector8(out _)
            || !reader.TryReadVector16(out ReadOnlySpan<byte> ticket)
            || ticket.IsEmpty
            || !reader.TryReadVector16(out ReadOnlySpan<byte> extensions)
            || !reader.IsEmpty)
        {
            return ProtocolError.Malformed;
        }

        return ExtensionBlock.TryParse(extensions, out _);
    }
}
