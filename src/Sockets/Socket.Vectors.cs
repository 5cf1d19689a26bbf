using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Links;

namespace Sockets;

public sealed partial class Socket
{
    /// <summary>How many pieces of a sequence go into one call.</summary>
    private const int SequenceParts = 64;

    /// <summary>As <see cref="Send(ReadOnlySpan{byte})"/>, from several buffers in order; on datagram sockets as one datagram.</summary>
    public int Send(ReadOnlySpan<ReadOnlyMemory<byte>> buffers)
    {
        _sending.Enter();
        try
        {
            ThrowIfUnableToSend();
            int length = TotalLength(buffers);
            CheckDatagramLength(length);
            long start = _sending.Now;
            int total = 0;
            while (true)
            {
                int sent = TrySendFrom(buffers, total);
                if (sent != SocketLink.WouldBlock)
                    total += sent;
                if (total == length && sent != SocketLink.WouldBlock)
                {
                    Flush(start);
                    return total;
                }

                if (sent == SocketLink.WouldBlock && !_link.Wait(_link.SendWants, _sending.Remaining(start)))
                    return total > 0 ? total : throw _sending.CreateTimeout(RemoteEndPoint);
            }
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

    /// <summary>As <see cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, from several buffers in order; on datagram sockets as one datagram.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> SendAsync(ReadOnlyMemory<ReadOnlyMemory<byte>> buffers, CancellationToken cancellationToken = default)
    {
        _sending.Enter();
        try
        {
            ThrowIfUnableToSend();
            CheckDatagramLength(TotalLength(buffers.Span));
            CancellationToken limited = _sending.Limit(cancellationToken);
            int sent = await SendVectorAsync(buffers, limited).ConfigureAwait(false);
            if (!_link.TryFlush())
                await _link.FlushAcceptedAsync(limited).ConfigureAwait(false);
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

    /// <summary>As <see cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, a sequence; on datagram sockets as one datagram.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<long> SendAsync(ReadOnlySequence<byte> buffer, CancellationToken cancellationToken = default)
    {
        _sending.Enter();
        ReadOnlyMemory<byte>[]? parts = null;
        try
        {
            ThrowIfUnableToSend();
            CheckDatagramLength((int)Math.Min(buffer.Length, int.MaxValue));
            CancellationToken limited = _sending.Limit(cancellationToken);
            if (buffer.IsSingleSegment)
                return Counted(await _link.SendAsync(buffer.First, limited).ConfigureAwait(false));
            int capacity = _link.IsDatagram ? CountParts(buffer) : SequenceParts;
            parts = ArrayPool<ReadOnlyMemory<byte>>.Shared.Rent(capacity);
            long total = 0;
            while (true)
            {
                // A datagram is one call whatever it consists of, and so is the only one.
                int count = TakeParts(ref buffer, parts.AsSpan(0, capacity), out int length);
                int sent;
                try
                {
                    sent = await SendVectorAsync(parts.AsMemory(0, count), limited).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (total > 0)
                {
                    return total;
                }

                total += sent;
                if (sent == length && !buffer.IsEmpty)
                    continue;
                if (!_link.TryFlush())
                    await _link.FlushAcceptedAsync(limited).ConfigureAwait(false);
                return total;
            }
        }
        catch (Exception exception)
        {
            throw Translate(exception, "Sending to", _sending, cancellationToken);
        }
        finally
        {
            if (parts is not null)
                ArrayPool<ReadOnlyMemory<byte>>.Shared.Return(parts, clearArray: true);
            _sending.Exit();
        }
    }

    /// <summary>As <see cref="ReceiveAsync(Memory{byte}, CancellationToken)"/>, into several buffers in order.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SocketReceiveResult> ReceiveAsync(ReadOnlyMemory<Memory<byte>> buffers, CancellationToken cancellationToken = default)
    {
        _receiving.Enter();
        try
        {
            ThrowIfUnusable();
            int length = TotalLength(buffers.Span);
            CancellationToken limited = _receiving.Limit(cancellationToken);
            limited.ThrowIfCancellationRequested();
            SocketReceiveResult result;
            while (!Interpret(_link.TryReceive(buffers.Span), length, out result))
            {
                if (await _link.ReceiveAsync(Memory<byte>.Empty, limited).ConfigureAwait(false) == SocketLink.End)
                    return new SocketReceiveResult(0, IsEnd: true);
            }

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

    /// <summary>Sends all of it; fewer bytes, or an exception when none were accepted, only when cancelled.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> SendVectorAsync(ReadOnlyMemory<ReadOnlyMemory<byte>> buffers, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int total = 0;
        int length = TotalLength(buffers.Span);
        do
        {
            int sent = TrySendFrom(buffers.Span, total);
            if (sent == SocketLink.WouldBlock)
            {
                try
                {
                    sent = _link.IsDatagram
                        ? await SendGatheredAsync(buffers, length, cancellationToken).ConfigureAwait(false)
                        : Counted(await _link.SendWhenReadyAsync(NextOf(buffers.Span, total), cancellationToken).ConfigureAwait(false));
                }
                catch (OperationCanceledException) when (total > 0)
                {
                    return total;
                }
            }

            total += sent;
        }
        while (total < length);
        return total;
    }

    private async ValueTask<int> SendGatheredAsync(ReadOnlyMemory<ReadOnlyMemory<byte>> buffers, int length, CancellationToken cancellationToken)
    {
        byte[] datagram = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            int written = 0;
            foreach (ReadOnlyMemory<byte> buffer in buffers.Span)
            {
                buffer.Span.CopyTo(datagram.AsSpan(written));
                written += buffer.Length;
            }

            return Counted(await _link.SendAsync(datagram.AsMemory(0, length), cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(datagram);
        }
    }

    /// <summary>Sends what comes after the first <paramref name="offset"/> bytes: the rest of a buffer that was begun alone, whole buffers together.</summary>
    private int TrySendFrom(ReadOnlySpan<ReadOnlyMemory<byte>> buffers, int offset)
    {
        int index = Locate(buffers, ref offset);
        int sent = offset == 0 ? _link.TrySend(buffers[index..]) : _link.TrySend(buffers[index].Span[offset..]);
        return sent == SocketLink.WouldBlock ? sent : Counted(sent);
    }

    private static ReadOnlyMemory<byte> NextOf(ReadOnlySpan<ReadOnlyMemory<byte>> buffers, int offset)
    {
        int index = Locate(buffers, ref offset);
        return index == buffers.Length ? ReadOnlyMemory<byte>.Empty : buffers[index][offset..];
    }

    /// <summary>The buffer in which the byte at <paramref name="offset"/> lies, which becomes the offset in that buffer.</summary>
    private static int Locate(ReadOnlySpan<ReadOnlyMemory<byte>> buffers, ref int offset)
    {
        int index = 0;
        while (index < buffers.Length && offset >= buffers[index].Length && (offset > 0 || buffers[index].IsEmpty))
            offset -= buffers[index++].Length;
        return index;
    }

    private static int CountParts(ReadOnlySequence<byte> buffer)
    {
        int count = 0;
        foreach (ReadOnlyMemory<byte> _ in buffer)
            count++;
        return count;
    }

    /// <summary>Takes pieces off the front, less than 2 GiB together.</summary>
    private static int TakeParts(ref ReadOnlySequence<byte> buffer, Span<ReadOnlyMemory<byte>> parts, out int length)
    {
        int count = 0;
        length = 0;
        foreach (ReadOnlyMemory<byte> part in buffer)
        {
            if (part.IsEmpty)
                continue; // or a call could consist of nothing else
            if (count == parts.Length || part.Length > int.MaxValue - length)
                break;
            parts[count++] = part;
            length += part.Length;
        }

        buffer = buffer.Slice(length);
        return count;
    }
}
