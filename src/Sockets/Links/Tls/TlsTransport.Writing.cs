using System;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;
using Sockets.Engine;
using Sockets.Platform;

namespace Sockets.Links.Tls;

internal sealed partial class TlsTransport : IValueTaskSource
{
    /// <summary>
    /// With more than this in the queue, SslStream's own asynchronous writes (handshake, answers to post-handshake messages)
    /// stay pending, so that a peer that does not read cannot make us store more. Data of the user is not taken while
    /// anything is queued, so the queue holds one record more at most.
    /// </summary>
    public const int QueueLimit = 64 * 1024;

    private readonly CiphertextQueue _queue;
    private readonly Lock _queueLock = new();
    private ManualResetValueTaskSourceCore<bool> _write;
    private volatile bool _isWriterHeld;
    private bool _isFlushing;
    private byte[]? _next; // of the one flush that is under way
    private TaskCompletionSource? _flushed; // of the flush that is under way, when somebody waits for it beside the one who began it
    private bool _isReleased;
    private SocketException? _writeFailure;

    /// <summary>What a send met, after which nothing more can be sent.</summary>
    public SocketException? WriteFailure
    {
        get
        {
            lock (_queueLock)
                return _writeFailure;
        }
    }

    /// <summary>Whether ciphertext waits for the system.</summary>
    public bool HasQueue
    {
        get
        {
            lock (_queueLock)
                return _queue.Length > 0;
        }
    }

    /// <summary>Whether writability of the socket is news: there is a queue, and no <see cref="FlushQueueAsync"/> waits for it already.</summary>
    public bool NeedsWritability
    {
        get
        {
            lock (_queueLock)
                return _queue.Length > 0 && !_isFlushing;
        }
    }

    /// <summary>The flush that waits for the system already. Null: there is none.</summary>
    public Task? FlushUnderWay
    {
        get
        {
            lock (_queueLock)
                return _isFlushing ? Flushed.Task : null;
        }
    }

    /// <summary>Whether SslStream waits for the queue to become empty: see <see cref="ReleaseWriter"/>.</summary>
    public bool IsWriterHeld => _isWriterHeld;

    public override void Write(ReadOnlySpan<byte> buffer) => Accept(buffer);

