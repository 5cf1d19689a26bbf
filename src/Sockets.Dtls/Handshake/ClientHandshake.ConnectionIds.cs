using System;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <content>Connection IDs from the client's side (RFC 9146 §3): offered in both ClientHellos, agreed on by ServerHello.</content>
internal sealed partial class ClientHandshake
{
    // What the server is to put into its records; null when it is not offered.
    private byte[]? _connectionId;

    private bool OffersPathChecks => _connectionId is not null && Config.PathValidation != DtlsPathValidation.None;

    private void WriteConnectionId(WireWriter writer)
    {
        if (Config.ConnectionIdLength is null)
            return;

        // RFC 8446 §4.1.2: the second ClientHello repeats the first.
        if (!UsedHelloRetryRequest)
            _connectionId ??= Host.CreateConnectionId();
        if (_connectionId is not { } connectionId)
            return;
        ConnectionIdExtension.Write(writer, connectionId);

        // RFC 9853 §3: never without connection_id.
        if (OffersPathChecks)
            ReturnRoutabilityExtension.Write(writer);
    }

    private ProtocolError HandleConnectionId(in ServerHelloMessage message)
    {
        if (_connectionId is null)
            return ProtocolError.None;
        if (!message.Extensions.TryGet(ExtensionType.ConnectionId, out ReadOnlySpan<byte> content))
        {
            Host.DropConnectionIds();
            return ProtocolError.None;
        }

        ProtocolError error = ConnectionIdExtension.Parse(content, out ReadOnlySpan<byte> peer);
        if (error.IsError)
            return error;
        if (peer.Length > DtlsConnection.MaxPeerConnectionIdLength)
            return new ProtocolError(DtlsFailureReason.UnsupportedConnectionId, AlertDescription.HandshakeFailure);
        Host.UseConnectionIds(peer);
        if (!message.Extensions.TryGet(ExtensionType.ReturnRoutabilityCheck, out content))
            return ProtocolError.None;
        ChecksPaths = true;
        return ReturnRoutabilityExtension.Parse(content);
    }
}
