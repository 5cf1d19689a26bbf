using System;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <content>Connection IDs from the server's side (RFC 9146 §3): anew in every handshake, also where a session is resumed.</content>
internal sealed partial class ServerHandshake
{
    private ProtocolError NegotiateConnectionIds(in ClientHelloMessage hello, out byte[]? own)
    {
        own = null;
        if (Config.ConnectionIdLength is null || !hello.Extensions.TryGet(ExtensionType.ConnectionId, out ReadOnlySpan<byte> content))
            return ProtocolError.None;
        ProtocolError error = ConnectionIdExtension.Parse(content, out ReadOnlySpan<byte> peer);
        if (error.IsError)
            return error;

        // One that is too long for us, or none left of ours: the handshake goes on without.
        if (peer.Length <= DtlsConnection.MaxPeerConnectionIdLength)
            own = Host.CreateConnectionId();
        if (own is null)
            return ProtocolError.None;
        Host.UseConnectionIds(peer);

        // RFC 9853 §3: an answer to rrc only, and only with connection_id in both.
        if (Config.PathValidation == DtlsPathValidation.None || !hello.Extensions.TryGet(ExtensionType.ReturnRoutabilityCheck, out content))
            return ProtocolError.None;
        ChecksPaths = true;
        return ReturnRoutabilityExtension.Parse(content);
    }
}
