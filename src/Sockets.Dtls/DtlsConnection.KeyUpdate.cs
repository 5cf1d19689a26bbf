using Sockets.Dtls.Handshake;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls;

/// <content>Changing our sending keys (RFC 9147 §8).</content>
public sealed partial class DtlsConnection
{
    /// <summary>
    /// The last epoch. RFC 9147 §4.2.1 allows 2^48 - 1 on sending; 2^16 - 1 is what every implementation understands,
    /// and leaves room for 65,000 key updates.
    /// </summary>
    private const ulong MaxEpoch = 0xFFFF;

    private bool _isKeyUpdateQueued;
    private bool _queuedUpdateRequestsPeer;

    /// <summary>
    /// Asks for new sending keys. They are used once the peer has acknowledged the KeyUpdate
    /// (<see cref="DtlsEventKind.WriteKeyUpdated"/>); a request while one is under way is the same request.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="requestPeerUpdate">Whether the peer shall change its sending keys too.</param>
    /// <returns>False when the connection is not connected, or when its epochs are used up.</returns>
    public bool RequestKeyUpdate(MonotonicTime now, bool requestPeerUpdate = false)
    {
        if (!IsConnected || _epochs.CurrentWrite!.Epoch >= MaxEpoch)
            return false;
        _now = now;
        QueueKeyUpdate(requestPeerUpdate);
        Touch();
        return true;
    }

    /// <summary>Sends a KeyUpdate, or remembers to when the flight before it is acknowledged.</summary>
    private void QueueKeyUpdate(bool requestPeerUpdate)
    {
        bool isUnderWay = _flight is { } flight && flight.Contains(HandshakeType.KeyUpdate);
        if (isUnderWay && !requestPeerUpdate)
            return;
        _isKeyUpdateQueued = true;
        _queuedUpdateRequestsPeer |= requestPeerUpdate;
        SendQueuedKeyUpdate();
    }

    private void SendQueuedKeyUpdate()
    {
        if (!_isKeyUpdateQueued || _flight is { IsEmpty: false } || !IsConnected || _epochs.CurrentWrite!.Epoch >= MaxEpoch)
            return;
        bool requestPeerUpdate = _queuedUpdateRequestsPeer;
        _isKeyUpdateQueued = false;
        _queuedUpdateRequestsPeer = false;
        Enqueue(HandshakeType.KeyUpdate, KeyUpdateMessage.Body(requestPeerUpdate));
        if (!IsOver)
            StartFlight();
    }

    /// <summary>The peer has our KeyUpdate: from here on the next epoch.</summary>
    private void AdvanceWriteKeys()
    {
        KeySchedule.UpdateTrafficSecret(_config.Crypto, CipherSuite, WriteSecret);
        InstallWrite(CipherSuite, _epochs.CurrentWrite!.Epoch + 1, WriteSecret);
        Raise(DtlsEventKind.WriteKeyUpdated);
    }
}
