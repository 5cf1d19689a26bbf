using System;
using System.Buffers.Binary;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Paths;

namespace Sockets.Dtls;

/// <content>
/// Whether a silent peer is there. DTLS 1.3 has no heartbeat, but two things that are answered: a path_challenge on the path in use,
/// where both check paths (RFC 9853 §5), and a KeyUpdate, which is acknowledged (RFC 9147 §7, §8). Nothing but an authentic record
/// answers, and nothing else postpones the question.
/// </content>
public sealed partial class DtlsConnection
{
    private LivenessProbe? _probe;
    private bool _hasWrittenSinceProbe;

    private bool IsProbeOpen => _probe is { IsAsked: true } probe && probe.HeardBefore == _lastReceived;

    /// <summary>When the next question is due, or the one that was asked is repeated.</summary>
    private MonotonicTime NextProbe
    {
        get
        {
            if (_config.LivenessInterval is not { } interval || !IsConnected)
                return MonotonicTime.Never;
            if (IsProbeOpen)
                return _probe!.IsChallenge ? _probe.Timer.Deadline : MonotonicTime.Never; // the flight of the KeyUpdate has its own
            return CanProbe ? _lastReceived + interval : MonotonicTime.Never;
        }
    }

    private bool CanProbe =>
        ChecksPaths
        || ((_hasWrittenSinceProbe || _probe is not { KeyUpdates: >= LivenessProbe.MaxKeyUpdates }) && _epochs.CurrentWrite!.Epoch < MaxEpoch);

    private void OnProbeTimeout()
    {
        if (NextProbe > _now)
            return;
        if (!IsProbeOpen)
        {
            BeginProbe();
        }
        else if (_probe!.Timer.Timeouts >= _config.MaxRetransmissions)
        {
            Fail(DtlsFailureReason.PeerUnreachable, AlertDescription.CloseNotify);
        }
        else
        {
            _probe.Timer.OnTimeout(_now);
            _probe.IsChallengeDue = true;
            _statistics.Retransmissions++;
        }
    }

    private void BeginProbe()
    {
        LivenessProbe probe = _probe ??= new LivenessProbe();
        probe.IsAsked = true;
        probe.HeardBefore = _lastReceived;
        probe.IsChallenge = ChecksPaths;
        probe.Count++;
        if (probe.IsChallenge)
        {
            probe.Timer = new RetransmitTimer { Initial = _timer.Initial, Maximum = _config.MaxRetransmitTimeout };
            probe.Timer.StartFlight(_now);
            probe.IsChallengeDue = true;
            return;
        }

        probe.KeyUpdates = _hasWrittenSinceProbe ? 1 : probe.KeyUpdates + 1;
        _hasWrittenSinceProbe = false;
        QueueKeyUpdate(requestPeerUpdate: false);
    }

    /// <summary>Whether a path_response, or a path_drop, belongs to a question: that it came was the answer.</summary>
    private bool IsProbeAnswer(in PathMessage message) =>
        _probe is { IsAsked: true, IsChallenge: true } probe && probe.Cookie == message.Cookie;

    private DtlsTransmit WriteProbe(LivenessProbe probe, Span<byte> destination)
    {
        probe.IsChallengeDue = false;
        if (!IsProbeOpen || !CanSendPathMessages || destination.Length < GetPathMessageSize(_path))
            return default;

        // RFC 9853 §8: never used before.
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        _config.Crypto.FillRandom(random);
        probe.Cookie = BinaryPrimitives.ReadUInt64BigEndian(random);
        int length = SealPathMessage(new PathMessage(PathMessageType.PathChallenge, probe.Cookie), _path, destination);
        return new DtlsTransmit(length, length, _path);
    }
}
