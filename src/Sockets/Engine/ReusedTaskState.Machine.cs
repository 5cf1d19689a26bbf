using System;
using System.Runtime.CompilerServices;
using System.Threading;

namespace Sockets.Engine;

/// <summary>The state of one method, and those of it that wait for use: one for each thread, and a list that all threads share.</summary>
internal sealed class ReusedTaskState<TResult, TStateMachine> : ReusedTaskState<TResult>
    where TStateMachine : IAsyncStateMachine
{
    /// <summary>What the list holds at most: about as many as operations of many sockets end at once; 150 to 400 bytes each.</summary>
    private const int MaxShared = 4096;

    private static readonly Lock SharedLock = new();
    private static ReusedTaskState<TResult, TStateMachine>? s_shared;
    private static int s_sharedCount;

    [ThreadStatic]
    private static ReusedTaskState<TResult, TStateMachine>? t_own;

    private ReusedTaskState<TResult, TStateMachine>? _next;

    /// <summary>A field: the machine is a value, which runs where it lies.</summary>
    private TStateMachine? _machine;

    public TStateMachine Machine
    {
        set => _machine = value;
    }

    public static ReusedTaskState<TResult, TStateMachine> Rent()
    {
        if (t_own is { } own)
        {
            t_own = null;
            return own;
        }

        lock (SharedLock)
        {
            if (s_shared is { } shared)
            {
                s_shared = shared._next;
                s_sharedCount--;
                shared._next = null;
                return shared;
            }
        }

        return new ReusedTaskState<TResult, TStateMachine>();
    }

    protected override void MoveNext() => _machine!.MoveNext();

    protected override void Return()
    {
        _machine = default;
        if (t_own is null)
        {
            t_own = this;
            return;
        }

        lock (SharedLock)
        {
            if (s_sharedCount == MaxShared)
                return;
            _next = s_shared;
            s_shared = this;
            s_sharedCount++;
        }
    }
}
