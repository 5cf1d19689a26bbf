using System;
using Sockets.Engine;
using Sockets.Links;

namespace Sockets;

public sealed partial class Socket : IPollable
{
    private readonly TimeProvider _timeProvider;
    private PollRegistration _poll;
    private Action? _signalChange;

    SystemSocket? IPollable.Underlying => _link.Underlying;

    bool IPollable.IsOpen => _link.IsOpen;

    bool IPollable.IsBare => _link.IsBare;

    LinkWants IPollable.Wants => _link.Wants;

    bool IPollable.HasPendingData => _link.HasPendingData;

    bool IPollable.CanSend => _link.CanSend;

    long IPollable.NextTimeout => _link.NextTimeout;

    TimeProvider IPollable.TimeProvider => _timeProvider;

    ref PollRegistration IPollable.Registration => ref _poll;

    void IPollable.StartSignalling() => _link.Changed = _signalChange ??= () => _poll.SignalChange();

    bool IPollable.Progress() => _link.Progress();

    /// <summary>Whatever it is, also a timeout of the handshake: the connection is over.</summary>
    SocketFailureException IPollable.Fail(Exception exception)
    {
        string what = _link.IsOpen ? "The connection to" : "Connecting to";
        SocketFailureException failure = Translate(exception, what) as SocketFailureException
            ?? new SocketFailureException(SocketFailureReason.Other, $"{what} {RemoteEndPoint} failed: {exception.Message.TrimEnd('.')}.", exception);
        if (_isDisposed == 0)
            _failure ??= failure;
        return failure;
    }
}
