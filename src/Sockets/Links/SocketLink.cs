using System;
using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Sockets.Engine;

namespace Sockets.Links;

/// <summary>
/// The way of bytes between a public type and the system: plain, TLS or DTLS. Every send, receive, vectored, file, poll and
/// asynchronous path goes through it. A link is a pump that never blocks: <c>Try…</c> does what can be done now; the
/// asynchronous members wait for the system and pump again. One receive and one send at a time, which may run at once.
/// </summary>
internal abstract partial class SocketLink : IDisposable
{
    /// <summary>Result: nothing can be done now.</summary>
    public const int WouldBlock = -2;

    /// <summary>Result of a receive: the peer has closed its side in good order.</summary>
    public const int End = -1;

    /// <summary>No UDP payload is longer.</summary>
    private const int LargestDatagram = 65536;

    /// <summary>Four records of 16 KiB (RFC 8446 §5.1).</summary>
    private const int FilePart = 4 * 16384;

    /// <summary>Whether boundaries are kept: one send is one receive.</summary>
    public abstract bool IsDatagram { get; }

    /// <summary>For metrics and people: "plain", "TLS", "DTLS 1.3".</summary>
    public virtual string SecurityName => "plain";

    public abstract EndPoint? LocalEndPoint { get; }

    public abstract EndPoint? RemoteEndPoint { get; }

    /// <summary>What is known of the security once the link is open; null on plain links.</summary>
    public virtual SocketSecurityInfo? Security => null;

    /// <summary>Whether an error of the system is about one datagram, told once, and the link goes on: nothing on the way can be believed to end a plain datagram socket (ICMP).</summary>
    public virtual bool OutlivesErrors => false;

    /// <summary>Most bytes that fit into one datagram; <see cref="int.MaxValue"/> on streams.</summary>
    public virtual int MaxDatagramLength => int.MaxValue;

    /// <summary>The system's socket, for settings and for readiness. Null: it belongs to others too (a server's datagram socket).</summary>
    public abstract SystemSocket? Underlying { get; }

    /// <summary>The system's socket where it is this link's alone, for settings only. Null: it belongs to others too.</summary>
    public virtual SystemSocket? Settable => Underlying;

    /// <summary>Whether the transport is connected and the handshake is done.</summary>
    public abstract bool IsOpen { get; }

    /// <summary>
    /// Whether it is no more than the system's socket: open, with nothing of its own to keep, to send or to time, so that no
    /// operation changes what there is to wait for. It does not become false again.
    /// </summary>
    public virtual bool IsBare => false;

    /// <summary>What the link itself waits for, whatever the user wants: connecting, the handshake, queued ciphertext.</summary>
    public abstract LinkWants Wants { get; }

    /// <summary>What a receive that would block waits for.</summary>
    public virtual LinkWants ReceiveWants => LinkWants.Read;

    /// <summary>What a send that would block waits for.</summary>
    public virtual LinkWants SendWants => LinkWants.Write;

    /// <summary>Whether a receive would succeed without the system: decrypted bytes, queued datagrams, or the end. May decrypt to find out.</summary>
    public virtual bool HasPendingData => false;

    /// <summary>Whether a send would be accepted now as far as the link knows; the system may still refuse.</summary>
    public virtual bool CanSend => IsOpen;

    /// <summary>
    /// Called, from any thread, when the state changed without a call from outside: a continuation that ran on the thread
    /// pool, a datagram that a background loop has queued. Must not block.
    /// </summary>
    public Action? Changed { get; set; }

    /// <summary>Takes the lines of the log; set before the handshake begins.</summary>
    public ILogger? Logger { get; set; }

    /// <summary>When <see cref="Progress"/> must be called though nothing happened: <see cref="TimeProvider.GetTimestamp"/> units; <see cref="long.MaxValue"/>: never.</summary>
    public virtual long NextTimeout => long.MaxValue;

    /// <summary>
    /// Advances what the link does for itself: connecting, the handshake, flushing, timers. Never blocks; failures are thrown.
    /// True: the link is open and has nothing left to flush.
    /// </summary>
    public abstract bool Progress();

    /// <summary>As <see cref="Progress"/> until the link is open; waits.</summary>
    public abstract ValueTask OpenAsync(CancellationToken cancellationToken);

    /// <summary>Called when a receive came to the end: throws when it is none, but a break that another operation was told of.</summary>
    public virtual void ConfirmEnd()
    {
    }

    /// <summary>Bytes received, <see cref="End"/>, or <see cref="WouldBlock"/>. More than the buffer holds: a datagram was truncated.</summary>
    public abstract int TryReceive(Span<byte> buffer);

    /// <summary>
    /// As <see cref="TryReceive(Span{byte})"/>, for those who would wait without a limit: may do so in the system, where that saves
    /// calls, in the place of <see cref="WouldBlock"/>.
    /// </summary>
    public virtual int ReceiveOrWait(Span<byte> buffer) => TryReceive(buffer);

    /// <summary>
    /// Receives into several buffers in order. By default a stream uses the first that is not empty, and a datagram, which comes
    /// whole, is copied once more.
    /// </summary>
    public virtual int TryReceive(ReadOnlySpan<Memory<byte>> buffers)
    {
        if (IsDatagram && buffers.Length > 1)
            return TryReceiveDatagram(buffers);
        foreach (Memory<byte> buffer in buffers)
        {
            if (buffer.Length > 0)
                return TryReceive(buffer.Span);
        }

        return TryReceive(Span<byte>.Empty);
    }

