using System;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>
/// One direction of a <see cref="SocketAsync"/>: operations are carried out one after another, or gathered, and settled in
/// order. Whoever finds it at rest carries out what is there; a caller's thread only its own turn. A queued operation that is
/// cancelled leaves the queue; one under way ends the wait of the socket, and those beside it begin again where they were.
/// </summary>
internal abstract class OperationQueue : IThreadPoolWorkItem
{
    /// <summary>After so many turns without a wait, others get the thread.</summary>
    private const int Budget = 64;

    private readonly Lock _gate = new();
    private QueuedOperation? _first;
    private QueuedOperation? _last;
    private CancellationTokenSource? _cancellation;
    private TaskCompletionSource? _rest;
    private bool _isPumping;

    protected OperationQueue(Socket socket)
    {
        Socket = socket;
        Resumed = Resume;
    }

    public Socket Socket { get; }

    /// <summary>Called by the socket when a turn that had to wait is over.</summary>
    protected Action Resumed { get; }

    /// <summary>Queues a chain of prepared operations.</summary>
    public void Enqueue(QueuedOperation first)
    {
        bool isFirst;
        var ended = new OperationChain();
        lock (_gate)
        {
            for (QueuedOperation? operation = first; operation is not null;)
            {
                QueuedOperation? next = operation.Next;
                operation.Next = null;
                if (operation.End == OperationEnd.None)
                {
                    Append(operation);
                }
                else
                {
                    operation.Stage = OperationStage.Done; // ended before it was queued
                    ended.Add(operation);
                }

                operation = next;
            }

            isFirst = !_isPumping;
            _isPumping = true;
        }

        ended.CompleteEnded();
        if (isFirst)
            Pump(1);
    }

    /// <summary>Ends an operation that was cancelled or whose time is over.</summary>
    /// <param name="operation">In this queue, or about to be.</param>
    /// <param name="version">Which use of it is meant; another is left alone.</param>
    /// <param name="end">Why.</param>
    public void Stop(QueuedOperation operation, short version, OperationEnd end)
    {
        CancellationTokenSource? cancellation;
        lock (_gate)
        {
            // The version last: an operation whose result was taken meanwhile may be another's by now, and in another queue.
            if (operation.End != OperationEnd.None || operation.Stage == OperationStage.Done)
                return;
            Interlocked.MemoryBarrier();
            if (operation.Version != version)
                return;
            operation.End = end;
            if (operation.Stage == OperationStage.Idle)
                return;
            if (operation.Stage == OperationStage.Queued)
            {
                Remove(operation);
                cancellation = null;
            }
            else
            {
                // Nobody uses this source again, so that a cancellation that comes late hits no other turn.
                cancellation = _cancellation;
                _cancellation = null;
                if (cancellation is null)
                    return; // another operation of this turn has cancelled it already
            }
        }

        if (cancellation is null)
            operation.CompleteEnded();
        else
            cancellation.Cancel();
    }

    public bool IsAtRest
    {
        get
        {
            lock (_gate)
                return !_isPumping;
        }
    }

    /// <summary>When nothing is queued or under way.</summary>
    public Task WhenAtRestAsync()
    {
        lock (_gate)
            return _isPumping ? (_rest ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
    }

    void IThreadPoolWorkItem.Execute() => Pump(Budget);

    /// <summary>Chooses, under the lock, what the next turn carries out: <paramref name="first"/> and what goes with it, marked as under way. True: something in it can be ended.</summary>
    protected abstract bool Begin(QueuedOperation first);

    /// <summary>Carries out what was chosen. False: it has to wait, and <see cref="Resumed"/> will be called.</summary>
    protected abstract bool Run(CancellationToken cancellationToken);

    /// <summary>Settles a turn that had to wait.</summary>
    protected abstract void EndRun();

    /// <summary>Settles what a turn carried out, in order; what is left of it waits for another turn, or ends.</summary>
    /// <param name="count">Bytes accepted.</param>
    protected void SettleSent(int count)
    {
        while (TakeSent(ref count) is { } operation)
            operation.Complete(new SocketOperationResult(operation.Accepted));
        Release();
    }

    protected void SettleReceived(SocketOperationResult result)
    {
        QueuedOperation operation;
        lock (_gate)
        {
            operation = _first!;
            Remove(operation);
        }

        operation.Complete(result);
    }

    /// <summary>Settles what could not be carried out: the first operation where the socket can still be used, else all of them.</summary>
    protected void SettleFailure(Exception exception)
    {
        if (exception is not OperationCanceledException)
        {
            bool isOver = Socket.State == SocketState.Closed;
            Exception told = exception;
            do
            {
                QueuedOperation operation;
                lock (_gate)
                {
                    if (_first is null)
                        return;
                    operation = _first;
                    Remove(operation);
                }

                if (operation.Accepted > 0)
                    operation.Complete(new SocketOperationResult(operation.Accepted));
                else
                    operation.Fail(told);
                told = exception is SocketFailureException failure
                    ? new SocketFailureException(failure.Reason, failure.Message, failure) { CertificateProblem = failure.CertificateProblem }
                    : exception;
            }
            while (isOver);
        }

        Release();
    }

    private void Pump(int turns)
    {
        while (true)
        {
            CancellationToken cancellationToken = default;
            lock (_gate)
            {
                if (_first is not { } first)
                {
                    _isPumping = false;
                    _rest?.SetResult();
                    _rest = null;
                    return;
                }

                if (turns-- == 0)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                    return;
                }

                if (Begin(first))
                    cancellationToken = (_cancellation ??= new CancellationTokenSource()).Token;
            }

            if (!Run(cancellationToken))
                return;
        }
    }

    private void Resume()
    {
        EndRun();
        Pump(Budget);
    }

    /// <summary>The first operation of the turn if its bytes were accepted, all of them.</summary>
    private QueuedOperation? TakeSent(ref int count)
    {
        lock (_gate)
        {
            if (_first is not { Stage: OperationStage.UnderWay } operation)
                return null;
            int taken = Math.Min(count, operation.Buffer.Length - operation.Accepted);
            operation.Accepted += taken;
            count -= taken;
            if (operation.Accepted < operation.Buffer.Length)
                return null;
            Remove(operation);
            return operation;
        }
    }

    /// <summary>Ends a turn: what is left of it is queued again, unless it is to end.</summary>
    private void Release()
    {
        var ended = new OperationChain();
        lock (_gate)
        {
            for (QueuedOperation? operation = _first; operation is { Stage: OperationStage.UnderWay };)
            {
                QueuedOperation? next = operation.Next;
                if (operation.End == OperationEnd.None)
                {
                    operation.Stage = OperationStage.Queued;
                }
                else
                {
                    Remove(operation);
                    ended.Add(operation);
                }

                operation = next;
            }
        }

        ended.CompleteEnded();
    }

    /// <summary>Under the lock.</summary>
    private void Append(QueuedOperation operation)
    {
        operation.Stage = OperationStage.Queued;
        operation.Previous = _last;
        if (_last is null)
            _first = operation;
        else
            _last.Next = operation;
        _last = operation;
    }

    /// <inheritdoc cref="Append"/>
    private void Remove(QueuedOperation operation)
    {
        if (operation.Previous is { } previous)
            previous.Next = operation.Next;
        else
            _first = operation.Next;
        if (operation.Next is { } next)
            next.Previous = operation.Previous;
        else
            _last = operation.Previous;
        operation.Previous = null;
        operation.Next = null;
        operation.Stage = OperationStage.Done;
    }
}
