using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;

namespace Sockets.Links.Dtls;

/// <summary>
/// Received datagrams on their way from the loop to one reader: a ring of bytes, each datagram behind its length, bounded in
/// bytes; what does not fit is dropped and counted. Allocates only when the ring grows. The loop adds from its thread, the
/// reader's continuation runs on the thread pool.
/// </summary>
internal sealed class ReceiveQueue(int capacity, QueueBudget? budget = null) : IValueTaskSource<DtlsReceiveResult>, IThreadPoolWorkItem
{
    private const int LengthSize = sizeof(int);

    /// <summary>The smallest buffer, which every queue may have whatever the others hold.</summary>
    internal const int InitialSize = 4096;

    private readonly Lock _gate = new();
    private byte[] _ring = [];
    private int _head;
    private int _used;
    private long _dropped;
    private bool _ended;
    private Exception? _failure;

    // The reader that waits. One at a time, from ReceiveAsync until it has fetched its result.
    private ManualResetValueTaskSourceCore<DtlsReceiveResult> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private Memory<byte> _buffer;
    private bool _busy;
    private bool _waiting;
    private bool _takes;
    private DtlsReceiveResult _result;
    private Exception? _error;

    /// <summary>Datagrams that did not fit.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Bytes of its buffer.</summary>
    internal int BufferSize => _ring.Length;

    /// <summary>What of the buffer counts for the budget.</summary>
    private int CountedSize => Math.Max(0, _ring.Length - InitialSize);

    /// <summary>Whether a read would complete at once: a datagram, the end, or the failure.</summary>
    public bool IsReadable
    {
        get
        {
            lock (_gate)
                return _used > 0 || _ended;
        }
    }

    public ValueTask<DtlsReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        ReceiveAsync(buffer, takes: true, cancellationToken);

    /// <summary>Takes what is there now, without waiting; false when nothing is.</summary>
    public bool TryReceive(Span<byte> destination, out DtlsReceiveResult result)
    {
        lock (_gate)
        {
            if (_busy)
                throw new InvalidOperationException("Only one receive at a time.");
            if (_used == 0 && !_ended)
            {
                result = default;
                return false;
            }

            if (_used == 0 && _failure is { } failure)
                throw failure;
            result = _used > 0 ? Take(destination) : new DtlsReceiveResult(0, false, true);
            return true;
        }
    }

    /// <summary>Whether nothing is queued and more may come. Exact for who has taken datagrams and is the only one to add.</summary>
    public bool IsEmpty => Volatile.Read(ref _used) == 0 && !_ended;

    /// <summary>Takes what is there and fits, one behind the other, without waiting. The first is cut when it does not fit.</summary>
    /// <returns>How many; the end counts as one and comes alone. 0: nothing is there.</returns>
    public int TryReceive(Span<byte> destination, Span<SocketReceiveResult> results)
    {
        lock (_gate)
        {
            if (_busy)
                throw new InvalidOperationException("Only one receive at a time.");
            int count = 0;
            while (count < results.Length && _used > 0 && (count == 0 || NextLength() <= destination.Length))
            {
                DtlsReceiveResult taken = Take(destination);
                results[count++] = new SocketReceiveResult(taken.Length, false, taken.IsTruncated);
                destination = destination[taken.Length..];
            }

            if (count > 0 || !_ended)
                return count;
            if (_failure is { } failure)
                throw failure;
            results[0] = new SocketReceiveResult(0, IsEnd: true);
            return 1;
        }
    }

