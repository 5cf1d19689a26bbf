using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>
/// Builds the <see cref="ValueTask{TResult}"/> of an async method whose state is used again, whichever thread ends the method:
/// <c>ReusedTaskMethodBuilder</c> keeps one state for each thread and one for each processor, and makes a new one
/// for every other operation that waits. For methods that await with <c>ConfigureAwait(false)</c> and whose result is awaited once.
/// </summary>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "The compiler calls them on an instance.")]
internal struct ReusedTaskMethodBuilder<TResult>
{
    private ReusedTaskState<TResult>? _state;
    private TResult _result;

    public static ReusedTaskMethodBuilder<TResult> Create() => default;

    public readonly ValueTask<TResult> Task => _state is { } state ? new ValueTask<TResult>(state, state.Version) : new ValueTask<TResult>(_result);

    /// <summary>The same without its result.</summary>
    internal readonly ValueTask PlainTask => _state is { } state ? new ValueTask(state, state.Version) : default;

    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        // Keeps what the method's first part does to the execution context from its caller.
        AsyncValueTaskMethodBuilder.Create().Start(ref stateMachine);
    }

    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }

    public void SetResult(TResult result)
    {
        if (_state is { } state)
            state.SetResult(result);
        else
            _result = result;
    }

    /// <summary>A method that fails before it has waited gets a state too: it is what carries the exception.</summary>
    public void SetException(Exception exception) => (_state ??= ReusedTaskState<TResult>.CreateFailed()).SetException(exception);

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => awaiter.OnCompleted(Suspend(ref stateMachine).Continue);

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => awaiter.UnsafeOnCompleted(Suspend(ref stateMachine).Continue);

    private ReusedTaskState<TResult> Suspend<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (_state is null)
        {
            ReusedTaskState<TResult, TStateMachine> state = ReusedTaskState<TResult, TStateMachine>.Rent();
            _state = state; // this builder is part of the machine: before it is copied
            state.Machine = stateMachine;
        }

        _state.CaptureContext();
        return _state;
    }
}
