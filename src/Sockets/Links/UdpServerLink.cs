using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;
using Sockets.Platform;

namespace Sockets.Links;

/// <summary>
/// Datagrams as they are, to and from one peer of a server's UDP socket, which it shares with all others. It answers from the
/// address that the peer asked.
/// </summary>
internal sealed class UdpServerLink : SocketLink
{
    // Largest UDP payload: 65535 less the headers of IPv4 and UDP; IPv6 does not count its header (RFC 8200 §3).
    private const int LargestOverIPv4 = 65_507;
    private const int LargestOverIPv6 = 65_527;

    // How long one that waits for the shared socket goes without looking what others have taken from it.
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(20);

    private readonly UdpAcceptor _acceptor;
    private readonly DatagramInbox _inbox;
    private readonly SocketAddress _remote;
    private readonly LocalAddress _local;
    private long _lastActivity;
    private SocketFailureException? _over;

    public UdpServerLink(UdpAcceptor acceptor, UdpPeer peer, SocketAddress remote, LocalAddress local, int queueSize)
    {
        _acceptor = acceptor;
        _remote = remote;
        _local = local;
        _inbox = new DatagramInbox(acceptor, queueSize);
        Peer = peer;
        IPEndPoint bound = acceptor.LocalEndPoint;
        RemoteEndPoint = bound.Create(remote);
        LocalEndPoint = local.IsSpecified && !local.IsWildcard
            ? new IPEndPoint(bound.AddressFamily == AddressFamily.InterNetworkV6 ? local.ToIPAddress().MapToIPv6() : local.ToIPAddress(), bound.Port)
            : bound;
        MaxDatagramLength = ((IPEndPoint)RemoteEndPoint).Address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } ? LargestOverIPv6 : LargestOverIPv4;
        Touch();
    }

    public UdpPeer Peer { get; }

    /// <summary>Whether it was handed out. The acceptor's alone, under its lock.</summary>
    public bool IsAccepted { get; set; }

    public long LastActivity => Interlocked.Read(ref _lastActivity);

    /// <summary>Datagrams of this peer that were dropped since its queue was full.</summary>
    public long Dropped => _inbox.Dropped;

    public override bool IsDatagram => true;

    public override bool OutlivesErrors => true;

    public override EndPoint LocalEndPoint { get; }

    public override EndPoint RemoteEndPoint { get; }

    public override int MaxDatagramLength { get; }

    public override SystemSocket? Underlying => null;

    public override bool IsOpen => true;

    public override LinkWants Wants => LinkWants.None;

    public override bool HasPendingData => _inbox.IsReady;

    /// <summary>The acceptor has a datagram of this peer.</summary>
    public void Deliver(ReadOnlySpan<byte> datagram)
    {
        Touch();
        if (_inbox.TryAdd(datagram))
            Changed?.Invoke();
    }

    /// <summary>The acceptor ends it.</summary>
    public void Finish(SocketFailureException failure, bool discard)
    {
        Interlocked.CompareExchange(ref _over, failure, null);
        _inbox.Complete(failure, discard);
        Changed?.Invoke();
    }

    public override bool Progress() => true;

    public override ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override int TryReceive(Span<byte> buffer)
    {
        int length = _inbox.TryTake(buffer);
        if (length == WouldBlock && _acceptor.IsDrivenByPoll && _acceptor.Progress())
            length = _inbox.TryTake(buffer);
        return length;
    }

    public override int TryReceiveMany(Span<byte> buffer, Span<SocketReceiveResult> results)
    {
        int count = _inbox.TryTake(buffer, results);
        if (count == WouldBlock && _acceptor.IsDrivenByPoll && _acceptor.Progress())
            count = _inbox.TryTake(buffer, results);
        return count;
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!buffer.IsEmpty)
            {
                int length = TryReceive(buffer.Span);
                if (length != WouldBlock)
                    return length;
            }

            await _inbox.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (buffer.IsEmpty)
                return 0;
        }
    }

    public override int TrySend(ReadOnlySpan<byte> buffer)
    {
        int length = buffer.Length;
        return TrySendMany(buffer, new ReadOnlySpan<int>(in length)) == WouldBlock ? WouldBlock : length;
    }

    public override int TrySendMany(ReadOnlySpan<byte> buffer, ReadOnlySpan<int> lengths)
    {
        if (Volatile.Read(ref _over) is { } over)
            throw new SocketFailureException(over.Reason, over.Message, over);
        int sent;
        SocketError error;
        try
        {
            sent = DatagramIo.TrySend(_acceptor.Underlying, _acceptor.Abilities, buffer, lengths, new DatagramRoutes(_remote.Buffer.Span[.._remote.Size], _local), out error);
        }
        catch (ObjectDisposedException)
        {
            throw UdpAcceptor.CreateClosed();
        }

        if (sent > 0)
        {
            Touch();
            return sent;
        }

        return error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable
            ? WouldBlock
            : throw SocketFailureException.From(error, $"Sending {lengths[0]} bytes to {RemoteEndPoint}");
    }

    public override int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> buffers)
    {
        int length = 0;
        foreach (ReadOnlyMemory<byte> buffer in buffers)
            length = checked(length + buffer.Length);
        return TrySendGathered(buffers, length);
    }

    public override async ValueTask<int> SendWhenReadyAsync(ReadOnlyMemory<byte> next, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _acceptor.WaitWritableAsync(cancellationToken).ConfigureAwait(false);
            int sent = TrySend(next.Span);
            if (sent != WouldBlock)
                return sent;
        }
    }

    /// <summary>UDP has no end that could be announced.</summary>
    public override bool TryShutdownSend() => true;

    public override bool Wait(LinkWants wants, TimeSpan timeout)
    {
        if ((wants & LinkWants.Write) != 0)
            return SystemSocketWait.Wait(_acceptor.Underlying, wants, timeout);
        return _acceptor.IsDrivenByPoll ? WaitAndShare(timeout) : _inbox.Wait(timeout);
    }

    public override void Abort() => Dispose();

    public override void Dispose()
    {
        _acceptor.Remove(this);
        Finish(new SocketFailureException(SocketFailureReason.Closed, "The socket was closed by this program."), discard: true);
    }

    /// <summary>Whoever pumps the shared socket takes the datagrams of all its peers, so that the inbox may fill while this waits for the system.</summary>
    private bool WaitAndShare(TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? Slice : timeout - Stopwatch.GetElapsedTime(start);
            if (_inbox.IsReady || _acceptor.HasReceived)
                return true;
            if (left <= TimeSpan.Zero)
                return false;
            if (SystemSocketWait.Wait(_acceptor.Underlying, LinkWants.Read, left < Slice ? left : Slice))
                return true;
        }
    }

    private void Touch() => Interlocked.Exchange(ref _lastActivity, _acceptor.Now);
}
