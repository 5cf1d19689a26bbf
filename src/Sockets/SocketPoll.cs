using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using Sockets.Engine;
using Sockets.Platform;

namespace Sockets;

/// <summary>
/// A set of sockets, listeners and timers, and the wait for any of them: for programs that run their own loop. It brings
/// connections and handshakes to an end on the thread that waits; a socket counts as readable too when what there is to
/// receive was decrypted already.
/// <para>One thread waits. Everything else is for any thread at any time, also while it waits. A socket can be in one poll at a
/// time, and leaves it when it is disposed.</para>
/// </summary>
public sealed partial class SocketPoll : IDisposable
{
    private const SocketEvents ForSockets = SocketEvents.Readable | SocketEvents.Writable | SocketEvents.Connected | SocketEvents.Closed | SocketEvents.Error;

    private readonly TimeProvider _timeProvider;
    private readonly SignalStack _signalled = new();
    private readonly Stack<int> _freePlaces = new();
    private PollEntry?[] _entries = new PollEntry?[16];
    private int _places; // used ones, and free ones among them
    private int _generation;
    private bool _isDisposed;

    /// <summary>An empty set.</summary>
    /// <param name="timeProvider">The clock of <see cref="AddTimer"/>. Null: the system's. The time that <see cref="Wait"/> may take is real time in any case.</param>
    public SocketPoll(TimeProvider? timeProvider = null)
        : this(timeProvider ?? TimeProvider.System, Readiness.Create())
    {
    }

    internal SocketPoll(TimeProvider timeProvider, Readiness readiness)
    {
        _timeProvider = timeProvider;
        Readiness = readiness;
    }

    /// <summary>How many sockets and listeners are in it.</summary>
    public int Count { get; private set; }

    /// <summary>Guards the set, the kernel's copy of it, and the timers. Nobody's code is called under it.</summary>
    internal Lock Gate { get; } = new();

    internal Readiness Readiness { get; }

    internal TimerQueue Timers { get; } = new();

    /// <summary>Begins to watch a socket. One that is still <see cref="SocketState.Connecting"/> is driven by <see cref="Wait"/> until it is open.</summary>
    /// <param name="socket">In no poll.</param>
    /// <param name="interest">What to report, from when the socket is open. <see cref="SocketEvents.Error"/> comes unasked.</param>
    /// <param name="userData">Comes back with every event.</param>
    /// <param name="mode">When to report.</param>
    /// <exception cref="InvalidOperationException">It is in a poll already.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void Add(Socket socket, SocketEvents interest, object? userData = null, SocketPollMode mode = SocketPollMode.Level)
    {
        ArgumentNullException.ThrowIfNull(socket);
        CheckInterest(interest);
        CheckMode(mode);
        Add(socket, interest, mode, userData);
    }

    /// <summary>Replaces the interest and keeps everything else. Arms a one-shot again.</summary>
    /// <exception cref="InvalidOperationException">The socket is not in this poll.</exception>
    public void Modify(Socket socket, SocketEvents interest)
    {
        ArgumentNullException.ThrowIfNull(socket);
        CheckInterest(interest);
        Require(socket).Modify(interest, mode: null);
    }

    /// <summary>Replaces interest and mode, and keeps the user data. Arms a one-shot again; what is ready now is an edge.</summary>
    /// <exception cref="InvalidOperationException">The socket is not in this poll.</exception>
    public void Modify(Socket socket, SocketEvents interest, SocketPollMode mode)
    {
        ArgumentNullException.ThrowIfNull(socket);
        CheckInterest(interest);
        CheckMode(mode);
        Require(socket).Modify(interest, mode);
    }

    /// <summary>Nothing more of this socket. False: it is not in this poll, as when it was disposed.</summary>
    public bool Remove(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return TryFind(socket, out PollEntry? entry) && Remove(entry);
    }

    /// <summary>Whether the socket is in this poll.</summary>
    public bool Contains(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return TryFind(socket, out _);
    }

    /// <summary>What the socket was added with.</summary>
    /// <exception cref="InvalidOperationException">The socket is not in this poll.</exception>
    public object? GetUserData(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return Require(socket).UserData;
    }

    /// <summary>Makes <see cref="Wait"/> return, the next one if none is going on. Many calls before that count as one.</summary>
    public void Wake()
    {
        Interlocked.Exchange(ref _isWoken, 1);
        EndKernelWait();
    }

    /// <summary>Lets go of everything; a wait that is going on returns. The sockets stay open.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            foreach (PollEntry? entry in _entries.AsSpan(0, _places))
            {
                if (entry is null)
                    continue;
                entry.IsGone = true;
                entry.Target.Registration.Detach(entry);
            }

            _entries = [];
            _places = 0;
            Count = 0;
        }

        Readiness.Dispose();
        _alarm?.Dispose();
    }

    /// <summary>Takes an entry out: by its user, or because its socket is about to be closed. False: it is out.</summary>
    internal bool Remove(PollEntry entry)
    {
        lock (Gate)
        {
            if (entry.IsGone)
                return false;
            entry.IsGone = true;
            entry.Unregister(Readiness);
            Timers.Remove(entry);
            int place = (int)entry.Token;
            _entries[place] = null;
            _freePlaces.Push(place);
            Count--;
        }

        entry.Target.Registration.Detach(entry);
        return true;
    }

    /// <summary>Something happened to an entry: the waiting thread is to look at it.</summary>
    internal void Push(PollEntry entry)
    {
        _signalled.Push(entry);
        EndKernelWait();
    }

    private void Add(IPollable target, SocketEvents interest, SocketPollMode mode, object? userData)
    {
        var entry = new PollEntry(this, target, interest, mode, userData);
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            target.Registration.Attach(entry, target);
            if (!_freePlaces.TryPop(out int place))
            {
                place = _places++;
                if (place == _entries.Length)
                    Array.Resize(ref _entries, place * 2);
            }

            _entries[place] = entry;
            entry.Token = ((long)_generation++ << 32) | (uint)place;
            Count++;
        }

        target.StartSignalling();
        entry.OnChanged();
    }

    private PollEntry Require(IPollable target) =>
        TryFind(target, out PollEntry? entry) ? entry : throw new InvalidOperationException("It is not in this poll: add it first.");

    private bool TryFind(IPollable target, [NotNullWhen(true)] out PollEntry? entry)
    {
        entry = target.Registration.Observer as PollEntry;
        if (entry is { IsGone: false } && entry.Poll == this)
            return true;
        entry = null;
        return false;
    }

    private static void CheckInterest(SocketEvents interest)
    {
        if ((interest & ~ForSockets) != 0)
            throw new ArgumentException($"A socket cannot be watched for {interest & ~ForSockets}.", nameof(interest));
    }

    private static void CheckMode(SocketPollMode mode)
    {
        if (mode is not (SocketPollMode.Level or SocketPollMode.Edge or SocketPollMode.OneShot))
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not a mode.");
    }
}
