using System;
using System.Buffers;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;

namespace Sockets.Links;

/// <summary>
/// Datagrams of one peer on their way from the shared socket to one reader. Bounded in bytes: what does not fit is dropped, the
/// newest first, and counted. Memory is rented for what waits, and for nothing else. Adding is for the thread that receives,
/// everything else for any; one reader at a time.
/// </summary>
internal sealed class DatagramInbox(UdpAcceptor acceptor, int capacity) : IValueTaskSource, IThreadPoolWorkItem
{
    // What a datagram costs beside its bytes, so that empty ones are bounded too.
    private const int Overhead = 64;

    private readonly Lock _gate = new();
    private readonly Queue<Entry> _entries = new();
    private int _used;
    private long _dropped;
    private bool _isCompleted;
    private SocketFailureException? _failure;

    // The reader that waits, from WaitAsync until it has fetched its result.
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private bool _isWaiting;
    private OperationCanceledException? _cancelled;
    private ManualResetEventSlim? _blocked;

    private readonly record struct Entry(byte[] Bytes, int Length);

    /// <summary>Datagrams that did not fit.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Whether a take would give something, or throw.</summary>
    public bool IsReady
    {
        get
        {
            lock (_gate)
                return _entries.Count > 0 || _isCompleted;
        }
    }

    /// <summary>False: it was dropped.</summary>
    public bool TryAdd(ReadOnlySpan<byte> datagram)
    {
        bool wakes;
        lock (_gate)
        {
            if (_isCompleted)
                return false;
            if (_used + datagram.Length + Overhead > capacity && _entries.Count > 0)
            {
                Interlocked.Increment(ref _dropped);
                return false;
            }

            byte[] bytes = ArrayPool<byte>.Shared.Rent(datagram.Length);
            acceptor.CountQueued(1);
            datagram.CopyTo(bytes);
            _entries.Enqueue(new Entry(bytes, datagram.Length));
            _used += datagram.Length + Overhead;
            wakes = Wake();
        }

        if (wakes)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>The length of the oldest datagram, which may be more than the buffer took, or <see cref="SocketLink.WouldBlock"/>.</summary>
    /// <exception cref="SocketFailureException">It is over, and nothing is left.</exception>
    public int TryTake(Span<byte> buffer)
    {
        Entry entry;
        lock (_gate)
        {
            if (!_entries.TryDequeue(out entry))
            {
                if (_isCompleted)
                    throw CreateFailure();
                return SocketLink.WouldBlock;
            }

            _used -= entry.Length + Overhead;
        }

        entry.Bytes.AsSpan(0, Math.Min(entry.Length, buffer.Length)).CopyTo(buffer);
        Release(entry);
        return entry.Length;
    }

    /// <summary>The oldest datagrams, one behind the other: how many, or <see cref="SocketLink.WouldBlock"/>. The first is cut when it does not fit.</summary>
    /// <exception cref="SocketFailureException">It is over, and nothing is left.</exception>
    public int TryTake(Span<byte> buffer, Span<SocketReceiveResult> results)
    {
        lock (_gate)
        {
            int count = 0;
            while (count < results.Length && _entries.TryPeek(out Entry entry) && (count == 0 || entry.Length <= buffer.Length))
            {
                _entries.Dequeue();
                _used -= entry.Length + Overhead;
                int length = Math.Min(entry.Length, buffer.Length);
                entry.Bytes.AsSpan(0, length).CopyTo(buffer);
                results[count++] = new SocketReceiveResult(length, false, length < entry.Length);
                buffer = buffer[length..];
                Release(entry);
            }

            if (count == 0 && _isCompleted)
                throw CreateFailure();
            return count == 0 ? SocketLink.WouldBlock : count;
        }
    }

    /// <summary>Waits until <see cref="IsReady"/>.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        lock (_gate)
        {
            if (_entries.Count > 0 || _isCompleted)
                return ValueTask.CompletedTask;
            _core.Reset();
            _isWaiting = true;
            _cancelled = null;
            _token = cancellationToken;
            // Runs Cancel at once when the token has been cancelled meanwhile: the lock is reentrant.
            _registration = cancellationToken.UnsafeRegister(static (state, token) => ((DatagramInbox)state!).Cancel(token), this);
            return new ValueTask(this, _core.Version);
        }
    }

    /// <summary>Blocks until <see cref="IsReady"/>; false: the time is over.</summary>
    public bool Wait(TimeSpan timeout)
    {
        ManualResetEventSlim blocked;
        lock (_gate)
        {
            if (_entries.Count > 0 || _isCompleted)
                return true;
            blocked = _blocked ??= new ManualResetEventSlim();
            blocked.Reset();
        }

        return blocked.Wait(timeout);
    }

    /// <summary>No more will come: the reader gets what is there, unless it is discarded, and then the failure.</summary>
    public void Complete(SocketFailureException failure, bool discard)
    {
        bool wakes;
        lock (_gate)
        {
            if (discard)
            {
                while (_entries.TryDequeue(out Entry entry))
                    Release(entry);
                _used = 0;
            }

            if (_isCompleted)
                return;
            _isCompleted = true;
            _failure = failure;
            wakes = Wake();
        }

        if (wakes)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_cancelled is { } cancelled)
            _core.SetException(cancelled);
        else
            _core.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token)
    {
        CancellationTokenRegistration registration;
        lock (_gate)
        {
            registration = _registration;
            _registration = default;
        }

        registration.Unregister();
        _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Release(in Entry entry)
    {
        ArrayPool<byte>.Shared.Return(entry.Bytes);
        acceptor.CountQueued(-1);
    }

    private SocketFailureException CreateFailure() => new(_failure!.Reason, _failure.Message, _failure);

    /// <summary>Under the lock. True: the caller queues the continuation after it.</summary>
    private bool Wake()
    {
        _blocked?.Set();
        bool wasWaiting = _isWaiting;
        _isWaiting = false;
        return wasWaiting;
    }

    private void Cancel(CancellationToken token)
    {
        lock (_gate)
        {
            if (!_isWaiting || token != _token)
                return; // too late: a callback of an earlier wait
            _isWaiting = false;
            _cancelled = new OperationCanceledException(token);
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
