using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Diagnostics;
using Sockets.Engine;
using Sockets.Links;

namespace Sockets;

public sealed partial class Socket
{
    /// <summary>Receives what is there now. False: nothing is, and nothing was done.</summary>
    /// <param name="buffer">Takes the bytes. Empty on a stream: asks whether there are any.</param>
    /// <param name="result">What was received.</param>
    /// <exception cref="SocketFailureException">The connection failed.</exception>
    public bool TryReceive(Span<byte> buffer, out SocketReceiveResult result)
    {
        // Written out: this and its sending twin are what a poll's loop consists of.
        _receiving.Enter();
        try
        {
            ThrowIfUnusable();
            SocketLink link = _link;
            int received = link.TryReceive(buffer);
            if (received <= 0 || received > buffer.Length)
            {
                SocketReceiveResult? other = Interpret(received, buffer.Length);
                result = other.GetValueOrDefault();
                return other is not null;
            }

            if (SocketsMeter.IsCountingBytes)
                SocketsMeter.CountReceived(received, link.SecurityName);
            result = new SocketReceiveResult(received);
            return true;
        }
        catch (Exception exception)
        {
            throw Translate(exception, "Receiving from");
        }
        finally
        {
            _receiving.Exit();
        }
    }

    /// <summary>As <see cref="TryReceive(Span{byte}, out SocketReceiveResult)"/>, into several buffers in order.</summary>
    public bool TryReceive(ReadOnlySpan<Memory<byte>> buffers, out SocketReceiveResult result)
    {
        SocketReceiveResult? received = Receive(buffers, static (socket, buffers) => socket.Interpret(socket._link.TryReceive(buffers), TotalLength(buffers)));
        result = received.GetValueOrDefault();
        return received is not null;
    }

    /// <summary>Receives; blocks until there is something, for <see cref="ReceiveTimeout"/> at most.</summary>
    /// <inheritdoc cref="TryReceive(Span{byte}, out SocketReceiveResult)"/>
    public SocketReceiveResult Receive(Span<byte> buffer) => Receive(buffer, static (socket, buffer) =>
    {
        long start = socket._receiving.Now;
        SocketReceiveResult? result;
        while ((result = socket.Interpret(socket._receiving.IsTimed ? socket._link.TryReceive(buffer) : socket._link.ReceiveOrWait(buffer), buffer.Length)) is null)
            socket.WaitFor(socket._link.ReceiveWants, socket._receiving, start);
        return result.GetValueOrDefault();
    });

    /// <summary>As <see cref="Receive(Span{byte})"/>, into several buffers in order.</summary>
    public SocketReceiveResult Receive(ReadOnlySpan<Memory<byte>> buffers) => Receive(buffers, static (socket, buffers) =>
    {
        long start = socket._receiving.Now;
        int length = TotalLength(buffers);
        SocketReceiveResult? result;
        while ((result = socket.Interpret(socket._link.TryReceive(buffers), length)) is null)
            socket.WaitFor(socket._link.ReceiveWants, socket._receiving, start);
        return result.GetValueOrDefault();
    });

    /// <summary>
    /// Receives, waiting without a thread. An empty buffer waits until there is something and takes nothing, so that no memory
    /// needs to be held meanwhile. Cancellation and <see cref="ReceiveTimeout"/> end the wait only: nothing is lost, and the
    /// socket can be used on.
    /// </summary>
    /// <param name="buffer">Takes the bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SocketFailureException">The connection failed, or the time is over.</exception>
    public ValueTask<SocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ReceiveAsync(buffer, buffer.Length, static (link, buffer, limited) => link.ReceiveAsync(buffer, limited), cancellationToken);

    /// <summary>As <see cref="ReceiveAsync(Memory{byte}, CancellationToken)"/>, into several buffers in order.</summary>
    public ValueTask<SocketReceiveResult> ReceiveAsync(ReadOnlyMemory<Memory<byte>> buffers, CancellationToken cancellationToken = default) =>
        ReceiveAsync(buffers, TotalLength(buffers.Span), static (link, buffers, limited) => link.ReceiveAsync(buffers, limited), cancellationToken);

    /// <summary>The frame of every receive on the caller's thread.</summary>
    private TResult Receive<TRoom, TResult>(TRoom room, Func<Socket, TRoom, TResult> receive)
        where TRoom : allows ref struct
    {
        _receiving.Enter();
        try
        {
            ThrowIfUnusable();
            return receive(this, room);
        }
        catch (Exception exception)
        {
            throw Translate(exception, "Receiving from");
        }
        finally
        {
            _receiving.Exit();
        }
    }

    /// <summary>The frame of every receive that waits without a thread.</summary>
    private ValueTask<SocketReceiveResult> ReceiveAsync<TRoom>(TRoom room, int length, Func<SocketLink, TRoom, CancellationToken, ValueTask<int>> receive, CancellationToken cancellationToken)
    {
        ValueTask<int> receiving;
        if (!_receiving.TryEnter())
            return ValueTask.FromException<SocketReceiveResult>(_receiving.CreateOverlap());
        try
        {
            ThrowIfUnusable();
            receiving = receive(_link, room, _receiving.Limit(cancellationToken));
            if (receiving.IsCompletedSuccessfully)
            {
                SocketReceiveResult result = Interpret(receiving.Result, length).GetValueOrDefault();
                _receiving.Exit();
                return new ValueTask<SocketReceiveResult>(result);
            }
        }
        catch (Exception exception)
        {
            receiving = ValueTask.FromException<int>(exception);
        }

        return EndReceiveAsync(receiving, length, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    private async ValueTask<SocketReceiveResult> EndReceiveAsync(ValueTask<int> receiving, int length, CancellationToken cancellationToken)
    {
        try
        {
            return Interpret(await receiving.ConfigureAwait(false), length).GetValueOrDefault();
        }
        catch (Exception exception)
        {
            throw Translate(exception, "Receiving from", _receiving, cancellationToken);
        }
        finally
        {
            _receiving.Exit();
        }
    }

    /// <summary>Null: nothing is there.</summary>
    private SocketReceiveResult? Interpret(int received, int length)
    {
        switch (received)
        {
            case SocketLink.WouldBlock:
                _receiving.Blocked |= LinkWants.Read;
                return null;
            case SocketLink.End:
            case 0 when length > 0 && !_link.IsDatagram:
                _link.ConfirmEnd();
                return new SocketReceiveResult(0, IsEnd: true);
            default:
                bool isTruncated = received > length;
                int count = isTruncated ? length : received;
                SocketsMeter.CountReceived(count, _link.SecurityName);
                return new SocketReceiveResult(count, IsEnd: false, isTruncated);
        }
    }

    private static int TotalLength(ReadOnlySpan<Memory<byte>> buffers)
    {
        long length = 0;
        foreach (Memory<byte> buffer in buffers)
            length += buffer.Length;
        return length <= int.MaxValue ? (int)length : throw new ArgumentException("The buffers have 2 GiB or more together, which no operation takes at once.", nameof(buffers));
    }

    private void WaitFor(LinkWants wants, OperationGate gate, long start)
    {
        // Readiness does not end the wait when the time is over: what makes ready may bring nothing, again and again.
        TimeSpan remaining = gate.Remaining(start);
        if (remaining == TimeSpan.Zero || !_link.Wait(wants, remaining))
            throw gate.CreateTimeout(RemoteEndPoint);
    }
}
