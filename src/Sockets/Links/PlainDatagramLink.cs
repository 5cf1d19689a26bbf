using System;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;
using Sockets.Platform;

namespace Sockets.Links;

/// <summary>Datagrams as they are, to and from one peer, over a UDP socket of its own that is connected to it.</summary>
internal sealed class PlainDatagramLink(SystemSocket socket) : SocketLink
{
    private readonly DatagramAbilities _abilities = new();
    private readonly StagedDatagrams _staged = new();

    // Whether many were ever asked for with one call. From then on what the system hands over may be several in one piece, and
    // every receive takes its part of that.
    private volatile bool _isBatched;

    // Largest UDP payload: 65535 less the headers of IPv4 and UDP; IPv6 does not count its header (RFC 8200 §3).
    private const int LargestOverIPv4 = 65_507;
    private const int LargestOverIPv6 = 65_527;

    private readonly EndPoint _remote = socket.RemoteEndPoint!;

    public override bool IsDatagram => true;

    public override bool OutlivesErrors => true;

    public override EndPoint? LocalEndPoint => socket.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => _remote;

    public override int MaxDatagramLength => socket.AddressFamily == AddressFamily.InterNetworkV6 ? LargestOverIPv6 : LargestOverIPv4;

    public override SystemSocket Underlying => socket;

    public override bool IsOpen => true;

    public override bool IsBare => _staged.IsEmpty;

    public override LinkWants Wants => LinkWants.None;

    public override bool Progress() => true;

    public override ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override bool HasPendingData => !_staged.IsEmpty;

    public override int TryReceiveMany(Span<byte> buffer, Span<SocketReceiveResult> results)
    {
        if (!_isBatched)
        {
            _isBatched = true;
            _abilities.EnableCoalescing(socket);
        }

        SocketError error = _staged.TryReceive(socket, _abilities, results.Length);
        return error switch
        {
            SocketError.Success => Take(buffer, results),
            SocketError.WouldBlock => WouldBlock,
            _ => throw SocketFailureException.From(error, $"Receiving from {_remote}"),
        };
    }

    public override int TrySendMany(ReadOnlySpan<byte> buffer, ReadOnlySpan<int> lengths)
    {
        int sent = DatagramIo.TrySend(socket, _abilities, buffer, lengths, default, out SocketError error);
        if (sent > 0)
            return sent;
        return error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable
            ? WouldBlock
            : throw SocketFailureException.From(error, $"Sending {lengths[0]} bytes to {_remote}");
    }

    public override int TryReceive(Span<byte> buffer)
    {
        if (_isBatched)
            return TryReceiveStaged(buffer);

        // With MSG_TRUNC the system returns the datagram's length, however short the buffer is.
        int count = socket.Receive(buffer, SocketFlags.Truncated, out SocketError error);
        return error switch
        {
            SocketError.Success => count,
            SocketError.WouldBlock => WouldBlock,
            SocketError.MessageSize => buffer.Length + 1, // Windows: truncated
            _ => throw SocketFailureException.From(error, $"Receiving from {_remote}"),
        };
    }

    public override int TryReceive(ReadOnlySpan<Memory<byte>> buffers)
    {
        if (_isBatched)
            return base.TryReceive(buffers);

        SocketError error = VectorIo.TryReceive(socket, buffers, out int received, out bool isTruncated);
        return error switch
        {
            SocketError.Success => isTruncated ? received + 1 : received,
            SocketError.WouldBlock => WouldBlock,
            _ => throw SocketFailureException.From(error, $"Receiving from {_remote}"),
        };
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_isBatched)
            return ReceiveStagedAsync(buffer, cancellationToken);
        return buffer.IsEmpty
            ? socket.ReceiveAsync(buffer, SocketFlags.Peek, cancellationToken) // waits, and leaves the datagram
            : socket.ReceiveAsync(buffer, SocketFlags.Truncated, cancellationToken);
    }

    public override int TrySend(ReadOnlySpan<byte> buffer)
    {
        int count = socket.Send(buffer, SocketFlags.None, out SocketError error);
        return error switch
        {
            SocketError.Success => count,
            SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable => WouldBlock,
            _ => throw SocketFailureException.From(error, $"Sending {buffer.Length} bytes to {_remote}"),
        };
    }

    public override int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> buffers)
    {
        SocketError error = VectorIo.TrySend(socket, buffers, out int sent);
        return error switch
        {
            SocketError.Success => sent,
            SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable => WouldBlock,
            _ => throw SocketFailureException.From(error, $"Sending a datagram to {_remote}"),
        };
    }

    public override ValueTask<int> SendWhenReadyAsync(ReadOnlyMemory<byte> next, CancellationToken cancellationToken) =>
        socket.SendAsync(next, SocketFlags.None, cancellationToken);

    /// <summary>UDP has no end that could be announced.</summary>
    public override bool TryShutdownSend() => true;

    public override bool Wait(LinkWants wants, TimeSpan timeout) => SystemSocketWait.Wait(socket, wants, timeout);

    public override void Abort() => socket.Dispose();

    public override void Dispose() => socket.Dispose();

    private int Take(Span<byte> buffer, Span<SocketReceiveResult> results)
    {
        int count = _staged.Take(buffer, results);
        if (!_staged.IsEmpty)
            Changed?.Invoke(); // the system does not know of the rest
        return count;
    }

    private int TryReceiveStaged(Span<byte> buffer)
    {
        SocketReceiveResult result = default;
        return TryReceiveMany(buffer, new Span<SocketReceiveResult>(ref result)) == WouldBlock
            ? WouldBlock
            : result.IsTruncated ? buffer.Length + 1 : result.Count;
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveStagedAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!buffer.IsEmpty && TryReceiveStaged(buffer.Span) is not WouldBlock and var received)
                return received;
            if (_staged.IsEmpty)
                await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek, cancellationToken).ConfigureAwait(false);
            if (buffer.IsEmpty)
                return 0;
        }
    }
}
