using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Handshake.Messages;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>From handshake record to message to state, and what comes after the handshake.</content>
public sealed partial class DtlsConnection
{
    // Plaintext records that repeat a processed message are acknowledged, but anybody can forge them: they may not fill
    // the list.
    private const int MaxForgeableAcks = 8;

    private Reassembler? _reassembler;
    private int _keyUpdatesSinceData;

    /// <summary>
    /// The epoch the next message must come in: what <see cref="HandshakeMachine"/> expects, and afterwards the newest.
    /// </summary>
    private ulong ExpectedEpoch => _machine?.ExpectedEpoch ?? _epochs.CurrentRead!.Epoch;

    void IHandshakeHost.InstallRead(ulong epoch, ReadOnlySpan<byte> trafficSecret) =>
        InstallRead(_machine!.CipherSuite, epoch, trafficSecret);

    void IHandshakeHost.InstallWrite(ulong epoch, ReadOnlySpan<byte> trafficSecret) =>
        InstallWrite(_machine!.CipherSuite, epoch, trafficSecret);

    void IHandshakeHost.Raise(DtlsEventKind kind) => Raise(kind);

    private void InstallRead(CipherSuite suite, ulong epoch, ReadOnlySpan<byte> trafficSecret) =>
        _epochs.InstallRead(new ReadEpoch(epoch, KeySchedule.CreateCipher(_config.Crypto, suite, trafficSecret), _config.ReplayWindowSize) { Secret = Keep(trafficSecret) });

    private void InstallWrite(CipherSuite suite, ulong epoch, ReadOnlySpan<byte> trafficSecret)
    {
        var keys = new WriteEpoch(
            epoch, KeySchedule.CreateCipher(_config.Crypto, suite, trafficSecret), _config.HeaderForm, _config.MaxRecordsPerKey) { Secret = Keep(trafficSecret) };
        if (_ids is { } ids)
            keys.UseConnectionId(ids.Peer);
        _epochs.InstallWrite(keys);
    }

    /// <summary>Cuts a handshake record into fragments, buffers them, and takes the messages that are whole.</summary>
    private void HandleHandshakeRecord(RecordNumber number, ReadOnlySpan<byte> content)
    {
        bool isAuthenticated = IsTrusted(number.Epoch);
        bool isDropped = false;
        bool isOld = false;
        bool isNew = false;
        if (content.IsEmpty)
        {
            RejectRecord(isAuthenticated, DtlsFailureReason.MalformedHandshakeRecord, AlertDescription.UnexpectedMessage);
            return;
        }

        Reassembler reassembler = _reassembler!;
        while (!content.IsEmpty)
        {
            if (!FragmentHeader.TryRead(content, out FragmentHeader header)
                || header.FragmentLength > content.Length - FragmentHeader.Length)
            {
                RejectRecord(isAuthenticated, DtlsFailureReason.MalformedHandshakeRecord, AlertDescription.DecodeError);
                return;
            }

            ReadOnlySpan<byte> fragment = content.Slice(FragmentHeader.Length, header.FragmentLength);
            content = content[(FragmentHeader.Length + header.FragmentLength)..];
            if (number.Epoch < ExpectedEpoch && header.MessageSequence >= reassembler.NextSequence)
            {
                // A message of the keys before the current ones. Forged or not, plaintext is dropped; the rest breaks
                // the protocol: nothing follows a change of keys in the old epoch.
                if (isAuthenticated)
                {
                    Fail(DtlsFailureReason.ExcessHandshakeData, AlertDescription.UnexpectedMessage);
                    return;
                }

                _statistics.Discard(DiscardReason.UnexpectedPlaintext);
                isDropped = true;
                continue;
            }

            if (_machine is null && header.MessageSequence >= reassembler.NextSequence
                && CheckPostHandshake(header) is { IsError: true } error)
            {
                Fail(error.Reason, error.Alert);
                return;
            }

            switch (reassembler.Add(header, fragment, number.Epoch))
            {
                case FragmentVerdict.Taken:
                    isNew = true;
                    break;
                case FragmentVerdict.Old:
                    _statistics.Discard(DiscardReason.DuplicateFragment);
                    isOld = true;
                    break;
                case FragmentVerdict.OutOfWindow:
                    _statistics.Discard(DiscardReason.FragmentOutOfWindow);
                    isDropped = true;
                    break;
                case FragmentVerdict.Mismatch:
                    RejectRecord(isAuthenticated, DtlsFailureReason.FragmentMismatch, AlertDescription.IllegalParameter);
                    return;
                case FragmentVerdict.TooLarge:
                    RejectRecord(isAuthenticated, DtlsFailureReason.HandshakeMessageTooLarge, AlertDescription.IllegalParameter);
                    return;
                default:
                    RejectRecord(isAuthenticated, DtlsFailureReason.MalformedHandshakeRecord, AlertDescription.DecodeError);
                    return;
            }
        }

        // RFC 9147 §7: a record is acknowledged when all of it was processed or buffered.
        if (!isDropped && (isAuthenticated || !isOld || AckCount < MaxForgeableAcks))
            RequestAck(number);
        if (isNew && isAuthenticated && _machine is not null)
            OnFlightAnswered();
        TakeMessages();
    }