    public override void Write(byte[] buffer, int offset, int count) => Accept(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (ReadLock)
        {
            try
            {
                if (Accept(buffer.Span) <= QueueLimit || _isWriterHeld)
                    return ValueTask.CompletedTask;
            }
            catch (Exception exception)
            {
                return ValueTask.FromException(exception);
            }

            _write.Reset();
            _isWriterHeld = true;
            _owner.OnArmed();
            return new ValueTask(this, _write.Version);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Gives the system what it takes. True: the queue is empty.</summary>
    /// <exception cref="SocketException">The connection failed.</exception>
    public bool FlushQueue()
    {
        lock (_queueLock)
        {
            if (_queue.Length == 0 && _writeFailure is null)
                return true;
            if (_isFlushing)
                return false;
            return SendQueue();
        }
    }

    /// <summary>As <see cref="FlushQueue"/>, on the way: a failure is left to those who send.</summary>
    public void TryFlushQueue()
    {
        if (!HasQueue)
            return;
        try
        {
            FlushQueue();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Kept, or closed.
        }
    }

    /// <summary>
    /// Waits until the system has taken the whole queue. Cancellation ends the wait, and not the flushing: what is queued was
    /// accepted, and goes out though nothing else is sent.
    /// </summary>
    public ValueTask FlushQueueAsync(CancellationToken cancellationToken)
    {
        lock (_queueLock)
        {
            if (_queue.Length == 0 && _writeFailure is null)
                return ValueTask.CompletedTask;
            if (!_isFlushing)
            {
                if (SendQueue())
                    return ValueTask.CompletedTask;
                _isFlushing = true;
                if (!cancellationToken.CanBeCanceled)
                    return FlushAllAsync();
                _ = FlushAllAsync().AsTask();
                if (!_isFlushing)
                    return ValueTask.CompletedTask;
            }

            return new ValueTask(Flushed.Task.WaitAsync(cancellationToken));
        }
    }

    /// <summary>Has the queue flushed without anybody waiting; a failure is left to those who send.</summary>
    public void StartFlush()
    {
        lock (_queueLock)
        {
            if (_queue.Length == 0 || _isFlushing || _writeFailure is not null || TrySendQueue())
                return;
            _isFlushing = true;
            _ = FlushAllAsync().AsTask();
        }
    }

    /// <summary>Under the lock of the queue, while <see cref="FlushAllAsync"/> is under way.</summary>
    private TaskCompletionSource Flushed => _flushed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Never fails: the next one who uses the queue meets the failure. The platform has no wait for room that sends nothing: one byte is sent with it, which is taken or not.</summary>
    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder))]
    private async ValueTask FlushAllAsync()
    {
        byte[] next = _next ??= new byte[1]; // a copy: the queue moves what it holds when more comes meanwhile
        while (true)
        {
            lock (_queueLock)
                next[0] = _queue.Content.Span[0];
            int sent = 0;
            SocketException? failure = null;
            try
            {
                sent = await _socket.SendAsync(next, SocketFlags.None).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                failure = exception as SocketException ?? new SocketException((int)SocketError.OperationAborted);
            }

            bool isReleased;
            TaskCompletionSource? flushed;
            lock (_queueLock)
            {
                isReleased = _isReleased;
                _queue.Remove(sent);
                if (isReleased)
                    _queue.Clear();
                _writeFailure ??= failure;
                _isFlushing = _writeFailure is null && _queue.Length > 0 && !TrySendQueue();
                if (_isFlushing)
                    continue;
                flushed = _flushed;
                _flushed = null;
            }

            if (isReleased)
                _owner.OnFilled();
            else
                _owner.OnFlushed();
            flushed?.TrySetResult();
            return;
        }
    }

    /// <summary>Lets SslStream go on inline, when it was held and the queue is empty. Under <see cref="ReadLock"/>.</summary>
    public void ReleaseWriter()
    {
        if (!_isWriterHeld || (_broken is null && HasQueue))
            return;
        _isWriterHeld = false;
        if (_broken is null)
            _write.SetResult(true);
        else
            _write.SetException(_broken);
    }

    /// <summary>Drops the queue; nothing more is accepted.</summary>
    public void Release()
    {
        lock (_queueLock)
        {
            _isReleased = true;
            _writeFailure ??= new SocketException((int)SocketError.OperationAborted);
            if (!_isFlushing)
                _queue.Clear();
        }
    }

    void IValueTaskSource.GetResult(short token) => _write.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _write.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _write.OnCompleted(continuation, state, token, flags);

    /// <summary>Sends, and queues the rest. Returns how much is queued.</summary>
    private int Accept(ReadOnlySpan<byte> records)
    {
        lock (_queueLock)
        {
            if (_writeFailure is not null)
                throw _writeFailure;
            while (_queue.Length == 0 && !records.IsEmpty)
            {
                SocketError error = StreamIo.TrySend(_socket, _handle, records, out int sent);
                if (error == SocketError.WouldBlock)
                    break;
                if (error != SocketError.Success)
                    throw _writeFailure = new SocketException((int)error);
                records = records[sent..];
            }

            _queue.Append(records);
            return _queue.Length;
        }
    }

    /// <summary>Under the lock of the queue.</summary>
    private bool SendQueue()
    {
        if (_writeFailure is not null)
            throw _writeFailure;
        bool isEmpty = TrySendQueue();
        return _writeFailure is null ? isEmpty : throw _writeFailure;
    }

    /// <summary>Under the lock of the queue. False: some of it has to wait. True: nothing has to, a failure is kept.</summary>
    private bool TrySendQueue()
    {
        while (_queue.Length > 0)
        {
            int sent = 0;
            SocketError error;
            try
            {
                error = StreamIo.TrySend(_socket, _handle, _queue.Content.Span, out sent);
            }
            catch (ObjectDisposedException)
            {
                error = SocketError.OperationAborted;
            }

            if (error == SocketError.WouldBlock)
                return false;
            if (error != SocketError.Success)
            {
                _writeFailure = new SocketException((int)error);
                return true;
            }

            _queue.Remove(sent);
        }

        return true;
    }
}
