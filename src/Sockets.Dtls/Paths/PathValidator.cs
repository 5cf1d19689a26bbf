using System;

namespace Sockets.Dtls.Paths;

/// <summary>
/// The return routability checks of one connection (RFC 9853): our own, one at a time, and the answers to the peer's. Has no
/// keys; whoever owns it sends what it asks for and changes the address when it says so. Made when
/// the first authenticated record calls for it, so that a connection that never moves does without.
/// </summary>
/// <remarks>
/// A candidate that we chose (<see cref="IsOwnMove"/>) differs from one that we observed in that the old path is not asked, and
/// that its address, which nobody forged, has no limit of three times the bytes received.
/// </remarks>
internal sealed class PathValidator
{
    /// <summary>Challenges in one stage of a check: one each round trip (RFC 9853 §5.3), for T = 3 round trips (§5.5).</summary>
    public const int ChallengesPerStage = 3;

    /// <summary>The same for a path of our own choice, which may be slower than the one before: three times as long.</summary>
    public const int ChallengesOfOwnMove = 9;

    /// <summary>Answers that wait to be sent. More challenges than these between two drains are not answered.</summary>
    public const int MaxAnswers = 8;

    private readonly ulong[] _oldCookies = new ulong[ChallengesPerStage];
    private readonly ulong[] _newCookies = new ulong[ChallengesOfOwnMove];
    private readonly PathAnswer[] _answers = new PathAnswer[MaxAnswers];
    private DtlsPath _candidate;
    private DtlsPath _abandoned;
    private int _oldCount;
    private int _newCount;
    private int _firstAnswer;
    private int _answerCount;
    private TimeSpan _timeout;
    private MonotonicTime _deadline = MonotonicTime.Never;
    private MonotonicTime _nextChallenge = MonotonicTime.Never;
    private MonotonicTime _lastChallenge;
    private long _received;
    private long _sent;
    private bool _isChallengeDue;

    /// <summary>Where the check stands.</summary>
    public PathCheckStage Stage { get; private set; }

    /// <summary>Whether a check is going on.</summary>
    public bool IsRunning => Stage != PathCheckStage.None;

    /// <summary>Whether a path is one that we chose: where we are going, or where we come from.</summary>
    public bool IsOurs(in DtlsPath path) => (IsRunning && IsOwnMove && path == _candidate) || path == _abandoned;

    /// <summary>Whether the candidate is where we want to go, not where the peer was seen.</summary>
    public bool IsOwnMove { get; private set; }

    /// <summary>The path that is asked about; of the last check when there is none.</summary>
    public ref readonly DtlsPath Candidate => ref _candidate;

    /// <summary>The path we have left, or are about to leave, on our own account; unspecified when there is none.</summary>
    public ref readonly DtlsPath Abandoned => ref _abandoned;

    /// <summary>What records to the candidate carry, once there was one; null: not decided yet.</summary>
    public byte[]? CandidateConnectionId { get; set; }

    /// <summary>What records on the path that we have left carry; null when there is none.</summary>
    public byte[]? AbandonedConnectionId { get; private set; }

    /// <summary>Whether there may be something to send.</summary>
    public bool HasWork => _isChallengeDue || _answerCount > 0;

    /// <summary>When <see cref="OnTimeout"/> wants to be called.</summary>
    public MonotonicTime NextTimeout => MonotonicTime.Min(_deadline, _nextChallenge);

    /// <summary>How long the validated candidate took to answer; null when it was asked more than once, so that nobody knows.</summary>
    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>Checks whose candidate became the path in use.</summary>
    public uint Validated { get; private set; }

    /// <summary>Checks whose candidate did not answer.</summary>
    public uint TimedOut { get; private set; }

    /// <summary>Checks that ended because the peer still preferred the path in use: somebody may have forwarded its datagrams.</summary>
    public uint Refused { get; private set; }