    /// <summary>Whether what comes in an epoch is the peer's for certain, or shall be taken for it.</summary>
    private bool IsTrusted(ulong epoch) => epoch != 0 || _config.DangerousTrustPlaintext;

    private void RejectRecord(bool isAuthenticated, DtlsFailureReason reason, AlertDescription alert)
    {
        if (isAuthenticated)
            Fail(reason, alert);
        else
            _statistics.Discard(DiscardReason.InvalidFragment);
    }

    /// <summary>Takes every whole message that is next, until one suspends the handshake.</summary>
    private void TakeMessages()
    {
        while (!IsOver && _machine is not { IsSuspended: true }
            && _reassembler!.TryPeek(out HandshakeType type, out ReadOnlySpan<byte> body, out ulong epoch))
        {
            if (epoch != ExpectedEpoch)
            {
                Fail(DtlsFailureReason.ExcessHandshakeData, AlertDescription.UnexpectedMessage);
                return;
            }

            if (_machine is not null)
                OnFlightAnswered();
            _suspectedAlert = null;
            _acksWithoutProgress = 0;
            ProtocolError error = _machine is { } machine ? machine.Handle(type, body) : HandlePostHandshake(type, body);
            _reassembler.Advance();
            AfterMessage(error);
        }
    }

    /// <summary>Takes a ClientHello that the endpoint has put together.</summary>
    private void AcceptMessage(HandshakeType type, ReadOnlySpan<byte> body)
    {
        ProtocolError error = _machine!.Handle(type, body);
        _reassembler!.Skip();
        _machine.ClientRandom.CopyTo((Span<byte>)_clientRandom);
        AfterMessage(error);
    }

    /// <summary>Goes on after the driver has answered.</summary>
    private void Resume(ProtocolError error, MonotonicTime now)
    {
        _now = now;
        AfterMessage(error);
        if (!IsOver)
            TakeMessages();
        ScheduleAck();
        Touch();
    }

    private void AfterMessage(ProtocolError error)
    {
        if (error.IsError)
        {
            Fail(error.Reason, error.Alert);
            return;
        }

        if (_machine is { } machine)
        {
            AdoptNegotiated(machine);
            if (machine.IsComplete)
                OnHandshakeComplete(machine);
        }

        if (!IsOver && _reassembler!.HasExcessBelow(ExpectedEpoch))
            Fail(DtlsFailureReason.ExcessHandshakeData, AlertDescription.UnexpectedMessage);
    }

    private void OnHandshakeComplete(HandshakeMachine machine)
    {
        bool isClient = Role == DtlsRole.Client;
        KeySchedule keys = machine.Keys!;
        _secrets = GC.AllocateUninitializedArray<byte>(3 * keys.HashLength, pinned: true);
        keys[isClient ? ScheduledSecret.ServerApplication : ScheduledSecret.ClientApplication].CopyTo(ReadSecret);
        keys[isClient ? ScheduledSecret.ClientApplication : ScheduledSecret.ServerApplication].CopyTo(WriteSecret);
        keys[ScheduledSecret.Exporter].CopyTo(ExporterSecret);
        machine.ClientRandom.CopyTo((Span<byte>)_clientRandom);
        EndEarlyData();
        if (isClient)
            KeepResumptionSecret(machine);
        KeepPostHandshake(machine.TakePostHandshake());
        _machine = null;
        _state = DtlsState.Connected;
        _statistics.HandshakeDuration = _now - _created;

        // The peer may repeat its last flight: epoch 2 stays readable for twice the segment lifetime (RFC 9147 §5.8.1).
        _epochs.ExpirePrevious(_now + _config.PreviousEpochLifetime + _config.PreviousEpochLifetime);
        if (!isClient)
        {
            DropFlight();
            _flight = null;
            _epochs.DropHandshakeWrite();
            SendAckNow(); // RFC 9147 §5.8.1: the client's last flight is answered by an ACK
            SendTickets(machine);
        }

        machine.Dispose();
        BeginPathMtuSearch();
        Raise(DtlsEventKind.Connected);
    }

