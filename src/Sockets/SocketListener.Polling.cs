using System;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Sockets.Engine;
using Sockets.Links;
using Sockets.Platform;

namespace Sockets;

public sealed partial class SocketListener : IPollable
{
    // How long a blocked accept goes without looking whether the listener is closed or has room again.
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50);

    private PollRegistration _poll;

    SystemSocket? IPollable.Underlying => !_isDrivenByPoll ? null : Polled?.Underlying ?? _streams[0].Socket;

    // While there is no room nothing is asked of the system, or it would tell of the backlog again and again.
    bool IPollable.IsOpen => !_isDrivenByPoll || Polled is not null || _pipeline.CanTake;

    bool IPollable.IsBare => false;

    LinkWants IPollable.Wants => _isDrivenByPoll && Polled is { } acceptor ? acceptor.Wants : LinkWants.None;

    bool IPollable.HasPendingData => !_isDrivenByPoll ? _pipeline.Ready.Count > 0 : Polled is { QueueLength: > 0 };

    bool IPollable.CanSend => false;

    long IPollable.NextTimeout => !_isDrivenByPoll ? long.MaxValue : Polled?.NextTimeout ?? _pipeline.RetryAt;

    TimeProvider IPollable.TimeProvider => _pipeline.TimeProvider;

    ref PollRegistration IPollable.Registration => ref _poll;

    private DatagramAcceptor? Polled => _datagrams.Length > 0 ? _datagrams[0] : null;

    void IPollable.StartSignalling()
    {
        _pipeline.Changed = () => _poll.SignalChange();
        if (_isDrivenByPoll && Polled is { } acceptor)
            acceptor.Changed = _pipeline.Changed;
    }

    bool IPollable.Progress()
    {
        if (!_isDrivenByPoll)
            return true;
        _pipeline.CheckRetry();
        Polled?.Progress();
        return true;
    }

    SocketFailureException IPollable.Fail(Exception exception) => exception as SocketFailureException
        ?? (exception is SocketException socketException
            ? SocketFailureException.From(socketException, $"Listening on {LocalEndPoint}")
            : new SocketFailureException(SocketFailureReason.Other, $"Listening on {LocalEndPoint} failed: {exception.Message.TrimEnd('.')}.", exception));

    private bool TryAcceptPolled([NotNullWhen(true)] out Socket? socket)
    {
        if (_pipeline.Gate.IsStopped)
            throw CreateClosed(null);
        if (Polled is { } acceptor)
        {
            if (!acceptor.TryAccept(out SocketLink? link))
            {
                acceptor.Progress();
                acceptor.TryAccept(out link);
            }

            socket = link is null ? null : _pipeline.Adopt(link);
        }
        else
        {
            _pipeline.TryTake(_streams[0].Socket, out socket);
        }

        _poll.SignalOperation(socket is null ? LinkWants.Read : LinkWants.None);
        return socket is not null;
    }

    /// <summary>Blocks for a connection and drives its handshake; those that fail are counted and passed over.</summary>
    private Socket AcceptByWaiting()
    {
        SystemSocket listening = ((IPollable)this).Underlying!;
        while (true)
        {
            if (TryAcceptPolled(out Socket? socket))
            {
                if (TryOpen(socket))
                    return socket;
            }
            else
            {
                Wait(listening);
            }
        }
    }

    private void Wait(SystemSocket listening)
    {
        try
        {
            if (((IPollable)this).IsOpen)
                SystemSocketWait.Wait(listening, LinkWants.Read, Slice);
            else
                System.Threading.Thread.Sleep(Slice);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // Closed: the next attempt says so.
        }
    }

    private static bool TryOpen(Socket socket)
    {
        try
        {
            while (socket.State == SocketState.Connecting)
            {
                SocketLink link = socket.Link;
                if (!link.Progress())
                    link.Wait(link.Wants, Slice);
            }

            return true;
        }
        catch (Exception)
        {
            socket.Abort();
            return false;
        }
    }
}
