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
        _receiving.Enter();
        try
        {
            ThrowIfUnusable();
            return Interpret(_link.TryReceive(buffer), buffer.Length, out result);
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
        _receiving.Enter();
        try
        {
            ThrowIfUnusable();
            return Interpret(_link.TryReceive(buffers), TotalLength(buffers), out result);
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

    /// <summary>Receives; blocks until there is something, for <see cref="ReceiveTimeout"/> at most.</summary>
    /// <inheritdoc cref="TryReceive(Span{byte}, out SocketReceiveResult)"/>
    public SocketReceiveResult Receive(Span<byte> buffer)
    {
        _receiving.Enter();
        try
        {
            ThrowIfUnusable();
            long start = _receiving.Now;
            SocketReceiveResult result;
            while (!Interpret(_link.TryReceive(buffer), buffer.Length, out result))
                WaitFor(_link.ReceiveWants, _receiving, start);
            return result;
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

    /// <summary>As <see cref="Receive(Span{byte})"/>, into several buffers in order.</summary>
    public SocketReceiveResult Receive(ReadOnlySpan<Memory<byte>> buffers)
    {
        _receiving.Enter();
        try
        {
            ThrowIfUnusable();
            long start = _receiving.Now;
            int length = TotalLength(buffers);
            SocketReceiveResult result;
            while (!Interpret(_link.TryReceive(buffers), length, out result))
                WaitFor(_link.ReceiveWants, _receiving, start);
            return result;
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

    /// <summary>
    /// Receives, waiting without a thread. An empty buffer waits until there is something and takes nothing, so that no memory
    /// needs to be held meanwhile. Cancellation and <see cref="ReceiveTimeout"/> end the wait only: nothing is lost, and the
    /// socket can be used on.
    /// </summary>
    /// <param name="buffer">Takes the bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SocketFailureException">The connection failed, or the time is over.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _receiving.Enter();
        try
        {
            ThrowIfUnusable();
            CancellationToken limited = _receiving.Limit(cancellationToken);
            Interpret(await _link.ReceiveAsync(buffer, limited).ConfigureAwait(false), buffer.Length, out SocketReceiveResult result);
            return result;
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

    private bool Interpret(int received, int bufferLength, out SocketReceiveResult result)
    {
        switch (received)
        {
            case SocketLink.WouldBlock:
                _receiving.Blocked |= LinkWants.Read;
                result = default;
                return false;
            case SocketLink.End:
            case 0 when bufferLength > 0 && !_link.IsDatagram:
                _link.ConfirmEnd();
                result = new SocketReceiveResult(0, IsEnd: true);
                return true;
            default:
                bool isTruncated = received > bufferLength;
                result = new SocketReceiveResult(isTruncated ? bufferLength : received, IsEnd: false, isTruncated);
                SocketsMeter.CountReceived(result.Count, _link.SecurityName);
                return true;
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
