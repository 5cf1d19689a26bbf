using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Diagnostics;
using Sockets.Engine;
using Sockets.Links;

namespace Sockets;

/// <content>
/// Many datagrams with one call, plain or under DTLS: they lie one behind the other in one buffer. Where the system can, runs
/// of one size go out and come in as one piece, at a fraction of the cost of one call each.
/// </content>
public sealed partial class Socket
{
    /// <summary>Sends datagrams in order, as many as can be sent now. False: none can, and nothing was done.</summary>
    /// <param name="buffer">The datagrams, one behind the other. Those of one size beside each other cost the least.</param>
    /// <param name="lengths">Their lengths; together all of the buffer. An empty datagram has 0.</param>
    /// <param name="datagramsSent">How many were accepted, each whole; the others were not sent.</param>
    /// <exception cref="SocketFailureException">The connection failed, or one of them is longer than <see cref="MaxDatagramLength"/>.</exception>
    /// <exception cref="InvalidOperationException">This is no datagram socket.</exception>
    public bool TrySendDatagrams(ReadOnlySpan<byte> buffer, ReadOnlySpan<int> lengths, out int datagramsSent)
    {
        CheckDatagrams(buffer, lengths);
        int sent = Send(new OutgoingDatagrams(buffer, lengths), 0, static (socket, datagrams) =>
        {
            int count = socket.SendDatagramsOnce(datagrams.Buffer, datagrams.Lengths);
            if (count == SocketLink.WouldBlock)
                socket._sending.Blocked |= LinkWants.Write;
            return count;
        });
        return Accepted(sent, out datagramsSent);
    }

    /// <summary>
    /// Sends datagrams in order; blocks until the system has them. Returns fewer than given only when <see cref="SendTimeout"/>
    /// ran out after some were accepted.
    /// </summary>
    /// <inheritdoc cref="TrySendDatagrams(ReadOnlySpan{byte}, ReadOnlySpan{int}, out int)"/>
    public int SendDatagrams(ReadOnlySpan<byte> buffer, ReadOnlySpan<int> lengths)
    {
        CheckDatagrams(buffer, lengths);
        return Send(new OutgoingDatagrams(buffer, lengths), 0, static (socket, datagrams) =>
        {
            long start = socket._sending.Now;
            int done = 0;
            while (done < datagrams.Lengths.Length)
            {
                int count = socket.SendDatagramsOnce(datagrams.Buffer, datagrams.Lengths[done..]);
                if (count != SocketLink.WouldBlock)
                    datagrams = datagrams.Skip(done, count, out done);
                else if (!socket._link.Wait(socket._link.SendWants, socket._sending.Remaining(start)))
                    return done > 0 ? done : throw socket._sending.CreateTimeout(socket.RemoteEndPoint);
            }

            return done;
        });
    }

    /// <summary>
    /// Sends datagrams in order; completes when the system has them. Returns fewer than given only when the wait was cancelled,
    /// or <see cref="SendTimeout"/> ran out, after some were accepted; before that it throws.
    /// </summary>
    /// <param name="buffer">The datagrams, one behind the other. Not to be changed before completion.</param>
    /// <param name="lengths">Their lengths; together all of the buffer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="TrySendDatagrams(ReadOnlySpan{byte}, ReadOnlySpan{int}, out int)"/>
    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    public async ValueTask<int> SendDatagramsAsync(ReadOnlyMemory<byte> buffer, ReadOnlyMemory<int> lengths, CancellationToken cancellationToken = default)
    {
        CheckDatagrams(buffer.Span, lengths.Span);
        _sending.Enter();
        int done = 0;
        try
        {
            ThrowIfUnableToSend();
            cancellationToken.ThrowIfCancellationRequested();
            CancellationToken limited = _sending.Limit(cancellationToken);
            while (done < lengths.Length)
            {
                int count = SendDatagramsOnce(buffer.Span, lengths.Span[done..]);
                if (count == SocketLink.WouldBlock)
                {
                    ReadOnlyMemory<byte> next = buffer[..lengths.Span[done]];
                    count = await _link.SendWhenReadyAsync(next, limited).ConfigureAwait(false) == next.Length ? 1 : 0;
                    SocketsMeter.CountSent(count * next.Length, _link.SecurityName);
                }

                buffer = buffer[TotalLength(lengths.Span.Slice(done, count))..];
                done += count;
            }
        }
        catch (OperationCanceledException) when (done > 0)
        {
            // What was accepted counts.
        }
        catch (Exception exception)
        {
            throw Translate(exception, "Sending to", _sending, cancellationToken);
        }
        finally
        {
            _sending.Exit();
        }

        return done;
    }

