using System;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>The end of a connection: alerts (RFC 8446 §6, RFC 9147 §5.10), failures, closing.</content>
public sealed partial class DtlsConnection
{
    private const int AlertLength = 2;
    private const byte WarningLevel = 1;
    private const byte FatalLevel = 2;

    private AlertDescription? _pendingAlert;
    private WriteEpoch? _alertEpoch;
    private AlertDescription? _suspectedAlert;

    /// <summary>
    /// Ends the connection in good order: close_notify waits in <see cref="PollTransmit"/>. Alerts are not retransmitted
    /// (RFC 9147 §5.10), so the peer may not learn of it.
    /// </summary>
    public void Close(MonotonicTime now)
    {
        if (IsOver)
            return;
        _now = now;
        End(DtlsState.Closed, AlertDescription.CloseNotify);
        Touch();
    }

    /// <summary>Ends the connection with a fatal alert.</summary>
    public void Abort(AlertDescription alert, MonotonicTime now)
    {
        if (IsOver)
            return;
        _now = now;
        Fail(DtlsFailureReason.Aborted, alert);
        Touch();
    }

    /// <summary>Ends the connection because of something the peer sent, or of a limit, and tells the peer.</summary>
    private void Fail(DtlsFailureReason reason, AlertDescription alert)
    {
        if (IsOver)
            return;
        Failure = new DtlsFailure(reason, alert, FromPeer: false, State);
        End(DtlsState.Failed, alert);
    }

    /// <summary>Ends the connection without an alert: no key may seal one.</summary>
    private void FailSilently(DtlsFailureReason reason)
    {
        if (IsOver)
            return;
        Failure = new DtlsFailure(reason, AlertDescription.InternalError, FromPeer: false, State);
        End(DtlsState.Failed, null);
    }

    private void FailByPeer(AlertDescription alert)
    {
        if (IsOver)
            return;
        Failure = new DtlsFailure(DtlsFailureReason.PeerAlert, alert, FromPeer: true, State);
        End(DtlsState.Failed, null);
    }

    private void End(DtlsState state, AlertDescription? alert)
    {
        if (_machine is { } machine)
            AdoptNegotiated(machine);
        _state = state;
        _pendingAlert = alert;
        _alertEpoch = KnownWriteEpoch;
        DropFlight();
        _ackDeadline = MonotonicTime.Never;
        _paths?.Stop();
        Raise(DtlsEventKind.Closed);
        if (alert is null)
            ReleaseSecrets();
        else
            ReleaseMachine();
    }

    private void ReleaseMachine()
    {
        _machine?.Dispose();
        _machine = null;
    }

    /// <summary>Writes the last datagram; afterwards no secret is needed any more.</summary>
    private int WriteAlert(AlertDescription alert, Span<byte> destination)
    {
        WriteEpoch? epoch = _alertEpoch;
        int overhead = epoch?.Overhead ?? PlaintextHeader.Length;
        int length = 0;
        if (destination.Length >= overhead + AlertLength && epoch is not { IsExhausted: true })
        {
            byte level = alert is AlertDescription.CloseNotify or AlertDescription.UserCanceled ? WarningLevel : FatalLevel;
            length = Seal(epoch, [level, (byte)alert], ContentType.Alert, destination, out _);
        }

        _pendingAlert = null;
        ReleaseSecrets();
        return length;
    }

    private void HandleAlert(RecordNumber number, ReadOnlySpan<byte> content)
    {
        if (content.Length != AlertLength)
        {
            // RFC 8446 §5.1: alerts are neither fragmented nor joined.
            Fail(DtlsFailureReason.MalformedAlert, AlertDescription.DecodeError);
            return;
        }

        var alert = (AlertDescription)content[1];
        if (content[0] is not (WarningLevel or FatalLevel))
        {
            Fail(DtlsFailureReason.UnknownAlert, AlertDescription.IllegalParameter);
        }
        else if (_machine is not null)
        {
            FailByPeer(alert); // whatever it is, there will be no handshake
        }
        else if (alert == AlertDescription.CloseNotify)
        {
            if (_isPeerClosed)
                return;
            _isPeerClosed = true;
            _closeNotifyNumber = number;
            Raise(DtlsEventKind.PeerClosed);
        }
        else if (alert != AlertDescription.UserCanceled)
        {
            FailByPeer(alert); // RFC 8446 §6: whatever its level
        }
    }

    /// <summary>
    /// An alert that anybody can have forged. It is remembered, and believed at the next retransmission timeout when the
    /// handshake has made no progress; once the peer has keys it has better means.
    /// </summary>
    private void HandlePlaintextAlert(ReadOnlySpan<byte> content)
    {
        if (content.Length != AlertLength || content[0] is not (WarningLevel or FatalLevel))
            _statistics.Discard(DiscardReason.InvalidPlaintext);
        else if (_isAddressValidated && _epochs.CurrentRead is { IsUsed: true })
            _statistics.Discard(DiscardReason.UnexpectedPlaintext);
        else if ((AlertDescription)content[1] is not AlertDescription.UserCanceled)
            _suspectedAlert ??= (AlertDescription)content[1];
    }
}
