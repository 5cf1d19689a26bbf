using System;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>KeyUpdate (RFC 8446 §4.6.3): one byte.</summary>
internal static class KeyUpdateMessage
{
    /// <summary>Bytes of the body.</summary>
    public const int Length = 1;

    private const byte NotRequested = 0;
    private const byte Requested = 1;

    public static ProtocolError TryParse(ReadOnlySpan<byte> body, out bool updateRequested)
    {
        updateRequested = false;
        if (body.Length != Length)
            return ProtocolError.Malformed;
        if (body[0] > Requested)
            return ProtocolError.Illegal;
        updateRequested = body[0] == Requested;
        return ProtocolError.None;
    }

    /// <summary>The message's body.</summary>
    public static ReadOnlySpan<byte> Body(bool requestUpdate) => requestUpdate ? [Requested] : [NotRequested];
}
