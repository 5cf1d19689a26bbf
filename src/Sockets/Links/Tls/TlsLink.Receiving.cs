using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;

namespace Sockets.Links.Tls;

internal sealed partial class TlsLink
{
    private readonly Action _onReadCompleted;

    // SslStream's read of zero bytes, which completes when something is decrypted or the peer has ended its side. Under ReadLock.
    private ConfiguredValueTaskAwaitable<int>.ConfiguredValueTaskAwaiter _read;
    private bool _isReading;
    private volatile bool _isReadCompleted;
    private bool _isReadable;
    private SocketFailureException? _readFailure;

    public override bool HasPendingData
    {
        get
        {
            if (!_isOpen || Volatile.Read(ref _isReleased) != 0 || (_failure is not null && !_isReadable))
                return false;
            lock (_transport.ReadLock)
            {
                if (!_transport.IsFilling && PumpRead())
                    return true;
                if (!_transport.IsTurnOver)
                    return false;
            }

            Changed?.Invoke(); // an edge of the kernel is not repeated
            return false;
        }
    }

    public override int TryReceive(Span<byte> buffer) => TryReceive(buffer, isWaitNext: false);

    public override int ReceiveOrWait(Span<byte> buffer) => TryReceive(buffer, isWaitNext: true);

    /// <param name="buffer">See <see cref="TryReceive(Span{byte})"/>.</param>
    /// <param name="isWaitNext">Whether the caller waits for the system when this would block, so that it need not be asked before.</param>
    private int TryReceive(Span<byte> buffer, bool isWaitNext)
    {
        if (!_isOpen && !TryHandshake())
            return WouldBlock;
        lock (_transport.ReadLock)
        {
            if (!PumpRead(isWaitNext))
            {
                _transport.TryFlushQueue();
                return WouldBlock;
            }

            if (_readFailure is not null)
                throw _failure ??= _readFailure;
            return buffer.IsEmpty ? 0 : TakeDecrypted(buffer);
        }
    }

    /// <summary>Several buffers may be filled from one record, and from several.</summary>
    public override int TryReceive(ReadOnlySpan<Memory<byte>> buffers)
    {
        int total = 0;
        foreach (Memory<byte> buffer in buffers)
        {
            if (buffer.IsEmpty)
                continue;
            if (total > 0 && !HasPendingData)
                break;
            int count;
            try
            {
                count = TryReceive(buffer.Span);
            }
            catch (SocketFailureException) when (total > 0)
            {
                break; // kept: the next receive meets it
            }

            if (count < 0)
                return total > 0 ? total : count;
            total += count;
            if (count < buffer.Length)
                break;
        }

        return total > 0 ? total : TryReceive(Span<byte>.Empty);
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int count = _isOpen ? TryReceive(buffer.Span, isWaitNext: true) : WouldBlock;
        return count != WouldBlock ? new ValueTask<int>(count) : ReceiveByWaitingAsync(buffer, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveByWaitingAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        bool isTried = _isOpen;
        if (!isTried)
            await OpenAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            int count = isTried ? WouldBlock : TryReceive(buffer.Span, isWaitNext: true);
            isTried = false;
            if (count != WouldBlock)
                return count;
            if (IsTurnOver)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // others have their turn
            }
            else
            {
                await WaitForTransportAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private bool IsTurnOver
    {
        get
        {
            lock (_transport.ReadLock)
                return _transport.IsTurnOver && !_transport.IsFilling;
        }
    }

    private int TakeDecrypted(Span<byte> buffer)
    {
        int count;
        try
        {
            count = _ssl.Read(buffer);
        }
        catch (Exception exception)
        {
            throw Fail(exception);
        }

        if (count > 0)
        {
            _isReadable = false;
            return count;
        }

        return _transport.IsEndSeen ? throw Fail(Truncated(TlsFailures.Truncated(_peer))) : End;
    }

    /// <summary>Decrypts until there is something to take. True: data, the end, or a failure. Under <see cref="TlsTransport.ReadLock"/>.</summary>
    private bool PumpRead(bool isWaitNext = false)
    {
        if (_isReadable)
            return true;
        ThrowIfFailed();
        if (_isReading && !_isReadCompleted && _transport.IsFilling)
            return false;
        using var inline = InlineContinuations.Enter();
        EnterPump();
        _transport.SpareProbe(isWaitNext);
        try
        {
            while (!_isReadable)
            {
                if (!_isReading)
                {
                    StartReading();
                    if (_isReading && !_isReadCompleted)
                        return false; // the transport was asked just now, and has nothing
                }
                else if (_isReadCompleted)
                    EndReading();
                else if (!_transport.Fill())
                    return false;
            }

            return true;
        }
        finally
        {
            _transport.SpareProbe(false);
            ExitPump();
        }
    }

    private void StartReading()
    {
#pragma warning disable CA2012 // the awaiter is kept until its result is taken, once, by EndReading
        _read = _ssl.ReadAsync(Memory<byte>.Empty, CancellationToken.None).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        if (_read.IsCompleted)
        {
            EndReading();
            return;
        }

        _isReading = true;
        _isReadCompleted = false;
        _read.UnsafeOnCompleted(_onReadCompleted);
    }

    private void EndReading()
    {
        _isReading = false;
        _isReadable = true;
        try
        {
            _read.GetResult();
        }
        catch (Exception exception)
        {
            _readFailure = Describe(exception);
        }

        _read = default;
    }

    private void OnReadCompleted()
    {
        _isReadCompleted = true;
        if (!_transport.ReadLock.IsHeldByCurrentThread)
            SignalMove();
    }
}
