using System;
using System.Threading;

namespace Sockets.Links.Tls;

internal sealed partial class TlsLink
{
    public override void Abort() => Release(isAbort: true);

    public override void Dispose() => Release(isAbort: false);

    private void Release(bool isAbort)
    {
        if (Interlocked.Exchange(ref _isReleased, 1) != 0)
            return;
        if (!isAbort)
            SayEndIfReady();

        // First the system's socket, so that what waits for it ends; then SslStream's read, so that it gives its buffer back;
        // then SslStream. What the system still holds is freed by the wait that ends.
        if (isAbort && (_isOpen || _failure is null))
            _plain.Abort(); // but the alert of a failed handshake is let out
        else
            _plain.Dispose();
        _transport.Release();
        lock (_transport.ReadLock)
        {
            using var inline = InlineContinuations.Enter();
            EnterPump();
            _transport.Break(new ObjectDisposedException(nameof(Socket)));
            _transport.ReleaseWriter();
            ExitPump();
            if (!_isOpen)
                _scope?.Fail(SocketFailureReason.Closed, "The socket was closed by this program during the handshake."); // nobody may pump again
        }

        LeaveHandshake();
        CloseSsl();
        SignalMove();
    }

    private void SayEndIfReady()
    {
        if (!_isOpen || _isEndSaid || _failure is not null || !_sendLock.TryEnter())
            return;
        try
        {
            if (!_transport.HasQueue)
                TrySayEnd();
        }
        catch (SocketFailureException)
        {
            // The peer is gone.
        }
        finally
        {
            _sendLock.Exit();
        }
    }

    private void CloseSsl()
    {
        lock (_transport.ReadLock)
        {
            if (_isSslClosed || _transport.IsFilling)
                return;
            _isSslClosed = true;
        }

        _ssl.Dispose();
        _handshake.Dispose();
    }
}
