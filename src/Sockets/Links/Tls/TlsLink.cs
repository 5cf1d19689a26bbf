using System;
using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;
using Sockets.Platform;

namespace Sockets.Links.Tls;

/// <summary>
/// A stream of bytes under TLS: SslStream over <see cref="TlsTransport"/>, pumped by whoever calls, never waiting itself.
/// <para>Lock order: the lock of sending, then <see cref="TlsTransport.ReadLock"/>, then the transport's queue.</para>
/// </summary>
internal sealed partial class TlsLink : SocketLink
{
    private readonly PlainLink _plain;
    private readonly TlsTransport _transport;
    private readonly TlsHandshake _handshake;
    private readonly TlsBuffers _buffers;
    private readonly SslStream _ssl;
    private readonly string _peer;
    private volatile SocketFailureException? _failure;
    private volatile bool _isOpen;
    private int _isReleased;
    private TaskCompletionSource? _moved;
    private bool _isPumping;
    private bool _isSslClosed;

    /// <param name="plain">Connected, or on the way; the link owns it.</param>
    /// <param name="handshake">Our end of the handshake.</param>
    /// <param name="buffers">Where buffers come from.</param>
    public TlsLink(PlainLink plain, TlsHandshake handshake, TlsBuffers buffers)
    {
        _plain = plain;
        _handshake = handshake;
        _buffers = buffers;
        _peer = plain.RemoteEndPoint?.ToString() ?? "the peer";
        _transport = new TlsTransport(plain, buffers, this);
        _ssl = new SslStream(_transport, leaveInnerStreamOpen: true);
        _onReadCompleted = OnReadCompleted;
        if (plain.IsOpen)
            StartClock();
    }

    public override string SecurityName => "TLS";

    public override bool IsDatagram => false;

    public override EndPoint? LocalEndPoint => _plain.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => _plain.RemoteEndPoint;

    public override SystemSocket Underlying => _plain.Underlying;

    public override bool IsOpen => _isOpen;

    public override SocketSecurityInfo? Security => _handshake.Security;

    public override LinkWants Wants
    {
        get
        {
            if (!_plain.IsOpen)
                return _plain.Wants;
            LinkWants flush = _transport.NeedsWritability ? LinkWants.Write : LinkWants.None;
            return _isOpen || IsElsewhere ? flush : flush | LinkWants.Read;
        }
    }

    /// <summary>What is queued may be what the peer answers to, so it is flushed meanwhile.</summary>
    public override LinkWants ReceiveWants => !_isOpen ? Wants : _transport.IsWriterHeld ? LinkWants.Write : LinkWants.Read | Wants;

    public override LinkWants SendWants => _isOpen ? LinkWants.Write : Wants;

    public override bool CanSend => _isOpen && !_transport.HasQueue;

    /// <summary>For tests: SslStream's synchronous reads that had to touch the transport and found nothing.</summary>
    internal int StarvedReads => _transport.StarvedReads;

    /// <summary>
    /// Whether SslStream is at work but asks the transport for nothing: a continuation of it is on its way on another
    /// thread, which will tell by <see cref="SocketLink.Changed"/>.
    /// </summary>
    private bool IsElsewhere
    {
        get
        {
            lock (_transport.ReadLock)
                return IsElsewhereLocked;
        }
    }

    private bool IsElsewhereLocked => IsAtWork && !_isPumping && !_transport.IsReadPending && !_transport.IsWriterHeld;

    private bool IsAtWork => _isOpen ? _isReading && !_isReadCompleted : _task is { IsCompleted: false };

    public override bool Progress()
    {
        if (!_isOpen && !TryHandshake())
            return false;
        ThrowIfFailed();
        return Flush();
    }

    public override bool Wait(LinkWants wants, TimeSpan timeout)
    {
        TimeSpan limit = _isOpen ? timeout : Shorter(timeout, _handshake.Remaining(_deadline));
        Task? moved;
        lock (_transport.ReadLock)
        {
            // Another thread may have brought it since the caller looked, and the system has nothing to add to it.
            if (_isOpen ? wants.HasFlag(LinkWants.Read) && (_isReadable || (_isReading && _isReadCompleted)) : _task is { IsCompleted: true })
                return true;
            moved = AwaitMove();
        }

        if (!wants.HasFlag(LinkWants.Read))
            moved ??= _transport.FlushUnderWay;
        bool isReady = moved is not null ? moved.Wait(limit) : SystemSocketWait.Wait(_plain.Underlying, wants == LinkWants.None ? LinkWants.Read : wants, limit);
        if (isReady && moved is null && wants == LinkWants.Read)
            _transport.OnReadable();
        return isReady || limit != timeout; // the handshake's own time is over: pumping says so
    }

