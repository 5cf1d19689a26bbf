using System;
using Sockets.Dtls.Handshake;

namespace Sockets.Dtls;

/// <content>Everything that happens because time passes.</content>
public sealed partial class DtlsConnection
{
    // A peer on the same host answers in microseconds, but it may be busy with a signature.
    // Its ACK timer alone may take a quarter of a timeout of its own.
    private static readonly TimeSpan MinMeasuredTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>When the last authentic record of the peer came.</summary>
    private MonotonicTime _lastReceived;

    /// <summary>When <see cref="HandleTimeout"/> wants to be called; <see cref="MonotonicTime.Never"/> when it does not.</summary>
    public MonotonicTime NextTimeout
    {
        get
        {
            if (IsOver)
                return MonotonicTime.Never;
            MonotonicTime next = MonotonicTime.Min(MonotonicTime.Min(NextHandshakeTimer, _nextBurst), _epochs.NextExpiry);
            if (_paths is { } paths)
                next = MonotonicTime.Min(next, paths.NextTimeout);
            if (_config.LivenessInterval is not null)
                next = MonotonicTime.Min(next, NextProbe);
            next = MonotonicTime.Min(next, NextPathProbe);
            return MonotonicTime.Min(next, _machine is null ? EndOfLife : _created + _config.HandshakeTimeout);
        }
    }

    /// <summary>When a connection whose handshake is done ends by itself, if nothing comes.</summary>
    private MonotonicTime EndOfLife
    {
        get
        {
            MonotonicTime end = _config.IdleTimeout is { } idle ? _lastReceived + idle : MonotonicTime.Never;
            return _config.MaxLifetime is { } lifetime ? MonotonicTime.Min(end, _created + lifetime) : end;
        }
    }

    /// <summary>The earlier of the retransmission timer and the ACK timer (RFC 9147 §5.8.2, §7.1), without the other deadlines.</summary>
    public MonotonicTime NextHandshakeTimer => IsOver ? MonotonicTime.Never : MonotonicTime.Min(_timer.Deadline, _ackDeadline);

    /// <summary>
    /// The retransmission timeout before any doubling. Starts as <see cref="DtlsConfig.InitialRetransmitTimeout"/>; an
    /// application that knows the path better may change it, and a running timer is rescaled.
    /// </summary>
    public TimeSpan InitialRetransmitTimeout
    {
        get => _timer.Initial;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1));
            TimeSpan before = _timer.Current;
            _timer.Initial = value;
            if (_ackDeadline != MonotonicTime.Never)
                _ackDeadline = new MonotonicTime(_ackDeadline.Ticks + ((_timer.Current - before).Ticks / _config.AckDelayDivisor));
            Touch();
        }
    }

    /// <summary>Lets everything happen whose time has come. Calling it early does nothing.</summary>
    public void HandleTimeout(MonotonicTime now)
    {
        _now = now;
        if (IsOver)
            return;
        if (_machine is not null && _created + _config.HandshakeTimeout <= now)
        {
            Fail(DtlsFailureReason.HandshakeTimeout, AlertDescription.UserCanceled);
            Touch();
            return;
        }

        if (_machine is null && EndOfLife <= now)
        {
            bool isOld = _config.MaxLifetime is { } lifetime && _created + lifetime <= now;
            Fail(isOld ? DtlsFailureReason.LifetimeReached : DtlsFailureReason.IdleTimeout, AlertDescription.CloseNotify);
            Touch();
            return;
        }

        if (_ackDeadline <= now)
            OnAckTimeout();
        if (_nextBurst <= now)
            StartBurst();
        if (_timer.Deadline <= now)
            OnRetransmitTimeout();
        OnPathProbeDue();
        if (_epochs.NextExpiry <= now)
            OnEpochExpired();
        OnPathTimeout();
        if (_config.LivenessInterval is not null)
            OnProbeTimeout();
        Touch();
    }

    private void OnAckTimeout()
    {
        SendAckNow();

        // A server may not send more than three times what it received before our address is proven, and it is our first
        // record in epoch 2 that proves it. When that record, an ACK, is lost, neither side would speak again.
        if (_config.RepeatAcks && Role == DtlsRole.Client && _machine is { State: not DtlsState.WaitServerHello } && _ackRepeats < _config.MaxRetransmissions)
        {
            _ackRepeats++;
            _ackDeadline = _now + _timer.After(_ackRepeats);
        }
    }

    private void OnRetransmitTimeout()
    {
        // A plaintext alert may be forged: it is believed when the handshake makes no progress after it.
        if (_suspectedAlert is { } alert)
        {
            FailByPeer(alert);
            return;
        }

        if (_timer.Timeouts >= _config.MaxRetransmissions)
        {
            OnRetransmissionLimit();
            return;
        }

        _timer.OnTimeout(_now);
        _statistics.Retransmissions++;
        if (_timer.Timeouts >= 2)
        {
            // RFC 9147 §4.4: repeated loss may be a datagram that is too large for the path.
            if (_config.LowerDatagramSizeOnLoss)
                _datagramSize = Math.Min(_datagramSize, Math.Max(_config.MinDatagramSize, _datagramSize / 2));
            OnPathBlackHole();
            if (!_config.DangerousTrustPlaintext)
                _flight!.DistrustPlaintextAcknowledgements();
        }

        _hasObeyedEmptyAck = false;
        ResendFlight(_flight!);
    }

    private void OnRetransmissionLimit()
    {
        // A peer that sends in epoch 3 has our Finished, whatever became of its ACKs. Nothing but its ACK tells that it has a
        // KeyUpdate (RFC 9147 §8) or a message about connection IDs (§9). Tickets are a gift: the connection does not depend on their arrival.
        // A request for a certificate and its answer are not lost in silence either.
        if (IsConnected && !_flight!.Contains(HandshakeType.KeyUpdate)
            && !_flight.Contains(HandshakeType.CertificateRequest) && _certificateAnswers is not { IsSent: true }
            && !_flight.Contains(HandshakeType.NewConnectionId) && !_flight.Contains(HandshakeType.RequestConnectionId)
            && (_hasPeerApplicationRecords || _flight.Contains(HandshakeType.NewSessionTicket)))
            OnFlightAcknowledged(_flight);
        else
            Fail(IsProbeOpen ? DtlsFailureReason.PeerUnreachable : DtlsFailureReason.RetransmissionLimit, AlertDescription.UserCanceled); // heard behind a one-way path at best
    }

    private void OnEpochExpired()
    {
        _epochs.DropExpired(_now);

        // Late retransmissions of the handshake cannot come any more: an idle connection holds nothing for them.
        if (IsConnected && !_isAckDue && _ackDeadline == MonotonicTime.Never)
            _acks = null;
    }
}
