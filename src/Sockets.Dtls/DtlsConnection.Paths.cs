using System;
using System.Buffers.Binary;
using Sockets.Dtls.Paths;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <content>
/// Changing the address the peer is sent to: never before the peer has answered from there (RFC 9146 §6, RFC 9853), and never
/// when that check was not negotiated. Until then everything goes to the path in use, and nothing but challenges to the other.
/// </content>
public sealed partial class DtlsConnection
{
    // RFC 9853 §5.5: T without any knowledge of the round trip, and three times it where it is known.
    private static readonly TimeSpan DefaultPathTimeout = TimeSpan.FromSeconds(1);

    private PathValidator? _paths;

    /// <summary>
    /// Whether both sides check the return path (RFC 9853). Without, which is also without connection IDs, the connection never
    /// changes the address it sends to.
    /// </summary>
    public bool ChecksPaths { get; private set; }

    /// <summary>Whether a path is being validated, of the peer's or of our own choice.</summary>
    public bool IsValidatingPath => _paths is { IsRunning: true };

    private bool CanSendPathMessages => IsConnected && KnownWriteEpoch is { Epoch: >= FirstApplicationEpoch, IsExhausted: false };

    /// <summary>
    /// Moves to another path: another local address or port, or another address of the peer's. Challenges go there, under a
    /// connection ID that was not used before where the peer has issued one, and everything else stays on <see cref="Path"/> until the
    /// answer comes back (<see cref="DtlsEventKind.PathChanged"/>) or is given up
    /// (<see cref="DtlsEventKind.PathValidationFailed"/>). Datagrams of both paths must be handed in meanwhile.
    /// </summary>
    /// <param name="path">Where to; not <see cref="Path"/>.</param>
    /// <param name="now">The time.</param>
    /// <returns>
    /// False when the handshake is not done, when the check was not negotiated (<see cref="ChecksPaths"/>), or when the peer could
    /// not tell whose datagrams these are, because it has no connection ID.
    /// </returns>
    public bool Migrate(in DtlsPath path, MonotonicTime now)
    {
        if (!IsConnected || !ChecksPaths || PeerConnectionId.IsEmpty || path == _path || !path.Remote.IsSpecified)
            return false;
        _now = now;
        PathValidator paths = _paths ??= new PathValidator();
        if (paths is { IsRunning: true, IsOwnMove: true })
            Owner?.RemovePath(this, paths.Candidate);
        Owner?.RemovePath(this, paths.Abandoned);
        if (Owner is { } owner && !owner.TryAddPath(this, path))
            return false;
        paths.Abandon(_path, _ids!.Peer);
        paths.Begin(path, PathCheckStage.NewPath, isOwnMove: true, PathTimeout, now);
        Touch();
        return true;
    }

    /// <summary>T of RFC 9853 §5.5. The retransmission timer, once measured, is one and a half round trips.</summary>
    private TimeSpan PathTimeout => _timer.Initial < _config.InitialRetransmitTimeout ? _timer.Initial * 2 : DefaultPathTimeout;

    /// <summary>
    /// Whether the newest record of the peer came over another path: it may have moved, and its old address may be somebody
    /// else's by now.
    /// </summary>
    internal bool IsHeardElsewhere { get; private set; }

    /// <summary>What an endpoint may have to forget with the connection: the paths of our own choice.</summary>
    internal (DtlsPath Candidate, DtlsPath Abandoned)? OwnPaths => _paths is { } paths ? (paths.Candidate, paths.Abandoned) : null;

    /// <summary>Whether the records of a datagram from elsewhere than <see cref="Path"/> can be this connection's.</summary>
    private bool AcceptsFrom(in DtlsPath path) => _ids is { ExpectsOwn: true } || (_paths is { } paths && paths.IsOurs(path));

