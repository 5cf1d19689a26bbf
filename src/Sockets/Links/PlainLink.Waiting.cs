using System;
using System.Net.Sockets;
using Sockets.Platform;

namespace Sockets.Links;

internal sealed partial class PlainLink
{
    private volatile PlainWaiting _waiting;

    /// <summary>One system call for what otherwise takes three: one that finds nothing, one that waits, one that receives.</summary>
    public override int ReceiveOrWait(Span<byte> buffer)
    {
        if (_waiting != PlainWaiting.Inside && !TryWaitInside())
            return TryReceive(buffer);
        SocketError error = StreamIo.Receive(_handle, buffer, out int count);

        // When it is closed meanwhile, the platform ends the call by ending the connection.
        ObjectDisposedException.ThrowIf(_handle.IsClosed, _socket);
        return error == SocketError.Success ? ToReceived(count, buffer.Length) : ToBlocked(error);
    }

    /// <summary>
    /// The socket blocks from now on, for receives alone: what else there is of this link asks not to wait by itself. False: what
    /// relies on a socket that does not block was used already.
    /// </summary>
    private bool TryWaitInside()
    {
        if (_waiting == PlainWaiting.Outside || !StreamIo.CanBlock || !_isConnected)
            return false;
        lock (_handle)
        {
            if (_waiting == PlainWaiting.Undecided)
                _waiting = StreamIo.TrySetBlocking(_handle, isBlocking: true) ? PlainWaiting.Inside : PlainWaiting.Outside;
            return _waiting == PlainWaiting.Inside;
        }
    }

    /// <summary>The system's socket for somebody else who moves bytes: it does not block from now on.</summary>
    public SystemSocket TakeOver()
    {
        WaitOutside();
        return _socket;
    }

    /// <summary>The socket does not block, and never will again: the platform's asynchronous calls rely on it, and sendfile, and whoever takes it over.</summary>
    private void WaitOutside()
    {
        if (_waiting == PlainWaiting.Outside)
            return;
        lock (_handle)
        {
            if (_waiting == PlainWaiting.Inside && !_handle.IsClosed)
                StreamIo.TrySetBlocking(_handle, isBlocking: false);
            _waiting = PlainWaiting.Outside;
        }
    }
}
