using System;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Diagnostics;
using Sockets.Links;

namespace Sockets;

public sealed partial class Socket
{
    /// <summary>
    /// Ends our side of a stream: the peer sees the end after everything that was sent, and can still send. Under TLS it says
    /// close_notify first. Does nothing on plain datagram sockets; under DTLS it ends the connection.
    /// </summary>
    public async ValueTask ShutdownSendAsync(CancellationToken cancellationToken = default)
    {
        _sending.Enter();
        try
        {
            ThrowIfUnusable();
            CancellationToken limited = _sending.Limit(cancellationToken);
            while (!_link.TryShutdownSend())
                await _link.SendWhenReadyAsync(ReadOnlyMemory<byte>.Empty, limited).ConfigureAwait(false);
            _isSendEnded = !_link.IsDatagram;
        }
        catch (Exception exception)
        {
            throw Translate(exception, "Ending the connection to", _sending, cancellationToken);
        }
        finally
        {
            _sending.Exit();
        }
    }

    /// <summary>As <see cref="ShutdownSendAsync"/>, blocking for <see cref="SendTimeout"/> at most.</summary>
    public void ShutdownSend()
    {
        _sending.Enter();
        try
        {
            ThrowIfUnusable();
            long start = _sending.Now;
            while (!_link.TryShutdownSend())
                WaitFor(_link.SendWants, _sending, start);
            _isSendEnded = !_link.IsDatagram;
        }
        catch (Exception exception)
        {
            throw Translate(exception, "Ending the connection to");
        }
        finally
        {
            _sending.Exit();
        }
    }

    /// <summary>Ends the connection at once and without good order: a stream is reset.</summary>
    public void Abort() => Release(static link => link.Abort());

    /// <summary>
    /// Closes the socket. What the system has accepted is still delivered. Says close_notify when that needs no wait;
    /// <see cref="ShutdownSendAsync"/> before it makes sure. Pending operations end with <see cref="SocketFailureReason.Closed"/>.
    /// </summary>
    public void Dispose() => Release(static link => link.Dispose());

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Release(Action<SocketLink> release)
    {
        Action? disposed;
        lock (_receiving)
        {
            if (_isDisposed != 0)
                return;
            _isDisposed = 1;
            disposed = _disposed;
            _disposed = null;
        }

        _poll.Close();
        try
        {
            release(_link);
        }
        finally
        {
            SocketsMeter.Closed(_link.SecurityName);
            disposed?.Invoke();
        }
    }
}
