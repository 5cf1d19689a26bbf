using System;
using System.IO;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using System.Threading.Tasks.Sources;
using Sockets.Engine;
using Sockets.Platform;

namespace Sockets.Links.Tls;

internal sealed partial class TlsTransport : IValueTaskSource<int>
{
    // Continuations run inline, on the thread that brings the bytes.
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _readMemory;
    private bool _isReadPending;
    private bool _isFilling;
    private Exception? _broken;
    private int _readsLeft;
    private bool _isDrained;
    private bool _isProbeSpared;
    private bool _isKnownReadable;

    /// <summary>
    /// How often one pump reads from the system. A peer can send records that bring the application nothing (key updates,
    /// tickets) as fast as they can be decrypted; SslStream would go on with them for as long as there are any.
    /// </summary>
    private const int ReadsPerPump = 8;

    /// <summary>Whether SslStream waits for bytes. Under <see cref="ReadLock"/>.</summary>
    public bool IsReadPending => _isReadPending;

    /// <summary>Whether the system holds SslStream's memory: <see cref="FillAsync"/> is under way. Under <see cref="ReadLock"/>.</summary>
    public bool IsFilling => _isFilling;

    /// <summary>Whether the last pump ended though there may be more to read. Under <see cref="ReadLock"/>.</summary>
    public bool IsTurnOver => _readsLeft == 0 && _isReadPending;

    /// <summary>Whether the peer's FIN was seen. With a close_notify before it, SslStream would not have asked for more.</summary>
    public bool IsEndSeen { get; private set; }

    /// <summary>Counts the synchronous reads that found nothing: SslStream should never need one.</summary>
    public int StarvedReads { get; private set; }

    /// <summary>
    /// Whoever pumps will wait for the system when there is nothing, and so be told at once if there is something after all: after
    /// a read that did not fill its buffer, asking first would be a call in vain. Under <see cref="ReadLock"/>.
    /// </summary>
    public void SpareProbe(bool isSpared) => _isProbeSpared = isSpared && _isDrained;

    /// <summary>Somebody has waited until the socket became readable: this need not be asked.</summary>
    public void OnReadable()
    {
        lock (ReadLock)
            _isKnownReadable = true;
    }

    /// <summary>A pump begins. Under <see cref="ReadLock"/>.</summary>
    public void BeginTurn() => _readsLeft = ReadsPerPump;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (ReadLock)
        {
            if (_broken is not null)
                return ValueTask.FromException<int>(_broken);
            if (!buffer.IsEmpty || !_isProbeSpared)
            {
                int count = TryReadInTurn(buffer.Span, out Exception? failure);
                if (failure is not null)
                    return ValueTask.FromException<int>(failure);
                if (count != SocketLink.WouldBlock)
                    return new ValueTask<int>(count);
            }

            _read.Reset();
            _readMemory = buffer;
            _isReadPending = true;
            _owner.OnArmed();
            return new ValueTask<int>(this, _read.Version);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>SslStream reads synchronously only what it holds already, so this is not expected to be called.</summary>
    public override int Read(Span<byte> buffer)
    {
        lock (ReadLock)
        {
            int count = TryRead(buffer, out Exception? failure);
            if (failure is not null)
                throw failure;
            if (count != SocketLink.WouldBlock)
                return count;
            StarvedReads++;
            throw new IOException("The transport does not block.");
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>
    /// Completes the pending read with what the system has; SslStream goes on inline. False: it has nothing, nothing is
    /// pending, or <see cref="FillAsync"/> is at it. Under <see cref="ReadLock"/>.
    /// </summary>
    public bool Fill()
    {
        if (!_isReadPending || _isFilling)
            return false;
        int count = TryReadInTurn(_readMemory.Span, out Exception? failure);
        if (count == SocketLink.WouldBlock && failure is null)
            return false;
        Complete(count, failure);
        return true;
    }

    /// <summary>
    /// Waits for the system to complete the pending read. Cancellation ends the wait and leaves the read as it was: SslStream
    /// does not learn of it.
    /// </summary>
    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder))]
    public async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        Memory<byte> memory;
        lock (ReadLock)
        {
            if (!_isReadPending || _isFilling)
                return;
            _isFilling = true;
            memory = _readMemory;
        }

        int count = 0;
        Exception? failure = null;
        try
        {
            count = await _socket.ReceiveAsync(memory, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_broken is null)
        {
            lock (ReadLock)
            {
                _isFilling = false;
                if (_broken is not null && _isReadPending)
                    Complete(0, _broken); // closed at the same moment, when this held the memory
            }

            _owner.OnFilled();
            throw;
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        lock (ReadLock)
        {
            _isFilling = false;
            if (failure is null && count == 0 && memory.Length > 0)
                IsEndSeen = true;
            _owner.EnterPump();
            using (InlineContinuations.Enter())
                Complete(count, _broken ?? failure);
            _owner.ExitPump();
        }

        _owner.OnFilled();
    }

    /// <summary>Every read fails from now on, the pending one at once unless the system holds its memory. Under <see cref="ReadLock"/>.</summary>
    public void Break(Exception reason)
    {
        _broken ??= reason;
        if (_isReadPending && !_isFilling)
            Complete(0, _broken);
    }

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    private void Complete(int count, Exception? failure)
    {
        _isReadPending = false;
        _readMemory = default;
        if (failure is null)
            _read.SetResult(count);
        else
            _read.SetException(failure);
    }

    private int TryReadInTurn(Span<byte> buffer, out Exception? failure)
    {
        failure = null;
        if (_readsLeft == 0)
            return SocketLink.WouldBlock;
        if (!buffer.IsEmpty)
            _readsLeft--;
        return TryRead(buffer, out failure);
    }

    /// <summary>An empty buffer asks whether there is something to read, or the end: so SslStream rents memory only then.</summary>
    private int TryRead(Span<byte> buffer, out Exception? failure)
    {
        failure = null;
        try
        {
            if (buffer.IsEmpty && _isKnownReadable)
                return 0;
            _isKnownReadable = false;
            SocketError error = StreamIo.TryReceive(_socket, _handle, buffer, out int count);
            if (error == SocketError.WouldBlock)
                return SocketLink.WouldBlock;
            if (error != SocketError.Success)
            {
                failure = new SocketException((int)error);
                return 0;
            }

            if (!buffer.IsEmpty)
            {
                IsEndSeen |= count == 0;
                _isDrained = count > 0 && count < buffer.Length;
            }

            return count;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            failure = exception;
            return 0;
        }
    }
}