    private DtlsStatistics AddPathCounts(DtlsStatistics statistics)
    {
        statistics.LivenessProbes = _probe?.Count ?? 0;
        if (_paths is not { } paths)
            return statistics;
        statistics.PathsValidated = paths.Validated;
        statistics.PathsFailed = paths.TimedOut;
        statistics.PathsRefused = paths.Refused;
        return statistics;
    }

    /// <summary>
    /// An authentic record came over another path than <see cref="Path"/>. That alone says little, since anybody can pass on a
    /// record: the newest one has the path checked, and nothing changes before the peer has answered.
    /// </summary>
    /// <param name="path">Where it came from.</param>
    /// <param name="number">Its number.</param>
    /// <param name="isNewest">Whether no record was accepted that the peer has sent later.</param>
    /// <param name="bytes">Of the record.</param>
    private void OnRecordFromOtherPath(in DtlsPath path, RecordNumber number, bool isNewest, int bytes)
    {
        IsHeardElsewhere |= isNewest;
        _paths?.OnReceived(path, bytes);

        // RFC 9146 §6: cryptographically verified, newer than the newest, and with a strategy to validate the address; RFC 9853 §3:
        // not unless it was negotiated; §4: in the keys of the connection.
        if (!ChecksPaths || !isNewest || !IsConnected || number.Epoch < FirstApplicationEpoch)
            return;
        PathValidator paths = _paths ??= new PathValidator();

        // RFC 9853 §5: the check is not made for addresses that change while one changes. New data begins another.
        if (paths.IsRunning)
            return;

        // To an address of ours that we have left: the peer has not noticed. It shall not bring us back there.
        var candidate = new DtlsPath(path.Remote, paths.IsLeft(path, _path) ? _path.Local : path.Local);
        if (candidate == _path)
            return;
        PathCheckStage stage = _config.PathValidation == DtlsPathValidation.Basic ? PathCheckStage.NewPath : PathCheckStage.OldPath;
        paths.Begin(candidate, stage, isOwnMove: false, PathTimeout, _now);
        paths.OnReceived(candidate, bytes);
    }

    /// <summary>A return_routability_check record (RFC 9853 §4).</summary>
    private void HandlePathMessage(in OpenedRecord record)
    {
        if (!ChecksPaths)
        {
            // RFC 9853 §3: not to be used; so it is a record type nobody knows (RFC 8446 §5).
            Fail(DtlsFailureReason.UnexpectedRecord, AlertDescription.UnexpectedMessage);
            return;
        }

        if (!IsConnected || record.Number.Epoch < FirstApplicationEpoch || !PathMessage.TryParse(record.Content, out PathMessage message))
        {
            _statistics.Discard(DiscardReason.InvalidPathMessage);
            return;
        }

        if (message.Type != PathMessageType.PathChallenge && IsProbeAnswer(message))
            return;
        PathValidator paths = _paths ??= new PathValidator();
        DtlsPath path = _ids is { IsOtherPath: true } ids ? ids.ArrivalPath : _path;
        switch (message.Type)
        {
            case PathMessageType.PathChallenge:
                if (!paths.TryAnswer(path, _path, message.Cookie))
                    _statistics.Discard(DiscardReason.InvalidPathMessage);
                break;
            case PathMessageType.PathResponse:
                OnPathCheck(paths.OnResponse(path, message.Cookie, _now));
                break;
            default:
                OnPathCheck(paths.OnDrop(message.Cookie, _now));
                break;
        }
    }

    private void OnPathCheck(PathCheckOutcome outcome)
    {
        PathValidator paths = _paths!;
        switch (outcome)
        {
            case PathCheckOutcome.Unsolicited:
                // RFC 9853 §5.4: silently discarded.
                _statistics.Discard(DiscardReason.InvalidPathMessage);
                break;
            case PathCheckOutcome.Validated:
                UsePath(paths);
                break;
            case PathCheckOutcome.Refused or PathCheckOutcome.TimedOut:
                if (!paths.IsOwnMove)
                    break;
                paths.Abandon(paths.Candidate, paths.CandidateConnectionId ?? _ids!.Peer);
                Owner?.RemovePath(this, paths.Candidate);
                Raise(DtlsEventKind.PathValidationFailed);
                break;
        }
    }

