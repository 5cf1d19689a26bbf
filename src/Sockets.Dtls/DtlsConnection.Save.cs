using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>The end of an association here that goes on elsewhere.</content>
public sealed partial class DtlsConnection
{
    /// <summary>Whether it ended by <see cref="TrySave"/>: the association goes on where its state is restored.</summary>
    public bool IsSaved { get; private set; }

    /// <summary>
    /// Ends the connection without a word to the peer, and gives back all that is needed to go on with it elsewhere, sealed:
    /// <see cref="TryRestore"/>, after a restart for instance. From the call on nothing is sealed or opened here, and every secret is
    /// zeroed. Send what was written before; what the peer sends in the meantime is lost, as datagrams may be. A path that is
    /// being tried (<see cref="Migrate"/>) is given up.
    /// </summary>
    /// <param name="protector">Seals it.</param>
    /// <param name="now">The time.</param>
    /// <param name="state">The state; null unless it was saved.</param>
    /// <returns>Saved, or why nothing has changed.</returns>
    /// <exception cref="InvalidOperationException"><see cref="DtlsConfig.AllowSave"/> is off.</exception>
    public DtlsSaveResult TrySave(DtlsStateProtector protector, MonotonicTime now, out byte[]? state)
    {
        ArgumentNullException.ThrowIfNull(protector);
        if (!_config.AllowSave)
            throw new InvalidOperationException("DtlsConfig.AllowSave is off: the connection has not kept what saving it takes.");
        state = null;
        if (!IsConnected)
            return DtlsSaveResult.NotConnected;
        if (_early is not null || !_reassembler!.IsEmpty || IsAuthenticating)
            return DtlsSaveResult.Busy;
        _now = now;
        using (SavedState saved = CreateSavedState(protector.Lifetime))
        {
            byte[] bytes = saved.Write();
            state = protector.Seal(bytes);
            CryptographicOperations.ZeroMemory(bytes);
        }

        IsSaved = true;
        End(DtlsState.Closed, null);
        Touch();
        return DtlsSaveResult.Saved;
    }

    /// <summary>Whether <see cref="TrySave"/> may be called.</summary>
    internal bool CanSave => _config.AllowSave;

    private SavedState CreateSavedState(TimeSpan lifetime)
    {
        var readEpochs = new List<ReadEpoch>(3);
        AddIfAny(_epochs.OlderRead);
        AddIfAny(_epochs.PreviousRead);
        AddIfAny(_epochs.CurrentRead);
        var savedReads = readEpochs.ConvertAll(epoch => new SavedReadEpoch(
            epoch.Epoch, epoch.Failures, epoch.Expiry == MonotonicTime.Never ? null : epoch.Expiry - _now, epoch.Window.Size, epoch.Window.Next, epoch.Window.Words.ToArray()));
        List<WriteEpoch> writeEpochs = _epochs.HandshakeWrite is { } handshake ? [handshake, _epochs.CurrentWrite!] : [_epochs.CurrentWrite!];
        var savedWrites = writeEpochs.ConvertAll(epoch => new SavedWriteEpoch(epoch.Epoch, epoch.Count));
        Span<RecordNumber> acks = stackalloc RecordNumber[AckCount];
        acks = acks[..(_acks?.CopyTo(acks, ulong.MaxValue) ?? 0)];
        DateTimeOffset time = _config.UtcNow!();
        var state = new SavedState(CipherSuite, savedReads, savedWrites, _resumptionSecret is not null)
        {
            Saved = time,
            Expires = time + lifetime,
            Role = Role,
            Path = _path,
            IsAddressValidated = _isAddressValidated,
            ChecksPaths = ChecksPaths,
            Group = Group,
            PeerSignatureScheme = PeerSignatureScheme,
            UsedHelloRetryRequest = UsedHelloRetryRequest,
            IsResumed = IsResumed,
            HasPeerApplicationRecords = _hasPeerApplicationRecords,
            CloseNotify = _isPeerClosed ? _closeNotifyNumber : null,
            ApplicationProtocol = ApplicationProtocol,
            ServerName = ServerName,
            IsConfigurationChosen = _isConfigurationChosen,
            PskIdentity = PskIdentity,
            PeerCertificates = PeerCertificates,
            Age = _now - _created,
            HandshakeDuration = _statistics.HandshakeDuration,
            MaxDatagramSize = _maxDatagramSize,
            InitialRetransmitTimeout = _timer.Initial,
            PeerRecordSizeLimit = PeerRecordSizeLimit,
            ReceiveLimit = _receiveLimit,
            SrtpProfile = SrtpProfile,
            PostHandshakeKind = _postHandshake?.Kind ?? default,
            PostHandshakeMessages = _postHandshake?.Messages ?? [],
            SilentKeyUpdates = _hasWrittenSinceProbe ? 0 : _probe?.KeyUpdates ?? 0,
            NextSendMessage = _nextSendMessage,
            NextReceiveMessage = _reassembler!.NextSequence,
            KeyUpdatesSinceData = _keyUpdatesSinceData,
            IsKeyUpdateQueued = _isKeyUpdateQueued,
            QueuedUpdateRequestsPeer = _queuedUpdateRequestsPeer,
            TicketsTaken = _ticketsTaken,
            Acks = acks.ToArray(),
            IsAckDue = _isAckDue || _ackDeadline != MonotonicTime.Never,
            Flight = _flight is null ? [] : [.. _flight.Messages],
            ConnectionIds = _ids is not { IsNegotiated: true } ids ? null : new SavedConnectionIds([.. ids.Own], ids.InUse, ids.Peer, [.. ids.Spare])
            {
                OwesAck = ids.OwesAck,
                IsRequestOpen = ids.IsRequestOpen,
                QueuedRequest = ids.QueuedRequest,
                QueuedAnswer = ids.QueuedAnswer,
                QueuedIssue = ids.QueuedIssue,
                QueuedUsage = ids.QueuedUsage,
                ChecksPaths = ChecksPaths,
            },
        };
        _config.Crypto.FillRandom(state.Id);
        ClientRandom.CopyTo(state.ClientRandom);
        ExporterSecret.CopyTo(state.ExporterSecret);
        _resumptionSecret?.CopyTo(state.ResumptionSecret);
        for (int i = 0; i < readEpochs.Count; i++)
            readEpochs[i].Secret!.CopyTo(state.ReadSecret(i));
        for (int i = 0; i < writeEpochs.Count; i++)
            writeEpochs[i].Secret!.CopyTo(state.WriteSecret(i));
        return state;

        void AddIfAny(ReadEpoch? epoch)
        {
            if (epoch is not null && epoch.Expiry > _now)
                readEpochs.Add(epoch);
        }
    }

    /// <summary>A copy of a traffic secret, where saving needs it: the keys cannot be asked for it.</summary>
    private byte[]? Keep(ReadOnlySpan<byte> trafficSecret)
    {
        if (!_config.AllowSave)
            return null;
        byte[] copy = GC.AllocateUninitializedArray<byte>(trafficSecret.Length, pinned: true);
        trafficSecret.CopyTo(copy);
        return copy;
    }
}