    private int TryReceiveDatagram(ReadOnlySpan<Memory<byte>> buffers)
    {
        int room = 0;
        foreach (Memory<byte> buffer in buffers)
            room = (int)Math.Min((long)room + buffer.Length, LargestDatagram);
        byte[] datagram = ArrayPool<byte>.Shared.Rent(room);
        try
        {
            int count = TryReceive(datagram.AsSpan(0, room));
            ReadOnlySpan<byte> rest = datagram.AsSpan(0, Math.Clamp(count, 0, room));
            foreach (Memory<byte> buffer in buffers)
            {
                int length = Math.Min(rest.Length, buffer.Length);
                rest[..length].CopyTo(buffer.Span);
                rest = rest[length..];
            }

            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(datagram);
        }
    }

    /// <summary>As <see cref="TryReceive(Span{byte})"/>, but waits; 0 is the end of a stream too when the buffer is not empty. An empty buffer waits for data and takes none.</summary>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Bytes accepted, 1 or more unless the buffer is empty, or <see cref="WouldBlock"/>. A datagram is accepted whole.</summary>
    public abstract int TrySend(ReadOnlySpan<byte> buffer);

    /// <summary>Sends several buffers in order, as one datagram where boundaries are kept. Streams may accept a part.</summary>
    public abstract int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> buffers);

    /// <summary>
    /// Receives datagrams, one behind the other, as many as are there and fit; the first is cut when it does not fit. Returns how
    /// many, or <see cref="WouldBlock"/>. The end counts as one, which comes alone.
    /// </summary>
    public virtual int TryReceiveMany(Span<byte> buffer, Span<SocketReceiveResult> results)
    {
        int count = TryReceive(buffer);
        if (count == WouldBlock)
            return WouldBlock;
        bool isTruncated = count > buffer.Length;
        results[0] = count == End ? new SocketReceiveResult(0, IsEnd: true) : new SocketReceiveResult(isTruncated ? buffer.Length : count, false, isTruncated);
        return 1;
    }

    /// <summary>Sends datagrams in order, which lie one behind the other. Returns how many were accepted, 1 or more, or <see cref="WouldBlock"/>.</summary>
    public virtual int TrySendMany(ReadOnlySpan<byte> buffer, ReadOnlySpan<int> lengths)
    {
        int count = 0;
        while (count < lengths.Length && TrySend(buffer[..lengths[count]]) != WouldBlock)
            buffer = buffer[lengths[count++]..];
        return count == 0 ? WouldBlock : count;
    }

    /// <summary>
    /// Sends everything. Fewer bytes than given are returned only when the wait was cancelled after some were accepted;
    /// cancelled before, it throws.
    /// </summary>
    public virtual ValueTask<int> SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int sent = TrySend(buffer.Span);
        return sent == buffer.Length && TryFlush() ? new ValueTask<int>(sent) : SendRestAsync(buffer, sent, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    private async ValueTask<int> SendRestAsync(ReadOnlyMemory<byte> buffer, int sent, CancellationToken cancellationToken)
    {
        for (int total = 0; ; sent = TrySend(buffer.Span[total..]))
        {
            if (sent == WouldBlock)
            {
                try
                {
                    sent = await SendWhenReadyAsync(buffer[total..], cancellationToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (total > 0)
                {
                    return total;
                }
            }

            total += sent;
            if (total < buffer.Length)
                continue;
            if (!TryFlush())
                await FlushAcceptedAsync(cancellationToken).ConfigureAwait(false);
            return total;
        }
    }

    /// <summary>Whether the system has all that was accepted; gives it what it takes.</summary>
    public virtual bool TryFlush() => true;

    /// <summary>Waits until the system has all that was accepted. Cancelled, that goes on without a wait: accepted it was.</summary>
    public async ValueTask FlushAcceptedAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!TryFlush())
                await SendWhenReadyAsync(ReadOnlyMemory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nothing is lost.
        }
    }

    /// <summary>
    /// Waits for room. Returns how many bytes of <paramref name="next"/> were accepted on the way: exactly one byte on a plain
    /// stream (the platform has no wait that sends nothing, and one byte is accepted or not), 0 where a queue was flushed, all
    /// of a datagram.
    /// </summary>
    public abstract ValueTask<int> SendWhenReadyAsync(ReadOnlyMemory<byte> next, CancellationToken cancellationToken);

    /// <summary>Sends bytes of a file. Returns how many were accepted; 0: the file ends before <paramref name="offset"/>; <see cref="WouldBlock"/>.</summary>
    /// <remarks>By default: reads and sends, a few whole TLS records at a time.</remarks>
    public virtual long TrySendFile(SafeFileHandle file, long offset, long count)
    {
        if (IsDatagram)
            throw new InvalidOperationException("A file can only be sent over a stream.");
        if (!CanSend)
            return WouldBlock;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FilePart);
        try
        {
            int read = FileReader.Read(file, buffer.AsSpan(0, (int)Math.Min(count, FilePart)), offset);
            return read == 0 ? 0 : TrySend(buffer.AsSpan(0, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Ends our side: close_notify, FIN. True: done; false: would block, to be called again.</summary>
    public abstract bool TryShutdownSend();

    /// <summary>Blocks until one of <paramref name="wants"/> may have come, or the time is over. False: the time is over.</summary>
    public abstract bool Wait(LinkWants wants, TimeSpan timeout);

    /// <summary>Goes on from another address or port. False: that did not work, and nothing has changed.</summary>
    public virtual Task<bool> MigrateAsync(IPEndPoint? local, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"Only a DTLS client can go on from another port; this connection is {SecurityName}.");

    /// <summary>Ends the connection at once: nothing more is sent in good order. Streams are reset.</summary>
    public abstract void Abort();

    /// <summary>Frees everything; pending operations end with <see cref="SocketFailureReason.Closed"/>. Says close_notify when that needs no wait.</summary>
    public abstract void Dispose();
}