    /// <summary>Waits for a datagram or the end.</summary>
    /// <param name="buffer">Takes the datagram.</param>
    /// <param name="takes">False: waits only, and leaves what came for the next read.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    public ValueTask<DtlsReceiveResult> ReceiveAsync(Memory<byte> buffer, bool takes, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<DtlsReceiveResult>(cancellationToken);
        lock (_gate)
        {
            if (_busy)
                throw new InvalidOperationException("Only one ReceiveAsync at a time.");
            if (_used > 0)
                return new ValueTask<DtlsReceiveResult>(takes ? Take(buffer.Span) : default);
            if (_ended)
                return End(_failure);

            _core.Reset();
            _buffer = buffer;
            _takes = takes;
            _busy = _waiting = true;
            _error = null;
            _token = cancellationToken;
            // Runs Cancel at once when the token has been cancelled meanwhile: the lock is reentrant.
            _registration = cancellationToken.UnsafeRegister(static (state, token) => ((ReceiveQueue)state!).Cancel(token), this);
            return new ValueTask<DtlsReceiveResult>(this, _core.Version);
        }
    }

    /// <summary>Adds one datagram, or hands it straight to the reader that waits.</summary>
    public void Add(ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            if (_ended)
                return;
            if (!_waiting || !_takes)
            {
                if (!TryPut(datagram))
                {
                    Interlocked.Increment(ref _dropped);
                    return;
                }

                if (!_waiting)
                    return;
                _result = default;
            }
            else
            {
                _result = Copy(datagram, _buffer.Span);
            }

            _waiting = false;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>No more will come: readers get what is queued, then the end, which is an exception when there is a failure.</summary>
    public void Complete(Exception? failure)
    {
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
            budget?.Give(_used); // what is left is the application's, to read or to forget
            budget?.GiveBuffer(CountedSize);
            _failure = failure;
            if (!_waiting)
                return;
            _waiting = false;
            _error = failure;
            _result = new DtlsReceiveResult(0, false, true);
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Gives back the memory of an empty queue: for a connection that has gone quiet.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            if (_used == 0)
                ReleaseBuffer();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_error is { } error)
            _core.SetException(error);
        else
            _core.SetResult(_result);
    }

    DtlsReceiveResult IValueTaskSource<DtlsReceiveResult>.GetResult(short token)
    {
        // Taken too early, or twice, it must not let go of what the reader of now needs.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The result is not there yet: await the ValueTask, once.");
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _registration.Unregister();
            lock (_gate)
            {
                _registration = default;
                _buffer = default;
                _busy = false;
            }
        }
    }

    ValueTaskSourceStatus IValueTaskSource<DtlsReceiveResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<DtlsReceiveResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private static ValueTask<DtlsReceiveResult> End(Exception? failure) => failure is null
        ? new ValueTask<DtlsReceiveResult>(new DtlsReceiveResult(0, false, true))
        : ValueTask.FromException<DtlsReceiveResult>(failure);

    private static DtlsReceiveResult Copy(ReadOnlySpan<byte> datagram, Span<byte> destination)
    {
        int length = Math.Min(datagram.Length, destination.Length);
        datagram[..length].CopyTo(destination);
        return new DtlsReceiveResult(length, length < datagram.Length, false);
    }

    private void Cancel(CancellationToken token)
    {
        lock (_gate)
        {
            if (!_waiting || token != _token)
                return; // too late: a callback of an earlier read
            _waiting = false;
            _error = new OperationCanceledException(token);
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private bool TryPut(ReadOnlySpan<byte> datagram)
    {
        int needed = _used + LengthSize + datagram.Length;
        if (needed > capacity || budget?.TryTake(LengthSize + datagram.Length) == false)
            return false;
        if (needed > _ring.Length && !TryGrow(needed))
        {
            budget!.Give(LengthSize + datagram.Length);
            return false;
        }

        int length = datagram.Length;
        WriteRing(_used, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in length)));
        WriteRing(_used + LengthSize, datagram);
        _used = needed;
        return true;
    }

    private int NextLength()
    {
        int length = 0;
        ReadRing(0, MemoryMarshal.AsBytes(new Span<int>(ref length)));
        return length;
    }

    private DtlsReceiveResult Take(Span<byte> destination)
    {
        int length = NextLength();
        int copied = Math.Min(length, destination.Length);
        ReadRing(LengthSize, destination[..copied]);
        int consumed = LengthSize + length;
        _used -= consumed;
        if (!_ended)
            budget?.Give(consumed);
        _head = _used == 0 ? 0 : (_head + consumed) % _ring.Length;
        if (_used == 0 && CountedSize > 0 && budget is { IsShort: true })
            ReleaseBuffer();
        return new DtlsReceiveResult(copied, copied < length, false);
    }

    /// <returns>False: all queues together may have no more.</returns>
    private bool TryGrow(int needed)
    {
        int size = Math.Max(_ring.Length, InitialSize);
        while (size < needed)
            size *= 2;
        size = Math.Min(size, Math.Max(capacity, InitialSize));
        if (budget?.TryTakeBuffer(size - Math.Max(_ring.Length, InitialSize)) == false)
            return false;
        byte[] larger = new byte[size];
        ReadRing(0, larger.AsSpan(0, _used));
        _ring = larger;
        _head = 0;
        return true;
    }

    private void ReleaseBuffer()
    {
        if (!_ended)
            budget?.GiveBuffer(CountedSize);
        _ring = [];
        _head = 0;
    }

    private void WriteRing(int offset, ReadOnlySpan<byte> source)
    {
        int start = (_head + offset) % _ring.Length;
        int first = Math.Min(source.Length, _ring.Length - start);
        source[..first].CopyTo(_ring.AsSpan(start));
        source[first..].CopyTo(_ring);
    }

    private void ReadRing(int offset, Span<byte> destination)
    {
        if (destination.IsEmpty)
            return;
        int start = (_head + offset) % _ring.Length;
        int first = Math.Min(destination.Length, _ring.Length - start);
        _ring.AsSpan(start, first).CopyTo(destination);
        _ring.AsSpan(0, destination.Length - first).CopyTo(destination[first..]);
    }
}
