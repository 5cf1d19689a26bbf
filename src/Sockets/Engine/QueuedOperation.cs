using System;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;

namespace Sockets.Engine;

/// <summary>
/// A send or a receive in the queue of a <see cref="SocketAsync"/>, and the source of its caller's <see cref="ValueTask"/>.
/// Used again after its result was taken. Its state is settled before its continuation runs, on the thread pool: results are
/// there in order, and a continuation that blocks holds up nothing.
/// </summary>
internal sealed class QueuedOperation(SocketAsyncOptions options) :
    IValueTaskSource<int>, IValueTaskSource<SocketReceiveResult>, IValueTaskSource<SocketOperationResult>, IThreadPoolWorkItem
{
    // Who comes first, the result or the continuation.
    private const int Open = 0;
    private const int Awaited = 1;
    private const int Settled = 2;

    private ManualResetValueTaskSourceCore<SocketOperationResult> _core;
    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _registration;
    private ITimer? _timer;
    private long _deadline = long.MaxValue;
    private Action<object?>? _continuation;
    private object? _continuationState;
    private int _phase;

    public short Version => _core.Version;

    /// <summary>The queue it is in.</summary>
    public OperationQueue? Queue { get; private set; }

    public OperationStage Stage { get; set; }

    /// <summary>Set when it is to end; <see cref="OperationEnd.None"/> while it is to be carried out.</summary>
    public OperationEnd End { get; set; }

    public QueuedOperation? Previous { get; set; }

    public QueuedOperation? Next { get; set; }

    public Memory<byte> Buffer { get; private set; }

    /// <summary>Bytes of a send that were accepted already.</summary>
    public int Accepted { get; set; }

    public Memory<byte> Remaining => Buffer[Accepted..];

    public bool CanEnd => _cancellationToken.CanBeCanceled || _deadline != long.MaxValue;

    /// <summary>Takes the operation into use. It may be ended from here on.</summary>
    public void Prepare(OperationQueue queue, Memory<byte> buffer, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Queue = queue;
        Buffer = buffer;
        Accepted = 0;
        _phase = Open;
        Stage = OperationStage.Idle;
        End = OperationEnd.None;
        timeout = TimeLimit.OrNone(timeout);
        if (timeout != Timeout.InfiniteTimeSpan)
            Arm(timeout);
        _cancellationToken = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(static (state, token) => ((QueuedOperation)state!).OnCancelled(token), this);
    }

    /// <summary>Settles it. Not touched afterwards: it may be another's already.</summary>
    public void Complete(SocketOperationResult result)
    {
        Disarm();
        bool isAwaited = Interlocked.Exchange(ref _phase, Settled) == Awaited;
        _core.SetResult(result);
        if (isAwaited)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <inheritdoc cref="Complete"/>
    public void Fail(Exception exception)
    {
        Disarm();
        bool isAwaited = Interlocked.Exchange(ref _phase, Settled) == Awaited;
        _core.SetException(exception);
        if (isAwaited)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Settles one that was to end: what was accepted counts, and nothing is a failure.</summary>
    public void CompleteEnded()
    {
        if (Accepted > 0)
            Complete(new SocketOperationResult(Accepted));
        else if (End == OperationEnd.Cancelled)
            Fail(new OperationCanceledException(_cancellationToken));
        else
            Fail(new SocketFailureException(SocketFailureReason.TimedOut, $"The operation with {Queue!.Socket.RemoteEndPoint} did not complete within the time it was given."));
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        bool isElsewhere = (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0
            || ((flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0
                && (SynchronizationContext.Current is not null || TaskScheduler.Current != TaskScheduler.Default));
        if (options.InlineCompletions || isElsewhere)
        {
            _core.OnCompleted(continuation, state, token, flags);
            return;
        }

        _core.GetStatus(token); // throws when it is another's by now
        _continuation = continuation;
        _continuationState = state;
        if (Interlocked.Exchange(ref _phase, Awaited) != Settled)
            return;

        // The result is being set this moment. Queued here, it costs no memory, which the platform's source would take for it.
        var wait = new SpinWait();
        while (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
            wait.SpinOnce();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        Action<object?> continuation = _continuation!;
        object? state = _continuationState;
        _continuation = null;
        _continuationState = null;
        continuation(state);
    }

    int IValueTaskSource<int>.GetResult(short token) => Take(token).Count;

    SocketOperationResult IValueTaskSource<SocketOperationResult>.GetResult(short token) => Take(token);

    SocketReceiveResult IValueTaskSource<SocketReceiveResult>.GetResult(short token)
    {
        SocketOperationResult result = Take(token);
        return new SocketReceiveResult(result.Count, result.IsEnd, result.IsTruncated);
    }

    private SocketOperationResult Take(short token)
    {
        // Taken too early, twice or by another, it must not be given to the next user.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The result is not there yet: await the ValueTask, once.");
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _cancellationToken = default;
            Buffer = default;
            Queue = null;
            _core.Reset();
            options.Operations.Return(this);
        }
    }

    private void Arm(TimeSpan timeout)
    {
        _deadline = TimeLimit.EndAfter(options.TimeProvider, options.TimeProvider.GetTimestamp(), timeout);
        if (_timer is null)
        {
            // Started only after it has been stored: the callback sets it again when it comes too early.
            using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
                _timer = options.TimeProvider.CreateTimer(static operation => ((QueuedOperation)operation!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _timer.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    private void Disarm()
    {
        // Neither waits for a callback that is running: one that comes late finds another deadline, or a token that is cancelled.
        _registration.Unregister();
        if (_deadline == long.MaxValue)
            return;
        _deadline = long.MaxValue;
        _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void OnCancelled(CancellationToken token)
    {
        short version = Version;
        if (token == _cancellationToken)
            Queue?.Stop(this, version, OperationEnd.Cancelled);
    }

    private void OnTimer()
    {
        short version = Version;
        long deadline = Volatile.Read(ref _deadline);
        if (deadline == long.MaxValue)
            return;
        TimeSpan early = options.TimeProvider.GetElapsedTime(options.TimeProvider.GetTimestamp(), deadline);
        if (early > TimeSpan.Zero)
            _timer!.Change(early + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        else
            Queue?.Stop(this, version, OperationEnd.TimedOut);
    }
}
