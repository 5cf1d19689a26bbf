using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <content>One of several sockets of a server: what came to another one and is for this one, and the other way round.</content>
internal sealed partial class DatagramDriver
{
    private ForwardedDatagrams? _forwarded;
    private int _isForwardQueued;
    private SocketAddress? _otherDestination;

    /// <summary>Background, server: knows the other sockets. Null: there are none.</summary>
    public IDatagramRouter? Router { get; init; }

    /// <summary>What <see cref="Router"/> calls this socket.</summary>
    public int Shard { get; init; }

    /// <summary>How many forwarded datagrams may wait; 0: none is taken.</summary>
    public int ForwardQueueLength
    {
        init => _forwarded = value > 0 ? new ForwardedDatagrams(value) : null;
    }

    /// <summary>Whether the calling thread is in this driver's loop, in a handler for instance.</summary>
    public bool IsInsideHandler => _gate.IsHeldByCurrentThread;

    /// <summary>
    /// Takes a copy of a datagram that came to another socket, if its connection ID is one of ours: anybody can write the number of a
    /// socket into a datagram. Any thread; never waits. False: it is nobody's, or there is no room.
    /// </summary>
    public bool TryForward(in DtlsPath path, ReadOnlySpan<byte> datagram)
    {
        if (_forwarded is not { } forwarded
            || !_endpoint.TryFindConnection(datagram, out DtlsConnection? connection)
            || !forwarded.TryAdd(connection, path, datagram))
        {
            return false;
        }

        if (Interlocked.Exchange(ref _isForwardQueued, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>A bounded turn with what was forwarded to here, on the thread pool.</summary>
    private void HandleForwarded()
    {
        Volatile.Write(ref _isForwardQueued, 0);
        lock (_gate)
        {
            if (_stopped)
                return;
            MonotonicTime now = _clock.Now;
            var sink = new ChannelSink();
            for (int i = 0; i < DatagramsPerTurn && _forwarded!.TryPeek(out DtlsPath path, out Span<byte> datagram); i++)
            {
                HandleDatagram(path, datagram, now, ref sink);
                _forwarded.Release();
            }

            Drain(now);
        }

        if (!_forwarded!.IsEmpty && Interlocked.Exchange(ref _isForwardQueued, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Passes on what is at the head of the batch and another socket's. Outside of the gate.</summary>
    private int ForwardForeign(UdpPort port, Platform.DatagramBatch batch, int most)
    {
        int count = 0;
        while (count < most && batch.HasNext && Router!.IsForeign(batch.PeekNext(), Shard, out DtlsConnectionIdOwner owner))
        {
            DtlsPath path = port.PathOf(batch, batch.NextMessage);
            Router.Forward(owner, path, batch.TakeNext());
            count++;
        }

        return count;
    }

    private bool IsForeign(Platform.DatagramBatch batch) => Router is { } router && router.IsForeign(batch.PeekNext(), Shard, out _);

    /// <summary>
    /// The socket that an answer leaves by: the one whose address the peer knows. A connection that was forwarded here from a socket
    /// with another local address is answered by that one.
    /// </summary>
    private UdpPort PortOf(in DtlsAddress local) => Router is { } router && !_port.Has(local) ? router.FindPort(local) ?? _port : _port;

    /// <summary>Sends by another socket than our own. Under the gate.</summary>
    private void SendBy(UdpPort port, ReadOnlySpan<byte> datagram, in DtlsPath path)
    {
        if (_otherDestination is null || _otherDestination.Family != port.Family)
            _otherDestination = port.CreateAddress();
        SocketAddressFormat.Write(path.Remote, _otherDestination);
        try
        {
            port.Send(datagram, _otherDestination, path.Local, out SocketError error);
            if (error != SocketError.Success)
                NoteSocketError(error);
        }
        catch (ObjectDisposedException)
        {
            // Its driver has stopped before this one: what cannot leave is lost, as on the way.
        }
    }
}
