using System;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>How large protected records may be (RFC 8446 §5.4, RFC 8449), and how large they are made.</content>
public sealed partial class DtlsConnection
{
    // Content, content type and padding of a record: of ours, of the peer's.
    private int _sendLimit = RecordSizeLimitExtension.Largest;
    private int _receiveLimit = RecordSizeLimitExtension.Largest;

    /// <summary>
    /// The largest record the peer takes, in bytes of content, content type and padding; null where the extension
    /// (RFC 8449) was not agreed on.
    /// </summary>
    public int? PeerRecordSizeLimit { get; private set; }

    /// <summary>Both sides have told their limit, or neither's counts.</summary>
    private void AdoptRecordSizeLimit(HandshakeMachine machine)
    {
        PeerRecordSizeLimit = machine.PeerRecordSizeLimit;
        if (PeerRecordSizeLimit is not { } limit)
            return;
        _sendLimit = limit;
        _receiveLimit = _config.RecordSizeLimit ?? RecordSizeLimitExtension.Largest;
    }

    /// <summary>
    /// Whether a record of the peer is too large. Keys of early data come from a handshake before limits are told (RFC 8449 §4), and
    /// a client may acknowledge a part of our flight before it has read our limit in another part.
    /// </summary>
    private static bool IsOverflow(in OpenedRecord record, int length) =>
        length > RecordSizeLimitExtension.Largest
        || (record.Number.Epoch != EarlyEpoch && (record.Type != ContentType.Ack || record.Number.Epoch >= FirstApplicationEpoch));

    /// <summary>Bytes of content that fit a record which has so many bytes of a datagram.</summary>
    private int MaxContent(WriteEpoch epoch, int room) => Math.Min(room - epoch.Overhead, _sendLimit - 1);

    /// <summary>
    /// Bytes of padding for a record which has so many bytes of a datagram. The handshake's own records have none: before the
    /// client's address is proven they count against the limit of three times what came (RFC 9147 §5.1).
    /// </summary>
    private int PaddingOf(WriteEpoch epoch, int contentLength, int room) =>
        epoch.Epoch < FirstApplicationEpoch
            ? 0
            : _config.Padding.For(contentLength + 1, Math.Min(room - epoch.Overhead + 1, _sendLimit));
}