    /// <summary>Begins a check of a candidate; one that is going on is over without a result.</summary>
    /// <param name="candidate">The path to ask about.</param>
    /// <param name="stage">With which question to begin.</param>
    /// <param name="isOwnMove">Whether we chose it.</param>
    /// <param name="timeout">T (RFC 9853 §5.5).</param>
    /// <param name="now">The time.</param>
    public void Begin(in DtlsPath candidate, PathCheckStage stage, bool isOwnMove, TimeSpan timeout, MonotonicTime now)
    {
        End();
        _candidate = candidate;
        IsOwnMove = isOwnMove;
        _timeout = timeout;
        _received = 0;
        _sent = 0;
        CandidateConnectionId = null;
        Enter(stage, now);
    }

    /// <summary>Remembers that we leave <paramref name="path"/>, and what our records carried there: whoever asks there is told so.</summary>
    public void Abandon(in DtlsPath path, byte[] connectionId)
    {
        _abandoned = path;
        AbandonedConnectionId = connectionId;
    }

    /// <summary>The peer has replaced all the connection IDs it had given us.</summary>
    public void ForgetConnectionIds()
    {
        CandidateConnectionId = null;
        AbandonedConnectionId = null;
    }

    /// <summary>The check is over; what it asked is not asked any more, and what waits to be answered still is.</summary>
    public void End()
    {
        Stage = PathCheckStage.None;
        _oldCount = 0;
        _newCount = 0;
        _isChallengeDue = false;
        _deadline = MonotonicTime.Never;
        _nextChallenge = MonotonicTime.Never;
    }

    /// <summary>The connection is over: nothing is asked or answered any more.</summary>
    public void Stop()
    {
        End();
        _answerCount = 0;
    }

    /// <summary>An accepted record came from somewhere else than the path in use: from the candidate's address it counts for three times its bytes.</summary>
    public void OnReceived(in DtlsPath path, int bytes)
    {
        if (IsRunning && path.Remote == _candidate.Remote)
            _received += bytes;
    }

    /// <summary>A path_response. It may end the check.</summary>
    /// <param name="path">Where it came from.</param>
    /// <param name="cookie">What it echoes.</param>
    /// <param name="now">The time.</param>
    public PathCheckOutcome OnResponse(in DtlsPath path, ulong cookie, MonotonicTime now)
    {
        // RFC 9853 §5.2: whoever is still at the old path and prefers it stays there, even if it says so late.
        if (Contains(_oldCookies, _oldCount, cookie))
        {
            Refused++;
            End();
            return PathCheckOutcome.Refused;
        }

        // The answer comes from where the question went (RFC 9853 §5.4): a path that works one way only is none.
        if (!Contains(_newCookies, _newCount, cookie) || path != _candidate)
            return PathCheckOutcome.Unsolicited;
        RoundTrip = _newCount == 1 ? now - _lastChallenge : null;
        Validated++;
        End();
        return PathCheckOutcome.Validated;
    }

    /// <summary>A path_drop: of the old path it begins the check of the candidate (RFC 9853 §5.2), of the candidate it ends it.</summary>
    /// <param name="cookie">What it echoes.</param>
    /// <param name="now">The time.</param>
    public PathCheckOutcome OnDrop(ulong cookie, MonotonicTime now)
    {
        if (Contains(_oldCookies, _oldCount, cookie))
        {
            if (Stage == PathCheckStage.OldPath)
                Enter(PathCheckStage.NewPath, now);
            return PathCheckOutcome.Continues;
        }

        if (!Contains(_newCookies, _newCount, cookie))
            return PathCheckOutcome.Unsolicited;
        Refused++;
        End();
        return PathCheckOutcome.Refused;
    }

    /// <summary>Lets happen whose time has come.</summary>
    public PathCheckOutcome OnTimeout(MonotonicTime now)
    {
        if (_deadline <= now)
        {
            if (Stage == PathCheckStage.OldPath)
            {
                // RFC 9853 §5.2: the old path is dead.
                Enter(PathCheckStage.NewPath, now);
                return PathCheckOutcome.Continues;
            }

            TimedOut++;
            End();
            return PathCheckOutcome.TimedOut;
        }

        if (_nextChallenge <= now)
        {
            _isChallengeDue = true;
            ScheduleChallenge(now);
        }

        return PathCheckOutcome.Continues;
    }