    /// <summary>SslStream asks the transport for something: off the pump, this is news. Under <see cref="TlsTransport.ReadLock"/>.</summary>
    internal void OnArmed()
    {
        if (!_isPumping)
            SignalMove();
    }

    /// <summary>A wait of the system is over, so that what it held may be freed.</summary>
    internal void OnFilled()
    {
        if (Volatile.Read(ref _isReleased) != 0)
            CloseSsl();
    }

    /// <summary>What had been left in the queue is with the system, or never will be.</summary>
    internal void OnFlushed() => Changed?.Invoke();

    /// <summary>Under <see cref="TlsTransport.ReadLock"/>.</summary>
    internal void EnterPump()
    {
        _isPumping = true;
        _transport.BeginTurn();
    }

    /// <summary>Under <see cref="TlsTransport.ReadLock"/>.</summary>
    internal void ExitPump() => _isPumping = false;

    /// <summary>Flushes, and lets SslStream go on if it was held. True: nothing is queued.</summary>
    private bool Flush()
    {
        try
        {
            bool isEmpty = _transport.FlushQueue();
            if (isEmpty && _transport.IsWriterHeld)
                ReleaseWriter();
            return isEmpty;
        }
        catch (Exception exception) when (exception is not SocketFailureException)
        {
            throw Fail(exception);
        }
    }

    private void ReleaseWriter()
    {
        lock (_transport.ReadLock)
        {
            using var inline = InlineContinuations.Enter();
            EnterPump();
            _transport.ReleaseWriter();
            ExitPump();
        }
    }

    /// <summary>Waits for whatever SslStream asks the transport for.</summary>
    private ValueTask WaitForTransportAsync(CancellationToken cancellationToken)
    {
        if (AwaitMove() is { } moved)
            return new ValueTask(moved.WaitAsync(cancellationToken));
        if (_transport.IsWriterHeld || (!_isOpen && _transport.HasQueue))
            return FlushAsync(cancellationToken);
        _transport.StartFlush();
        return _transport.FillAsync(cancellationToken);
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder))]
    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _transport.FlushQueueAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw Fail(exception);
        }

        if (_transport.IsWriterHeld)
            ReleaseWriter();
    }

    /// <summary>Null: SslStream is not elsewhere.</summary>
    private Task? AwaitMove()
    {
        lock (_transport.ReadLock)
            return IsElsewhereLocked ? (_moved ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : null;
    }

    private void SignalMove()
    {
        lock (_transport.ReadLock)
        {
            _moved?.TrySetResult();
            _moved = null;
        }

        Changed?.Invoke();
    }

    /// <summary>Keeps the first failure; later operations meet it again.</summary>
    private SocketFailureException Fail(Exception exception)
    {
        SocketFailureException failure = _failure ?? Describe(exception);
        _failure ??= failure;
        return failure;
    }

    private SocketFailureException Describe(Exception exception) => Volatile.Read(ref _isReleased) != 0
        ? new SocketFailureException(SocketFailureReason.Closed, "The socket was closed by this program.", exception)
        : Truncated(TlsFailures.Describe(exception, _peer, _isOpen, _transport.IsEndSeen));

    /// <summary>An end that is none: of a reset the system tells once, and it may have told a send.</summary>
    private SocketFailureException Truncated(SocketFailureException failure)
    {
        if (failure.Reason != SocketFailureReason.Truncated)
            return failure;
        if (_transport.WriteFailure is { } told)
            return SocketFailureException.From(told, $"The TLS connection with {_peer}");
        try
        {
            _plain.ConfirmEnd();
            return failure;
        }
        catch (SocketFailureException reset)
        {
            return reset;
        }
        catch (ObjectDisposedException)
        {
            return failure;
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
            throw new SocketFailureException(failure.Reason, failure.Message, failure) { CertificateProblem = failure.CertificateProblem };
    }

    private static TimeSpan Shorter(TimeSpan timeout, TimeSpan other) =>
        other == Timeout.InfiniteTimeSpan || (timeout != Timeout.InfiniteTimeSpan && timeout <= other) ? timeout : other;
}
