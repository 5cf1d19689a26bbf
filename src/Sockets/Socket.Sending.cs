using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Diagnostics;
using Sockets.Links;

namespace Sockets;

public sealed partial class Socket
{
    /// <summary>Sends what can be sent now. False: nothing can, and nothing was done.</summary>
    /// <param name="buffer">The bytes; on datagram sockets one datagram, which may be empty and is sent whole.</param>
    /// <param name="bytesSent">How many were accepted: a stream may take a part.</param>
    /// <exception cref="SocketFailureException">The connection failed, or the datagram is longer than <see cref="MaxDatagramLength"/>.</exception>
    public bool TrySend(ReadOnlySpan<byte> buffer, out int bytesSent)
    {
        _sending.Enter();
        try
        {
            ThrowIfUnableToSend();
            CheckDatagramLength(buffer.Length);
            bytesSent = _link.TrySend(buffer);
            return Accepted(ref bytesSent);
        }
        catch (Exception exception)
        {
            throw Translate(exception, "Sending to");
        }
        finally
        {
            _sending.Exit();
        }
    }

    /// <summary>As <see cref="TrySend(ReadOnlySpan{byte}, out int)"/>, from several buffers in order; on datagram sockets as one datagram.</summary>
    public bool TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> buffers, out int bytesSent)
    {
        _sending.Enter();
        try
        {
            ThrowIfUnableToSend();
            CheckDatagramLength(TotalLength(buffers));
            bytesSent = _link.TrySend(buffers);
            return Accepted(ref bytesSent);
        }
        catch (Exception exception)
        {
            throw Translate(exception, "Sending to");
        }
        finally
        {
            _sending.Exit();
        }
    }

    /// <summary>
    /// Sends everything; blocks until the system has it. Returns fewer bytes than given only when <see cref="SendTimeout"/> ran
    /// out after some were accepted.
    /// </summary>
    /// <inheritdoc cref="TrySend(ReadOnlySpan{byte}, out int)"/>
    public int Send(ReadOnlySpan<byte> buffer)
    {
        _sending.Enter();
        try
        {
            ThrowIfUnableToSend();
            CheckDatagramLength(buffer.Length);
            long start = _sending.Now;
            int total = 0;
            do
            {
                int sent = _link.TrySend(buffer[total..]);
                if (sent != SocketLink.WouldBlock)
                    total += Counted(sent);
                else if (!_link.Wait(_link.SendWants, _sending.Remaining(start)))
                    return total > 0 ? total : throw _sending.CreateTimeout(RemoteEndPoint);
            }
            while (total < buffer.Length);
            Flush(start);
            return total;
        }
        catch (Exception exception)
        {
            throw Translate(exception, "Sending to");
        }
        finally
        {
            _sending.Exit();
        }
    }

    /// <summary>
    /// Sends everything; completes when the system has it. Returns fewer bytes than given only when the wait was cancelled, or
    /// <see cref="SendTimeout"/> ran out, after some were accepted; before that it throws. The socket can be used on in every case.
    /// </summary>
    /// <param name="buffer">The bytes; on datagram sockets one datagram. Not to be changed before completion.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SocketFailureException">The connection failed, or the time is over.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _sending.Enter();
        try
        {
            ThrowIfUnableToSend();
            CheckDatagramLength(buffer.Length);
            CancellationToken limited = _sending.Limit(cancellationToken);
            return Counted(await _link.SendAsync(buffer, limited).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            throw Translate(exception, "Sending to", _sending, cancellationToken);
        }
        finally
        {
            _sending.Exit();
        }
    }

    /// <summary>Waits until the system has what was accepted; when the time is over, that is left to the next operation.</summary>
    private void Flush(long start)
    {
        while (!_link.TryFlush() && _link.Wait(_link.SendWants, _sending.Remaining(start)))
        {
        }
    }

    private bool Accepted(ref int bytesSent)
    {
        if (bytesSent != SocketLink.WouldBlock)
        {
            Counted(bytesSent);
            return true;
        }

        _sending.Blocked |= LinkWants.Write;
        bytesSent = 0;
        return false;
    }

    private int Counted(int bytesSent)
    {
        SocketsMeter.CountSent(bytesSent, _link.SecurityName);
        return bytesSent;
    }

    private void CheckDatagramLength(int length)
    {
        if (length > _link.MaxDatagramLength)
            throw new SocketFailureException(SocketFailureReason.MessageTooLarge, $"A datagram of {length} bytes is too long for {RemoteEndPoint}: at most {_link.MaxDatagramLength} bytes fit.");
    }

    private static int TotalLength(ReadOnlySpan<ReadOnlyMemory<byte>> buffers)
    {
        long length = 0;
        foreach (ReadOnlyMemory<byte> buffer in buffers)
            length += buffer.Length;
        return length <= int.MaxValue ? (int)length : throw new ArgumentException("The buffers have 2 GiB or more together, which no operation takes at once.", nameof(buffers));
    }
}
