using System;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Threading;
using Sockets.Links;

namespace Sockets.Engine;

/// <summary>
/// One direction of a socket: at most one operation at a time, and its time limit. Its cancellation source is kept, so that
/// an operation with a limit allocates nothing in steady state.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Between operations the source has no running timer and no registration: there is nothing to free, and freeing it would collide with an operation that begins.")]
internal sealed class OperationGate(string operation, TimeProvider timeProvider, IPollable? owner = null)
{
    private TimeSpan _timeout = System.Threading.Timeout.InfiniteTimeSpan;
    private CancellationTokenSource? _source;
    private CancellationTokenRegistration _registration;
    private int _isEntered;
    private bool _isLimited;

    public TimeSpan Timeout
    {
        get => _timeout;
        set
        {
            if (value <= TimeSpan.Zero && value != System.Threading.Timeout.InfiniteTimeSpan)
                throw new ArgumentOutOfRangeException(nameof(value), value, "A timeout is longer than nothing, or Timeout.InfiniteTimeSpan.");
            _timeout = TimeLimit.OrNone(value);
        }
    }

    /// <summary>What the operation under way found blocked; a poll is told when it ends.</summary>
    public LinkWants Blocked { get; set; }

    /// <summary>Whether there is a time limit.</summary>
    public bool IsTimed => _timeout != System.Threading.Timeout.InfiniteTimeSpan;

    public long Now => timeProvider.GetTimestamp();

    public void Enter()
    {
        if (!TryEnter())
            throw CreateOverlap();
    }

    /// <summary>False: one is under way.</summary>
    public bool TryEnter() => Interlocked.Exchange(ref _isEntered, 1) == 0;

    public InvalidOperationException CreateOverlap() => new($"A {operation} is under way already on this socket: one at a time. SocketAsync queues them.");

    /// <summary>Ends the operation that <see cref="Enter"/> began.</summary>
    public void Exit()
    {
        EndLimit();
        LinkWants blocked = Blocked;
        Blocked = LinkWants.None;
        Volatile.Write(ref _isEntered, 0);
        owner?.Registration.SignalOperation(blocked);
    }

    /// <summary>Ends what <see cref="Limit"/> began, for operations that wait more than once.</summary>
    public void EndLimit()
    {
        if (!_isLimited)
            return;
        _isLimited = false;
        _registration.Dispose();
        _registration = default;
        if (!_source!.TryReset())
        {
            _source.Dispose();
            _source = null;
        }
    }

    /// <summary>A token that is cancelled with the caller's or when the time is over.</summary>
    public CancellationToken Limit(CancellationToken cancellationToken)
    {
        if (_timeout == System.Threading.Timeout.InfiniteTimeSpan)
            return cancellationToken;
        cancellationToken.ThrowIfCancellationRequested();
        if (_source is null)
            _source = new CancellationTokenSource(_timeout, timeProvider);
        else
            _source.CancelAfter(_timeout);
        _isLimited = true;
        _registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        return _source.Token;
    }

    /// <summary>Whether an operation is under way.</summary>
    public bool IsEntered => Volatile.Read(ref _isEntered) != 0;

    /// <summary>Whether a cancellation came from the time limit and not from the caller.</summary>
    public bool IsTimeout(CancellationToken cancellationToken) => _isLimited && !cancellationToken.IsCancellationRequested;

    /// <summary>A cancellation as the caller may see it: its own token, never the one of <see cref="Limit"/>, or a timeout.</summary>
    public Exception Translate(OperationCanceledException exception, EndPoint? peer, CancellationToken cancellationToken)
    {
        if (IsTimeout(cancellationToken))
            return CreateTimeout(peer);
        return _isLimited ? new OperationCanceledException(exception.Message, exception, cancellationToken) : exception;
    }

    /// <summary>What is left of the time of an operation that began at <paramref name="start"/>.</summary>
    public TimeSpan Remaining(long start)
    {
        if (_timeout == System.Threading.Timeout.InfiniteTimeSpan)
            return _timeout;
        TimeSpan remaining = _timeout - timeProvider.GetElapsedTime(start);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }

    public SocketFailureException CreateTimeout(EndPoint? peer) =>
        new(SocketFailureReason.TimedOut, $"A {operation} with {peer} did not complete within {_timeout.TotalSeconds:0.###} s.");
}
