using System;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>RequestConnectionId (RFC 9147 §9): one byte, how many the sender would like to have.</summary>
internal static class RequestConnectionIdMessage
{
    /// <summary>Bytes of the body.</summary>
    public const int Length = 1;

    public static ProtocolError TryParse(ReadOnlySpan<byte> body, out int count)
    {
        count = body.Length == Length ? body[0] : 0;
        return body.Length == Length ? ProtocolError.None : ProtocolError.Malformed;
    }
}