    /// <summary>Whether a challenge is to be sent now.</summary>
    /// <param name="isForCandidate">Whether to the candidate; else to the path in use.</param>
    /// <param name="room">Bytes that the datagram may have.</param>
    public bool WantsChallenge(out bool isForCandidate, out long room)
    {
        isForCandidate = Stage == PathCheckStage.NewPath;
        room = isForCandidate && !IsOwnMove ? (DtlsConnection.AmplificationLimit * _received) - _sent : long.MaxValue;
        return _isChallengeDue;
    }

    /// <summary>A challenge was sent: its answer is waited for.</summary>
    /// <param name="cookie">Never used before.</param>
    /// <param name="bytes">Of its datagram.</param>
    /// <param name="now">The time.</param>
    public void OnChallengeSent(ulong cookie, int bytes, MonotonicTime now)
    {
        _isChallengeDue = false;
        _lastChallenge = now;
        if (Stage == PathCheckStage.OldPath)
        {
            _oldCookies[_oldCount++] = cookie;
            return;
        }

        _newCookies[_newCount++] = cookie;
        _sent += bytes;
    }

    /// <summary>A challenge of the peer's is to be answered. False: too many are waiting.</summary>
    public bool TryAnswer(in DtlsPath path, in DtlsPath current, ulong cookie)
    {
        if (_answerCount == MaxAnswers)
            return false;
        PathMessageType type = IsLeft(path, current) ? PathMessageType.PathDrop : PathMessageType.PathResponse;
        _answers[(_firstAnswer + _answerCount++) % MaxAnswers] = new PathAnswer(path, new PathMessage(type, cookie));
        return true;
    }

    /// <summary>Takes the next answer that is to be sent, to the path it names.</summary>
    /// <param name="answer">The answer.</param>
    public bool TryTakeAnswer(out PathAnswer answer)
    {
        if (_answerCount == 0)
        {
            answer = default;
            return false;
        }

        answer = _answers[_firstAnswer];
        _firstAnswer = (_firstAnswer + 1) % MaxAnswers;
        _answerCount--;
        return true;
    }

    /// <summary>An answer was sent: to the candidate's address it counts against three times the bytes that came from there.</summary>
    public void OnAnswerSent(in DtlsPath path, int bytes)
    {
        if (IsRunning && path.Remote == _candidate.Remote)
            _sent += bytes;
    }

    /// <summary>
    /// Whether a datagram came to an address of ours that we have left, lately or long ago: the peer has not noticed yet. Only who
    /// moved on its own account can know (RFC 9853 §5.2). While we are on the move, a peer that moves as well may use any address.
    /// </summary>
    public bool IsLeft(in DtlsPath path, in DtlsPath current)
    {
        if (!_abandoned.Remote.IsSpecified)
            return false;
        bool isMoving = IsRunning && IsOwnMove;
        return path == _abandoned || (path.Local != current.Local && !(isMoving && path.Local == _candidate.Local));
    }

    private static bool Contains(ulong[] cookies, int count, ulong cookie) => cookies.AsSpan(0, count).Contains(cookie);

    private void Enter(PathCheckStage stage, MonotonicTime now)
    {
        Stage = stage;
        _isChallengeDue = true;
        _deadline = now + (IsOwnMove ? _timeout * (ChallengesOfOwnMove / ChallengesPerStage) : _timeout);
        ScheduleChallenge(now);
    }

    /// <summary>The next challenge, one round trip after this one, unless this is the last.</summary>
    private void ScheduleChallenge(MonotonicTime now)
    {
        MonotonicTime next = now + (_timeout / ChallengesPerStage);
        int sent = Stage == PathCheckStage.OldPath ? _oldCount : _newCount;
        int most = IsOwnMove ? ChallengesOfOwnMove : ChallengesPerStage;
        _nextChallenge = sent + 1 < most && next < _deadline ? next : MonotonicTime.Never;
    }
}
