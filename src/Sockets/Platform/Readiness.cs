using System;
using System.Net.Sockets;
using System.Threading;

namespace Sockets.Platform;

/// <summary>
/// A set of sockets and the wait for any of them. One thread waits; adding, changing, removing and waking are for any thread
/// at any time. The set does not keep sockets open: remove one before it is closed, or an event may still be on its way. A
/// stream socket counts as hung up until it begins to connect or to listen.
/// </summary>
internal abstract partial class Readiness : IDisposable
{
    /// <summary>The one value that is no token.</summary>
    public const long ReservedToken = long.MinValue;

    private int _isWakePending;

    /// <summary>epoll on Linux, otherwise poll.</summary>
    public static Readiness Create() => OperatingSystem.IsLinux() ? new Epoll() : new Polling();

    /// <summary>Works on every system; each wait costs time in proportion to the number of sockets.</summary>
    public static Readiness CreatePortable() => new Polling();

    /// <summary>Begins to watch a socket, which must not be in the set.</summary>
    /// <param name="socket">Any socket that is open.</param>
    /// <param name="mask">What to watch for. <see cref="ReadinessMask.None"/>: errors and hang-up only.</param>
    /// <param name="token">Comes back with every event of this socket.</param>
    /// <param name="mode">When to report.</param>
    /// <exception cref="InvalidOperationException">The socket is in the set already.</exception>
    public abstract void Add(SafeSocketHandle socket, ReadinessMask mask, long token, ReadinessMode mode = ReadinessMode.Level);

    /// <summary>Replaces mask, token and mode, and re-arms edge and one-shot: what is ready now is reported (again).</summary>
    /// <exception cref="InvalidOperationException">The socket is not in the set.</exception>
    public abstract void Modify(SafeSocketHandle socket, ReadinessMask mask, long token, ReadinessMode mode = ReadinessMode.Level);

    /// <summary>
    /// An operation on an edge-triggered socket would have blocked: the next time it is ready is an edge. The kernel sees that by
    /// itself on Linux; elsewhere nothing more is reported for these bits without this call.
    /// </summary>
    public abstract void Rearm(SafeSocketHandle socket, ReadinessMask mask);

    /// <summary>Nothing more of this socket. False: it was not in the set (a closed one leaves it by itself).</summary>
    public abstract bool Remove(SafeSocketHandle socket);

    /// <summary>
    /// Waits until a socket is ready, somebody calls <see cref="Wake"/>, or the time is up. May return 0 early.
    /// </summary>
    /// <param name="events">Filled from the start; must have room for one at least.</param>
    /// <param name="timeoutMilliseconds">0: only looks. -1: without limit.</param>
    /// <returns>The number of events.</returns>
    public abstract int Wait(Span<ReadinessEvent> events, int timeoutMilliseconds);

    /// <inheritdoc cref="Wait(Span{ReadinessEvent}, int)"/>
    /// <param name="events">Filled from the start; must have room for one at least.</param>
    /// <param name="timeout">Rounded up to milliseconds, so that a timer that is waited for has run out afterwards.</param>
    public int Wait(Span<ReadinessEvent> events, TimeSpan timeout) => Wait(events, ToMilliseconds(timeout));

    /// <summary>
    /// Makes the wait return, the next one if none is going on. Many calls before that count as one. Whatever the caller wrote
    /// before is seen by the waiting thread after its wait. Harmless after disposal.
    /// </summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _isWakePending, 1) != 0)
            return;
        try
        {
            Signal();
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }

    public abstract void Dispose();

    /// <summary>Makes the signal that the wait ends on. From any thread.</summary>
    protected internal abstract void Signal();

    /// <summary>Takes the signal back.</summary>
    protected internal abstract void DrainSignal();

    /// <summary>
    /// The wait has seen the signal. First the signal goes, then the mark: who finds the mark set in between need not signal,
    /// since the wait is about to return; the other way round, a signal would get lost while the mark stays.
    /// </summary>
    protected internal void AcknowledgeWake()
    {
        try
        {
            DrainSignal();
        }
        catch (ObjectDisposedException)
        {
            // The signal came from Dispose.
        }

        Interlocked.Exchange(ref _isWakePending, 0);
    }

    private static int ToMilliseconds(TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return Timeout.Infinite;
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        return (int)Math.Min(Math.Ceiling(timeout.TotalMilliseconds), int.MaxValue);
    }

    private static void CheckArguments(Span<ReadinessEvent> events, int timeoutMilliseconds)
    {
        if (events.IsEmpty)
            throw new ArgumentException("There must be room for one event at least.", nameof(events));
        ArgumentOutOfRangeException.ThrowIfLessThan(timeoutMilliseconds, Timeout.Infinite);
    }

    private static void CheckToken(long token)
    {
        if (token == ReservedToken)
            throw new ArgumentOutOfRangeException(nameof(token), "This value is reserved.");
    }

    /// <summary>What is left of a timeout that was interrupted.</summary>
    private static int Remaining(int timeoutMilliseconds, long startedAt) => timeoutMilliseconds < 0
        ? timeoutMilliseconds
        : (int)Math.Max(timeoutMilliseconds - (Environment.TickCount64 - startedAt), 0);
}