    /// <summary>The peer has answered from the candidate: from here on everything goes there.</summary>
    private void UsePath(PathValidator paths)
    {
        DtlsPath before = _path;
        _path = paths.Candidate;
        IsHeardElsewhere = false;
        if (paths.CandidateConnectionId is { } connectionId)
            UsePeerConnectionId(_ids!, connectionId);

        // What was measured on the path before says nothing of this one.
        if (_config.UseMeasuredRoundTrip && paths.RoundTrip is { } roundTrip)
            _timer.Initial = TimeSpan.FromTicks(Math.Clamp(roundTrip.Ticks * 3 / 2, MinMeasuredTimeout.Ticks, Math.Max(MinMeasuredTimeout.Ticks, _config.InitialRetransmitTimeout.Ticks)));
        Owner?.OnPathChanged(this, before);
        ForgetPathMtu();
        Raise(DtlsEventKind.PathChanged);
    }

    private void OnPathTimeout()
    {
        if (_paths is { } paths && paths.NextTimeout <= _now)
            OnPathCheck(paths.OnTimeout(_now));
    }

    /// <summary>Writes the next answer or challenge: each is a datagram of its own, to a path of its own (RFC 9853 §5.3, §5.4).</summary>
    private DtlsTransmit WritePathMessage(PathValidator paths, Span<byte> destination)
    {
        if (!CanSendPathMessages)
            return default;
        if (paths.TryTakeAnswer(out PathAnswer answer))
        {
            int length = SealPathMessage(answer.Message, answer.Path, destination);
            paths.OnAnswerSent(answer.Path, length);
            return new DtlsTransmit(length, length, answer.Path);
        }

        if (!paths.WantsChallenge(out bool isForCandidate, out long room))
            return default;
        DtlsPath path = isForCandidate ? paths.Candidate : _path;
        if (GetPathMessageSize(path) > Math.Min(room, destination.Length))
            return default;

        // RFC 9853 §4, §8: unpredictable, and never used before.
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        _config.Crypto.FillRandom(random);
        ulong cookie = BinaryPrimitives.ReadUInt64BigEndian(random);
        int written = SealPathMessage(new PathMessage(PathMessageType.PathChallenge, cookie), path, destination);
        paths.OnChallengeSent(cookie, written, _now);
        return new DtlsTransmit(written, written, path);
    }

    private int SealPathMessage(PathMessage message, in DtlsPath path, Span<byte> destination)
    {
        Span<byte> content = stackalloc byte[PathMessage.Length];
        message.Write(content);
        WriteEpoch epoch = KnownWriteEpoch!;
        epoch.UseConnectionId(ConnectionIdFor(path));
        int length = epoch.Seal(content, ContentType.ReturnRoutabilityCheck, destination, out _);
        epoch.UseConnectionId(_ids!.Peer);
        CountSent(length, 1);
        NoteUse();
        return length;
    }

    private int GetPathMessageSize(in DtlsPath path) =>
        KnownWriteEpoch!.Overhead - _ids!.Peer.Length + ConnectionIdFor(path).Length + PathMessage.Length;

    /// <summary>
    /// What records on a path carry: to a new one a connection ID that was never seen elsewhere, as long as the peer has given us
    /// any, so that nobody who sees both paths can tell that they belong together (RFC 9147 §9, RFC 9853 §9).
    /// </summary>
    private byte[] ConnectionIdFor(in DtlsPath path)
    {
        ConnectionIdSet ids = _ids!;
        if (path == _path || _paths is not { } paths)
            return ids.Peer;
        if (paths.IsRunning && path == paths.Candidate)
            return paths.CandidateConnectionId ??= ids.Spare.TryDequeue(out byte[]? spare) ? spare : ids.Peer;
        return path == paths.Abandoned && paths.AbandonedConnectionId is { } before ? before : ids.Peer;
    }
}