    /// <summary>
    /// What can be told from a fragment of a message after the handshake, before anything is kept of it: a peer with ten
    /// bytes to spend may not cost an idle connection a reassembly buffer.
    /// </summary>
    private ProtocolError CheckPostHandshake(in FragmentHeader header)
    {
        if (!HasPlaceNow(header.Type))
            return ProtocolError.Unexpected;
        bool isWhole = header.FragmentLength == header.MessageLength;
        return header.Type switch
        {
            HandshakeType.KeyUpdate when header.MessageLength != KeyUpdateMessage.Length => ProtocolError.Malformed,
            HandshakeType.RequestConnectionId when header.MessageLength != RequestConnectionIdMessage.Length => ProtocolError.Malformed,
            HandshakeType.NewConnectionId when !isWhole && header.MessageLength > NewConnectionIdMessage.MaxFragmentedLength =>
                new ProtocolError(DtlsFailureReason.HandshakeMessageTooLarge, AlertDescription.IllegalParameter),
            _ => ProtocolError.None,
        };
    }

    /// <summary>Whether a message may come after the handshake.</summary>
    private bool HasPlaceNow(HandshakeType type) => type switch
    {
        HandshakeType.KeyUpdate => true,
        HandshakeType.NewSessionTicket => Role == DtlsRole.Client,

        // RFC 8446 §4.6.2: unexpected_message where it was not offered, and an answer without a request.
        HandshakeType.CertificateRequest => _certificateAnswers is not null,
        HandshakeType.Certificate or HandshakeType.CertificateVerify or HandshakeType.Finished => _certificateRequests is { ExpectsAnswer: true },

        // RFC 9147 §9: not without connection IDs, nor from a peer whose own or whose records' are empty.
        HandshakeType.NewConnectionId => _ids is { Peer.Length: > 0 },
        HandshakeType.RequestConnectionId => _ids is { ExpectsOwn: true },
        _ => false,
    };

    private ProtocolError HandlePostHandshake(HandshakeType type, ReadOnlySpan<byte> body)
    {
        // Fragments may have come while the handshake went on.
        if (!HasPlaceNow(type))
            return ProtocolError.Unexpected;

        // RFC 8446 §4.6.2: the messages of one answer come without others between them.
        if (_certificateRequests is { IsAnswerBegun: true } && type is not (HandshakeType.CertificateVerify or HandshakeType.Finished))
            return ProtocolError.Unexpected;
        return type switch
        {
            HandshakeType.CertificateRequest => HandleCertificateRequest(body),
            HandshakeType.Certificate or HandshakeType.CertificateVerify or HandshakeType.Finished => HandleAnswer(type, body),
            HandshakeType.KeyUpdate => HandleKeyUpdate(body),
            HandshakeType.NewSessionTicket => HandleTicket(body),
            HandshakeType.NewConnectionId => HandleNewConnectionId(body),
            HandshakeType.RequestConnectionId => HandleRequestConnectionId(body),
            _ => ProtocolError.Unexpected,
        };
    }

    /// <summary>The peer changes its sending keys (RFC 9147 §8): the next epoch opens, the old one stays for late records.</summary>
    private ProtocolError HandleKeyUpdate(ReadOnlySpan<byte> body)
    {
        ProtocolError error = KeyUpdateMessage.TryParse(body, out bool updateRequested);
        if (error.IsError)
            return error;
        ulong epoch = _epochs.CurrentRead!.Epoch + 1;

        // However many there are: a receiver does not hold the peer to a last epoch (RFC 9147 §8).
        if (++_keyUpdatesSinceData > _config.MaxKeyUpdates)
            return new ProtocolError(DtlsFailureReason.TooManyKeyUpdates, AlertDescription.UnexpectedMessage);
        KeySchedule.UpdateTrafficSecret(_config.Crypto, CipherSuite, ReadSecret);
        InstallRead(CipherSuite, epoch, ReadSecret);
        Raise(DtlsEventKind.ReadKeyUpdated);
        if (updateRequested)
            QueueKeyUpdate(requestPeerUpdate: false);
        return ProtocolError.None;
    }
}
