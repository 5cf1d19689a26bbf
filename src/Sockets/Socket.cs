using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Sockets.Diagnostics;
using Sockets.Engine;
using Sockets.Links;

namespace Sockets;

/// <summary>
/// One connection to one peer, plain, under TLS or under DTLS: the same calls do the same whatever the security. Streams
/// deliver bytes; datagram sockets keep boundaries, and an empty datagram is no end.
/// <para>One receive and one send at a time, each from any thread; the two may run at once. A second one of the same kind is an
/// <see cref="InvalidOperationException"/>; <c>SocketAsync</c> is the face that queues.</para>
/// </summary>
public sealed partial class Socket : IDisposable, IAsyncDisposable
{
    private volatile SocketLink _link; // replaced when an accepted link is open, or a plain one is upgraded
    private readonly OperationGate _receiving;
    private readonly OperationGate _sending;
    private SocketFailureException? _failure;
    private Action? _disposed;
    private bool _isSendEnded;
    private bool _isPiped;
    private int _isDisposed;

    internal Socket(SocketLink link, SocketTransport transport, TimeProvider timeProvider)
    {
        _link = link;
        Transport = transport;
        _timeProvider = timeProvider;
        _receiving = new OperationGate("receive", timeProvider, this);
        _sending = new OperationGate("send", timeProvider, this);
        SocketsMeter.Opened(link.SecurityName);
    }

    /// <summary>What travels below the security.</summary>
    public SocketTransport Transport { get; }

    /// <summary>How far it has come.</summary>
    public SocketState State => _isDisposed != 0 || _failure is not null ? SocketState.Closed : _link.IsOpen ? SocketState.Open : SocketState.Connecting;

    /// <summary>Our address.</summary>
    public EndPoint? LocalEndPoint => _link.LocalEndPoint;

    /// <summary>The peer's address; of a connection that came through a trusted proxy, its client's (see <see cref="Proxied"/>).</summary>
    public EndPoint? RemoteEndPoint => _proxiedRemote ?? _link.RemoteEndPoint;

    /// <summary>What the handshake agreed on. Null: not secure, or not open yet.</summary>
    public SocketSecurityInfo? Security => _link.IsOpen ? _link.Security : null;

    /// <summary>Most bytes that one datagram can carry; <see cref="int.MaxValue"/> on streams.</summary>
    public int MaxDatagramLength => _link.MaxDatagramLength;

    /// <summary>How long one receive may take, synchronous or not. Default: <see cref="Timeout.InfiniteTimeSpan"/>; what is longer than 24 days counts as that.</summary>
    public TimeSpan ReceiveTimeout
    {
        get => _receiving.Timeout;
        set => _receiving.Timeout = value;
    }

    /// <summary>How long one send may take, synchronous or not. Default: <see cref="Timeout.InfiniteTimeSpan"/>; what is longer than 24 days counts as that.</summary>
    public TimeSpan SendTimeout
    {
        get => _sending.Timeout;
        set => _sending.Timeout = value;
    }

    /// <summary>Free for the application.</summary>
    public object? Tag { get; set; }

    internal SocketLink Link => _link;

    /// <summary>Whether bytes may be on their way in a pipe on top of this.</summary>
    internal bool IsPiped
    {
        get => Volatile.Read(ref _isPiped);
        set => Volatile.Write(ref _isPiped, value);
    }

    /// <summary>Whether somebody else can go on with it: open in both directions, used by nobody now, in no poll.</summary>
    internal bool IsAtRest => State == SocketState.Open && !_isSendEnded && !_receiving.IsEntered && !_sending.IsEntered && _poll.Observer is null;

    /// <summary>Called once, when the socket is disposed: a listener's count, a poll's entry.</summary>
    internal void OnDisposed(Action action)
    {
        lock (_receiving)
        {
            if (_isDisposed == 0)
            {
                _disposed += action;
                return;
            }
        }

        action();
    }

    /// <summary>Puts whatever an operation met into one exception; what ended the connection is kept and said again.</summary>
    private Exception Translate(Exception exception, string what)
    {
        if (_isDisposed != 0)
            return new SocketFailureException(SocketFailureReason.Closed, "The socket was closed by this program.", exception);
        if (exception is OperationCanceledException or ArgumentException or InvalidOperationException and not ObjectDisposedException)
            return exception;
        SocketFailureException failure = exception switch
        {
            SocketFailureException known => known,
            SocketException socketException => SocketFailureException.From(socketException, $"{what} {RemoteEndPoint}"),
            ObjectDisposedException => new SocketFailureException(SocketFailureReason.Closed, $"{what} {RemoteEndPoint} failed: this program closed the socket that it shares with others.", exception),
            _ => new SocketFailureException(SocketFailureReason.Other, $"{what} {RemoteEndPoint} failed: {exception.Message.TrimEnd('.')}.", exception),
        };
        if (!IsPassing(failure))
            _failure ??= failure;
        return failure;
    }

    /// <summary>Whether it leaves the socket as it was: a limit of ours, a datagram that is too large, a bad file; and what the system has against one datagram.</summary>
    private bool IsPassing(SocketFailureException failure) => failure.Reason switch
    {
        SocketFailureReason.MessageTooLarge or SocketFailureReason.FileUnreadable => true,
        SocketFailureReason.TimedOut when failure.SocketError == SocketError.Success => true,
        _ => failure.SocketError != SocketError.Success && _link.OutlivesErrors,
    };

    /// <summary>As <see cref="Translate(Exception, string)"/>, at the end of an operation that could be cancelled.</summary>
    private Exception Translate(Exception exception, string what, OperationGate gate, CancellationToken cancellationToken) =>
        exception is OperationCanceledException cancelled && (_isDisposed == 0 || cancellationToken.IsCancellationRequested)
            ? gate.Translate(cancelled, RemoteEndPoint, cancellationToken)
            : Translate(exception, what);

    /// <summary>What is sent after our side was ended is this program's doing, and no failure of the connection.</summary>
    private void ThrowIfUnableToSend()
    {
        ThrowIfUnusable();
        if (_isSendEnded)
            throw new InvalidOperationException("This side of the connection was ended: ShutdownSend comes after the last send.");
    }

    private void ThrowIfUnusable()
    {
        if (_isDisposed != 0)
            throw new SocketFailureException(SocketFailureReason.Closed, "The socket was closed by this program.");
        if (_failure is { } failure)
            throw new SocketFailureException(failure.Reason, failure.Message, failure) { CertificateProblem = failure.CertificateProblem };
    }
}
