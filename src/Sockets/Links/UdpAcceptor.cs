using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;
using Sockets.Platform;

namespace Sockets.Links;

/// <summary>
/// A UDP socket whose peers are told apart by their address and by the address they asked. Sources are not authenticated: a new
/// one gets a place only while the admission and the queue of peers that nobody has accepted yet have one, and loses it when
/// it is silent. Nothing is allocated per datagram of a known peer.
/// </summary>
internal sealed partial class UdpAcceptor : DatagramAcceptor
{
    // Datagrams taken from the system in one turn.
    private const int Budget = 64;

    private readonly SystemSocket _socket;
    private readonly AcceptAdmission _admission;
    private readonly TimeProvider _timeProvider;
    private readonly int _maxPending;
    private readonly int _queueSize;
    private readonly Lock _gate = new();
    private readonly Dictionary<UdpPeer, UdpServerLink> _peers = [];
    private readonly Queue<UdpServerLink> _pending = new();
    private readonly AddressFamily _family;
    private readonly CancellationTokenSource _closing = new();
    private Task _loop = Task.CompletedTask;
    private long _dropped;
    private int _queued;
    private int _isPumping;

    // Of whoever pumps: what was received and not delivered yet, and whether the last receive brought several in one piece.
    private volatile DatagramBatch? _received;
    private bool _isCoalescing;
    private bool _isStopped;
    private bool _isClosed;

    private UdpAcceptor(SystemSocket socket, SocketListenerOptions options, AcceptAdmission admission)
    {
        _socket = socket;
        _admission = admission;
        _timeProvider = options.TimeProvider;
        _maxPending = options.AcceptQueueLength;
        _queueSize = options.ReceiveQueueSize;
        _idleTimeout = options.DatagramIdleTimeout;
        _family = socket.AddressFamily;
        Abilities.EnableCoalescing(socket);
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        IsDrivenByPoll = options.DrivenByPoll;
        _nextSweep = NextSweepAfter(Now);
    }

    public bool IsDrivenByPoll { get; }

    public DatagramAbilities Abilities { get; } = new();

    /// <summary>Whether something was received and not delivered yet: there is no need to wait for the system.</summary>
    public bool HasReceived => _received is not null;

    public override IPEndPoint LocalEndPoint { get; }

    public override SystemSocket Underlying => _socket;

    public override long Dropped => Interlocked.Read(ref _dropped);

    public override int QueueLength
    {
        get
        {
            lock (_gate)
                return _pending.Count;
        }
    }

    public override int QueuedDatagrams => Volatile.Read(ref _queued);

    public long Now => _timeProvider.GetTimestamp();

