using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks.Sources;

namespace Sockets.Engine;

/// <summary>What an async method keeps while it waits, seen as the task of its result. Goes back to where it came from when the result is taken.</summary>
internal abstract class ReusedTaskState<TResult> : IValueTaskSource<TResult>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<TResult> _core;
    private ExecutionContext? _context;

    protected ReusedTaskState() => Continue = RunInContext;

    public short Version => _core.Version;

    /// <summary>Goes on with the method.</summary>
    public Action Continue { get; }

    public static ReusedTaskState<TResult> CreateFailed() => new ReusedTaskState<TResult, NoMachine>();

    public void CaptureContext() => _context = ExecutionContext.Capture();

    public void SetResult(TResult result) => _core.SetResult(result);

    public void SetException(Exception exception) => _core.SetException(exception);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    public TResult GetResult(short token)
    {
        // A token of an earlier use must not give back what another operation uses now, nor one whose result is not there yet.
        bool isOurs = _core.GetStatus(token) != ValueTaskSourceStatus.Pending;
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            if (isOurs)
            {
                _core.Reset();
                _context = null;
                Return();
            }
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    protected abstract void MoveNext();

    /// <summary>Forgets the method, and waits for another.</summary>
    protected abstract void Return();

    private void RunInContext()
    {
        if (_context is { } context)
            ExecutionContext.Run(context, static state => ((ReusedTaskState<TResult>)state!).MoveNext(), this);
        else
            MoveNext(); // its flow was suppressed
    }

    private struct NoMachine : IAsyncStateMachine
    {
        public readonly void MoveNext()
        {
        }

        public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
        {
        }
    }
}
