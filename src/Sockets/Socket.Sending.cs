using System;
using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Diagnostics;
using Sockets.Engine;
using Sockets.Links;

namespace Sockets;

public sealed partial class Socket
{
    /// <summary>Sends what can be sent now. False: nothing can, and nothing was done.</summary>
    /// <param name="buffer">The bytes; on datagram sockets one datagram, which may be empty and is sent whole.</param>
    /// <param name="bytesSent">How many were accepted: a stream may take a part.</param>
    /// <exception cref="SocketFailureException">The connection failed, or the datagram is longer than <see cref="MaxDatagramLength"/>.</exception>
    public bool TrySend(ReadOnlySpan<byte> buffer, out int bytesSent) =>
        Accepted(Send(buffer, buffer.Length, static (socket, buffer) => socket.TrySendOnce(socket._link.TrySend(buffer))), out bytesSent);

    /// <summary>As <see cref="TrySend(ReadOnlySpan{byte}, out int)"/>, from several buffers in order; on datagram sockets as one datagram.</summary>
    public bool TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> buffers, out int bytesSent) =>
        Accepted(Send(buffers, TotalLength(buffers), static (socket, buffers) => socket.TrySendOnce(socket._link.TrySend(buffers))), out bytesSent);

    /// <summary>
    /// Sends everything; blocks until the system has it. Returns fewer bytes than given only when <see cref="SendTimeout"/> ran
    /// out after some were accepted.
    /// </summary>
    /// <inheritdoc cref="TrySend(ReadOnlySpan{byte}, out int)"/>
    public int Send(ReadOnlySpan<byte> buffer) => Send(buffer, buffer.Length, static (socket, buffer) =>
    {
        long start = socket._sending.Now;
        int total = 0;
        do
        {
            int sent = socket._link.TrySend(buffer[total..]);
            if (!socket.GoesOn(sent, ref total, start))
                return total;
        }
        while (total < buffer.Length);
        socket.Flush(start);
        return total;
    });

    /// <summary>As <see cref="Send(ReadOnlySpan{byte})"/>, from several buffers in order; on datagram sockets as one datagram.</summary>
    public int Send(ReadOnlySpan<ReadOnlyMemory<byte>> buffers) => Send(buffers, TotalLength(buffers), static (socket, buffers) =>
    {
        long start = socket._sending.Now;
        int length = TotalLength(buffers);
        int total = 0;
        do
        {
            int sent = socket._link.TrySendFrom(buffers, total);
            if (!socket.GoesOn(sent, ref total, start))
                return total;
        }
        while (total < length);
        socket.Flush(start);
        return total;
    });

    /// <summary>
    /// Sends everything; completes when the system has it. Returns fewer bytes than given only when the wait was cancelled, or
    /// <see cref="SendTimeout"/> ran out, after some were accepted; before that it throws. The socket can be used on in every case.
    /// </summary>
    /// <param name="buffer">The bytes; on datagram sockets one datagram. Not to be changed before completion.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SocketFailureException">The connection failed, or the time is over.</exception>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        SendAsync(buffer, buffer.Length, static (link, buffer, limited) => link.SendAsync(buffer, limited), cancellationToken);

    /// <summary>As <see cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, from several buffers in order; on datagram sockets as one datagram.</summary>
    public ValueTask<int> SendAsync(ReadOnlyMemory<ReadOnlyMemory<byte>> buffers, CancellationToken cancellationToken = default) =>
        SendAsync(buffers, TotalLength(buffers.Span), static (link, buffers, limited) => link.SendAsync(buffers, limited), cancellationToken);

    /// <summary>As <see cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, a sequence; on datagram sockets as one datagram.</summary>
    public ValueTask<long> SendAsync(ReadOnlySequence<byte> buffer, CancellationToken cancellationToken = default) =>
        SendAsync(buffer, buffer.Length, static (link, buffer, limited) => link.SendAsync(buffer, limited), cancellationToken);

    /// <summary>The frame of every send on the caller's thread.</summary>
    private int Send<TSource>(TSource source, int length, Func<Socket, TSource, int> send)
        where TSource : allows ref struct
    {
        _sending.Enter();
        try
        {
            ThrowIfUnableToSend();
            CheckDatagramLength(length);
            return send(this, source);
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

    /// <summary>The frame of every send that waits without a thread.</summary>
    private ValueTask<TCount> SendAsync<TSource, TCount>(TSource source, long length, Func<SocketLink, TSource, CancellationToken, ValueTask<TCount>> send, CancellationToken cancellationToken)
        where TCount : struct, IBinaryInteger<TCount>
    {
        ValueTask<TCount> sending;
        if (!_sending.TryEnter())
            return ValueTask.FromException<TCount>(_sending.CreateOverlap());
        try
        {
            ThrowIfUnableToSend();
            CheckDatagramLength(length);
            sending = send(_link, source, _sending.Limit(cancellationToken));
            if (sending.IsCompletedSuccessfully)
            {
                TCount sent = sending.Result;
                SocketsMeter.CountSent(long.CreateTruncating(sent), _link.SecurityName);
                _sending.Exit();
                return new ValueTask<TCount>(sent);
            }
        }
        catch (Exception exception)
        {
            sending = ValueTask.FromException<TCount>(exception);
        }

        return EndSendAsync(sending, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    private async ValueTask<TCount> EndSendAsync<TCount>(ValueTask<TCount> sending, CancellationToken cancellationToken)
        where TCount : struct, IBinaryInteger<TCount>
    {
        try
        {
            TCount sent = await sending.ConfigureAwait(false);
            SocketsMeter.CountSent(long.CreateTruncating(sent), _link.SecurityName);
            return sent;
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

    private int TrySendOnce(int sent)
    {
        if (sent == SocketLink.WouldBlock)
            _sending.Blocked |= LinkWants.Write;
        else if (SocketsMeter.IsCountingBytes)
            SocketsMeter.CountSent(sent, _link.SecurityName);
        return sent;
    }

    private static bool Accepted(int sent, out int bytesSent)
    {
        bytesSent = Math.Max(sent, 0);
        return sent != SocketLink.WouldBlock;
    }

    /// <summary>Adds up what was accepted, or waits for room. False: the time is over, and what was accepted before counts.</summary>
    private bool GoesOn(int sent, ref int total, long start)
    {
        if (sent == SocketLink.WouldBlock)
            return _link.Wait(_link.SendWants, _sending.Remaining(start)) || (total > 0 ? false : throw _sending.CreateTimeout(RemoteEndPoint));
        total += sent;
        SocketsMeter.CountSent(sent, _link.SecurityName);
        return true;
    }

    /// <summary>Waits until the system has what was accepted; when the time is over, that is left to the next operation.</summary>
    private void Flush(long start)
    {
        while (!_link.TryFlush() && _link.Wait(_link.SendWants, _sending.Remaining(start)))
        {
        }
    }

    private void CheckDatagramLength(long length)
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