    /// <exception cref="SocketFailureException">The port is in use, or the address is not of this machine.</exception>
    public static UdpAcceptor Bind(IPEndPoint localEndPoint, SocketListenerOptions options, AcceptAdmission admission, PortSharing sharing)
    {
        var socket = new SystemSocket(localEndPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Blocking = false;
            PortBinding.Prepare(socket, localEndPoint, sharing);
            socket.Bind(localEndPoint);
            PortBinding.Share(socket, sharing);
            options.Settings.Apply(socket, SettingMoments.BeforeListen);
            if (localEndPoint.Address.Equals(IPAddress.Any) || localEndPoint.Address.Equals(IPAddress.IPv6Any))
                DatagramIo.EnableLocalAddress(socket);
            return new UdpAcceptor(socket, options, admission);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw SocketFailureException.From(exception, $"Listening on {localEndPoint}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override void Start()
    {
        StartSweeping();
        _loop = Task.Run(RunAsync);
    }

    public override bool TryAccept([NotNullWhen(true)] out SocketLink? link)
    {
        lock (_gate)
        {
            if (!_pending.TryDequeue(out UdpServerLink? next))
            {
                link = null;
                return false;
            }

            next.IsAccepted = true;
            link = next;
            return true;
        }
    }

    /// <summary>Takes what is there from the system. True: something was there, and there may be more.</summary>
    public override bool Progress()
    {
        // Several sockets without a poll may be pumped by several threads: one does it for all.
        if (Interlocked.Exchange(ref _isPumping, 1) != 0)
            return false;
        try
        {
            if (IsDrivenByPoll && Now >= NextTimeout)
                Sweep();
            bool wasAny = Pump() > 0;
            if (HasReceived)
                Changed?.Invoke(); // the system does not know of it
            return wasAny;
        }
        finally
        {
            Volatile.Write(ref _isPumping, 0);
        }
    }

    public override void StopAccepting()
    {
        lock (_gate)
            _isStopped = true;
        Complete();
    }

    public override async ValueTask DisposeAsync()
    {
        StopAccepting();
        UdpServerLink[] links;
        int unaccepted;
        lock (_gate)
        {
            _isClosed = true;
            links = [.. _peers.Values];
            _peers.Clear();
            unaccepted = _pending.Count;
            _pending.Clear();
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        StopSweeping();
        foreach (UdpServerLink link in links)
            link.Finish(CreateClosed(), discard: !link.IsAccepted);
        for (int i = 0; i < unaccepted; i++)
            _admission.Exit();
        await _loop.ConfigureAwait(false);
        _closing.Dispose();
    }

    /// <summary>The application has disposed the link: the peer's next datagram makes a new one.</summary>
    public void Remove(UdpServerLink link)
    {
        lock (_gate)
        {
            if (_peers.TryGetValue(link.Peer, out UdpServerLink? current) && current == link)
                _peers.Remove(link.Peer);
        }
    }

    public static SocketFailureException CreateClosed() => new(SocketFailureReason.Closed, "The listener of this peer was closed by this program.");

    public void CountQueued(int change) => Interlocked.Add(ref _queued, change);

    /// <summary>
    /// Waits until the socket may take a datagram. The platform has no such wait that sends nothing, and a datagram's local
    /// address cannot be given to one that sends, so a thread of the pool waits; it is rare and short.
    /// </summary>
    public async ValueTask WaitWritableAsync(CancellationToken cancellationToken)
    {
        var slice = TimeSpan.FromMilliseconds(50);
        try
        {
            while (!await Task.Run(() => _socket.Poll(slice, SelectMode.SelectWrite), cancellationToken).ConfigureAwait(false))
                cancellationToken.ThrowIfCancellationRequested();
        }
        catch (ObjectDisposedException)
        {
            throw CreateClosed();
        }
    }

    private async Task RunAsync()
    {
        var backoff = new AcceptBackoff(_timeProvider);
        while (!Volatile.Read(ref _isClosed))
        {
            try
            {
                if (_received is null)
                    await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek).ConfigureAwait(false); // waits, and leaves the datagram
                else
                    await Task.Yield(); // other work gets its turn
                backoff.Reset();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.MessageSize or SocketError.ConnectionReset)
            {
                // The empty buffer is too short, or it is about one peer (Windows): the pump goes on with the next.
            }
            catch (SocketException)
            {
                await backoff.WaitAsync(_closing.Token).ConfigureAwait(false);
            }

            try
            {
                Pump();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>One turn. What is left over of the last receive comes first in the next.</summary>
    private int Pump()
    {
        DatagramBatch batch = _received ?? DatagramBatch.Rent();
        _received = batch;
        int count = 0;
        bool isLast = false;
        while (count < Budget)
        {
            if (batch.HasNext)
            {
                count += Dispatch(batch, Budget - count);
                continue;
            }

            if (isLast)
                break;
            int limit = _isCoalescing ? 1 : Math.Min(Budget - count, DatagramBatch.MaxMessages);
            SocketError error = batch.Receive(_socket, Abilities, limit, wantsSource: true);
            if (error == SocketError.ConnectionReset)
                count++; // of one peer (Windows): the next may be good
            else if (error != SocketError.Success)
                break;
            isLast = batch.Count < limit && Abilities.ReceivesBatches;
            if (batch.HasNext)
                _isCoalescing = batch.Bytes(batch.Count - 1).Length > batch.SegmentSize(batch.Count - 1);
        }

        if (!batch.HasNext)
        {
            _received = null;
            batch.Return();
        }

        return count;
    }

    /// <summary>Delivers what is next and comes from the same peer; returns how many datagrams.</summary>
    private int Dispatch(DatagramBatch batch, int most)
    {
        int message = batch.NextMessage;
        UdpPeer peer = UdpPeer.From(batch.Source(message), _family, batch.Local(message));
        UdpServerLink? link;
        bool isNew = false;
        lock (_gate)
        {
            if (!_peers.TryGetValue(peer, out link))
            {
                link = Admit(peer, batch.Source(message), batch.Local(message));
                isNew = link is not null;
            }
        }

        int count = 0;
        do
        {
            Span<byte> datagram = batch.TakeNext();
            link?.Deliver(datagram);
            count++;
        }
        while (count < most && batch.HasNext && batch.NextMessage == message);
        if (isNew)
            Publish(link!);
        return count;
    }

    /// <summary>Under the lock. Null: there is no place for another peer.</summary>
    private UdpServerLink? Admit(UdpPeer peer, ReadOnlySpan<byte> source, LocalAddress local)
    {
        if (_isStopped)
            return null;
        if (_pending.Count >= _maxPending)
        {
            Interlocked.Increment(ref _dropped);
            return null;
        }

        if (!_admission.TryEnter())
        {
            _admission.CountRefusal();
            return null;
        }

        var remote = new SocketAddress(_family);
        source[..remote.Size].CopyTo(remote.Buffer.Span);
        var link = new UdpServerLink(this, peer, remote, local, _queueSize);
        _peers.Add(peer, link);
        return link;
    }

    /// <summary>With its first datagram in it, for whoever accepts.</summary>
    private void Publish(UdpServerLink link)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                _admission.Exit();
                return;
            }

            _pending.Enqueue(link);
        }

        Signal();
    }
}
