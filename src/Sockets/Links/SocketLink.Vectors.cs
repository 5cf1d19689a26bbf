using System;
using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;

namespace Sockets.Links;

/// <summary>Several buffers at once, in order: by what every link can do.</summary>
internal abstract partial class SocketLink
{
    /// <summary>How many pieces of a sequence go into one call.</summary>
    private const int SequenceParts = 64;

    /// <summary>As <see cref="ReceiveAsync(Memory{byte}, CancellationToken)"/>, into several buffers in order.</summary>
    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(ReadOnlyMemory<Memory<byte>> buffers, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int received;
        while ((received = TryReceive(buffers.Span)) == WouldBlock)
        {
            if (await ReceiveAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false) == End)
                return End;
        }

        return received;
    }

    /// <summary>As <see cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, from several buffers in order; where boundaries are kept as one datagram.</summary>
    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    public async ValueTask<int> SendAsync(ReadOnlyMemory<ReadOnlyMemory<byte>> buffers, CancellationToken cancellationToken)
    {
        int sent = await SendPartsAsync(buffers, cancellationToken).ConfigureAwait(false);
        if (!TryFlush())
            await FlushAcceptedAsync(cancellationToken).ConfigureAwait(false);
        return sent;
    }

    /// <summary>As <see cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, a sequence; where boundaries are kept as one datagram.</summary>
    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    public async ValueTask<long> SendAsync(ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.IsSingleSegment)
            return await SendAsync(buffer.First, cancellationToken).ConfigureAwait(false);
        int capacity = IsDatagram ? CountParts(buffer) : SequenceParts;
        ReadOnlyMemory<byte>[] parts = ArrayPool<ReadOnlyMemory<byte>>.Shared.Rent(capacity);
        try
        {
            long total = 0;
            while (true)
            {
                // A datagram is one call whatever it consists of, and so is the only one.
                int count = TakeParts(ref buffer, parts.AsSpan(0, capacity), out int length);
                int sent;
                try
                {
                    sent = await SendPartsAsync(parts.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (total > 0)
                {
                    return total;
                }

                total += sent;
                if (sent == length && !buffer.IsEmpty)
                    continue;
                if (!TryFlush())
                    await FlushAcceptedAsync(cancellationToken).ConfigureAwait(false);
                return total;
            }
        }
        finally
        {
            ArrayPool<ReadOnlyMemory<byte>>.Shared.Return(parts, clearArray: true);
        }
    }

    /// <summary>Sends what comes after the first <paramref name="offset"/> bytes: the rest of a buffer that was begun alone, whole buffers together.</summary>
    public int TrySendFrom(ReadOnlySpan<ReadOnlyMemory<byte>> buffers, int offset)
    {
        int index = Locate(buffers, ref offset);
        return offset == 0 ? TrySend(buffers[index..]) : TrySend(buffers[index].Span[offset..]);
    }

    /// <summary>Sends all of it; fewer bytes, or an exception when none were accepted, only when cancelled.</summary>
    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    private async ValueTask<int> SendPartsAsync(ReadOnlyMemory<ReadOnlyMemory<byte>> buffers, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int total = 0;
        int length = 0;
        foreach (ReadOnlyMemory<byte> buffer in buffers.Span)
            length += buffer.Length;
        do
        {
            int sent = TrySendFrom(buffers.Span, total);
            if (sent == SocketLink.WouldBlock)
            {
                try
                {
                    sent = IsDatagram
                        ? await SendGatheredAsync(buffers, length, cancellationToken).ConfigureAwait(false)
                        : await SendWhenReadyAsync(NextOf(buffers.Span, total), cancellationToken).ConfigureAwait(false);
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

    /// <summary>Sends several buffers as one datagram, where the system can't be given them as they are.</summary>
    /// <param name="buffers">The parts of the datagram.</param>
    /// <param name="length">Their length together.</param>
    protected int TrySendGathered(ReadOnlySpan<ReadOnlyMemory<byte>> buffers, int length)
    {
        byte[] datagram = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Gather(buffers, datagram);
            return TrySend(datagram.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(datagram);
        }
    }

    private static void Gather(ReadOnlySpan<ReadOnlyMemory<byte>> buffers, Span<byte> destination)
    {
        foreach (ReadOnlyMemory<byte> buffer in buffers)
        {
            buffer.Span.CopyTo(destination);
            destination = destination[buffer.Length..];
        }
    }

    private async ValueTask<int> SendGatheredAsync(ReadOnlyMemory<ReadOnlyMemory<byte>> buffers, int length, CancellationToken cancellationToken)
    {
        byte[] datagram = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Gather(buffers.Span, datagram);
            return await SendAsync(datagram.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(datagram);
        }
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