    /// <summary>Receives the datagrams that are there now. False: none are.</summary>
    /// <param name="buffer">Takes them, one behind the other. Those that do not fit wait for the next call; only the first is cut when it is longer than the buffer.</param>
    /// <param name="results">Filled for each of them, in order; its room is the most that are received.</param>
    /// <param name="datagramsReceived">How many. The end counts as one.</param>
    /// <exception cref="SocketFailureException">The connection failed.</exception>
    /// <exception cref="InvalidOperationException">This is no datagram socket.</exception>
    public bool TryReceiveDatagrams(Span<byte> buffer, Span<SocketReceiveResult> results, out int datagramsReceived)
    {
        CheckDatagrams(results.Length);
        int received = Receive(new IncomingDatagrams(buffer, results), static (socket, room) => socket.ReceiveDatagramsOnce(room.Buffer, room.Results));
        return Accepted(received, out datagramsReceived);
    }

    /// <summary>Receives datagrams; blocks until there is one, for <see cref="ReceiveTimeout"/> at most. Returns how many.</summary>
    /// <inheritdoc cref="TryReceiveDatagrams(Span{byte}, Span{SocketReceiveResult}, out int)"/>
    public int ReceiveDatagrams(Span<byte> buffer, Span<SocketReceiveResult> results)
    {
        CheckDatagrams(results.Length);
        return Receive(new IncomingDatagrams(buffer, results), static (socket, room) =>
        {
            long start = socket._receiving.Now;
            int count;
            while ((count = socket.ReceiveDatagramsOnce(room.Buffer, room.Results)) == SocketLink.WouldBlock)
                socket.WaitFor(socket._link.ReceiveWants, socket._receiving, start);
            return count;
        });
    }

    /// <summary>As <see cref="ReceiveDatagrams(Span{byte}, Span{SocketReceiveResult})"/>, waiting without a thread. Cancellation and <see cref="ReceiveTimeout"/> end the wait only.</summary>
    /// <inheritdoc cref="TryReceiveDatagrams(Span{byte}, Span{SocketReceiveResult}, out int)"/>
    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveDatagramsAsync(Memory<byte> buffer, Memory<SocketReceiveResult> results, CancellationToken cancellationToken = default)
    {
        CheckDatagrams(results.Length);
        _receiving.Enter();
        try
        {
            ThrowIfUnusable();
            cancellationToken.ThrowIfCancellationRequested();
            CancellationToken limited = _receiving.Limit(cancellationToken);
            int count;
            while ((count = ReceiveDatagramsOnce(buffer.Span, results.Span)) == SocketLink.WouldBlock)
                await _link.ReceiveAsync(Memory<byte>.Empty, limited).ConfigureAwait(false);
            return count;
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

    private int SendDatagramsOnce(ReadOnlySpan<byte> buffer, ReadOnlySpan<int> lengths)
    {
        int count = lengths.IsEmpty ? 0 : _link.TrySendMany(buffer, lengths);
        if (count > 0)
            SocketsMeter.CountSent(TotalLength(lengths[..count]), _link.SecurityName);
        return count;
    }

    private int ReceiveDatagramsOnce(Span<byte> buffer, Span<SocketReceiveResult> results)
    {
        int count = _link.TryReceiveMany(buffer, results);
        if (count == SocketLink.WouldBlock)
        {
            _receiving.Blocked |= LinkWants.Read;
            return count;
        }

        if (results[0].IsEnd)
            _link.ConfirmEnd();
        long bytes = 0;
        foreach (SocketReceiveResult result in results[..count])
            bytes += result.Count;
        SocketsMeter.CountReceived(bytes, _link.SecurityName);
        return count;
    }

    private void CheckDatagrams(ReadOnlySpan<byte> buffer, ReadOnlySpan<int> lengths)
    {
        ThrowIfNoDatagrams();
        long total = 0;
        int longest = 0;
        foreach (int length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(lengths));
            longest = Math.Max(longest, length);
            total += length;
        }

        if (total != buffer.Length)
            throw new ArgumentException($"The lengths make {total} bytes and the buffer has {buffer.Length}.", nameof(lengths));
        CheckDatagramLength(longest);
    }

    private void CheckDatagrams(int results)
    {
        ThrowIfNoDatagrams();
        ArgumentOutOfRangeException.ThrowIfZero(results);
    }

    private void ThrowIfNoDatagrams()
    {
        if (!_link.IsDatagram)
            throw new InvalidOperationException("A stream has no datagrams.");
    }

    private static int TotalLength(ReadOnlySpan<int> lengths)
    {
        int total = 0;
        foreach (int length in lengths)
            total += length;
        return total;
    }

    private readonly ref struct OutgoingDatagrams(ReadOnlySpan<byte> buffer, ReadOnlySpan<int> lengths)
    {
        public ReadOnlySpan<byte> Buffer { get; } = buffer;

        public ReadOnlySpan<int> Lengths { get; } = lengths;

        /// <summary>Without the bytes of what was accepted behind the first <paramref name="done"/>; the lengths stay.</summary>
        public OutgoingDatagrams Skip(int done, int count, out int newlyDone)
        {
            newlyDone = done + count;
            return new OutgoingDatagrams(Buffer[TotalLength(Lengths.Slice(done, count))..], Lengths);
        }
    }

    private readonly ref struct IncomingDatagrams(Span<byte> buffer, Span<SocketReceiveResult> results)
    {
        public Span<byte> Buffer { get; } = buffer;

        public Span<SocketReceiveResult> Results { get; } = results;
    }
}
