using System;
using System.Collections.Generic;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <summary>
/// Many connections of either role behind one UDP socket, without any I/O: routes datagrams by connection ID, then by path,
/// answers ClientHellos statelessly until their cookie comes back, and holds the limits.
/// </summary>
/// <remarks>
/// The contract is that of <see cref="DtlsConnection"/>: after each input, or each batch of datagrams, drain
/// <see cref="PollTransmit"/> and <see cref="PollEvent"/> and read <see cref="NextTimeout"/>. One thread at a time.
/// After its <see cref="DtlsEventKind.Closed"/> event and its last datagram the endpoint forgets a connection; disposing
/// it is the driver's business.
/// </remarks>
public sealed partial class DtlsEndpoint : IDisposable, IConnectionOwner
{
    // Entries of the timer queue that may be stale before it is rebuilt, besides one for each connection.
    private const int StaleTimers = 64;

    private readonly DtlsEndpointConfig _config;
    private readonly Dictionary<DtlsPath, Route> _routes = [];
    private readonly Queue<DtlsConnection> _sending = new();
    private readonly Queue<DtlsConnection> _telling = new();
    private readonly Queue<DtlsEvent> _accepted = new();
    private readonly PriorityQueue<DtlsConnection, long> _timers = new();
    private DtlsStatistics _statistics;
    private bool _isDisposed;

    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    public DtlsEndpoint(DtlsEndpointConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        _config = config;
        _admission = config.Admission ?? new DtlsAdmission(new DtlsAdmissionLimits { MaxConnections = config.MaxConnections, MaxHandshakes = Math.Min(config.MaxHandshakes, config.MaxConnections) });
        if (config.Server is { } server)
        {
            _cookies = new CookieJar(server.Crypto, config.CookieLifetime, config.CookieKeyLifetime);
            _helloCache = new ClientHelloCache(config.ReassemblySlots, config.ReassemblySlotSize);
        }

        _connectionIds = config.ConnectionIds;
        if (config.Server is not null)
            RequireConnectionIdLength(config.Server);
    }

    /// <summary>
    /// Counters of what belongs to no connection: stateless answers and discards. A connection's own are its own.
    /// </summary>
    public DtlsStatistics Statistics => _statistics;

    /// <summary>Who is let in: <see cref="DtlsEndpointConfig.Admission"/>, or the endpoint's own.</summary>
    public DtlsAdmission Admission => _admission;

    /// <summary>Connections in every state, those beside an older one on the same path included.</summary>
    public int ConnectionCount { get; private set; }

    /// <summary>Server connections whose handshake is not done.</summary>
    public int HandshakeCount { get; private set; }

    /// <summary>Entries of the timer queue, stale ones included.</summary>
    internal int TimerCount => _timers.Count;

    /// <summary>When <see cref="HandleTimeout"/> wants to be called; <see cref="MonotonicTime.Never"/> when it does not.</summary>
    public MonotonicTime NextTimeout
    {
        get
        {
            PruneTimers();
            return _timers.TryPeek(out _, out long ticks) ? MonotonicTime.Min(new MonotonicTime(ticks), _nextLook) : _nextLook;
        }
    }

    /// <summary>Starts a client connection.</summary>
    /// <exception cref="InvalidOperationException">There is a connection on this path already, or the limit is reached.</exception>
    /// <exception cref="ArgumentException">A setting is out of range, or the connection IDs have another length than this endpoint's.</exception>
    public DtlsConnection Connect(DtlsConfig config, in DtlsPath path, MonotonicTime now)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_routes.ContainsKey(path))
            throw new InvalidOperationException($"There is a connection to {path} already.");
        if (ConnectionCount >= _config.MaxConnections)
            throw new InvalidOperationException($"The endpoint holds {ConnectionCount} connections, its limit (DtlsEndpointConfig.MaxConnections).");
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        RequireConnectionIdLength(config);
        DtlsConnection connection = DtlsConnection.CreateClient(config, path, now, this);
        SetRoute(path, new Route(connection));
        Adopt(connection);
        return connection;
    }

    /// <summary>
    /// The connection that <see cref="HandleDatagram"/> has given its datagram to, whatever path that came by; null: to none that is
    /// there. A driver ends it when that call has thrown, which is a defect, and nobody else.
    /// </summary>
    public DtlsConnection? LastRecipient { get; private set; }

    /// <summary>
    /// Takes one datagram; <b>its bytes are overwritten</b>. See <see cref="DtlsConnection.HandleDatagram"/>.
    /// </summary>
    public void HandleDatagram<TSink>(in DtlsPath path, Span<byte> datagram, MonotonicTime now, ref TSink sink)
        where TSink : struct, IDtlsSink, allows ref struct
    {
        if (_isDisposed)
            return; // no cookie may be made or believed without its key
        LastRecipient = null;
        if (_connectionIds is not null && TryFindIdentified(datagram, out DtlsConnection? identified))
        {
            LastRecipient = identified;
            identified.HandleDatagram(path, datagram, now, ref sink);
            return;
        }

        bool isKnown = TryFindRoute(path, out Route route);
        if (IsClientHelloRecord(datagram, out ulong sequence, out ReadOnlySpan<byte> fragments, out ReadOnlySpan<byte> rest)
            && !BelongsTo(route, fragments))
        {
            _statistics.DatagramsReceived++;
            _statistics.BytesReceived += (ulong)datagram.Length;
            HandleClientHello(path, datagram.Length, sequence, fragments, now);

            // Further fragments may share the datagram, each in a record of its own.
            while (IsClientHelloRecord(rest, out sequence, out fragments, out rest))
                HandleClientHello(path, 0, sequence, fragments, now);
            return;
        }

        if (!isKnown && _ownPaths.TryGetValue(path, out DtlsConnection? mover))
        {
            LastRecipient = mover;
            mover.HandleDatagram(path, datagram, now, ref sink);
            return;
        }

        if (!isKnown)
        {
            _statistics.DatagramsReceived++;
            _statistics.BytesReceived += (ulong)datagram.Length;
            _statistics.Discard(HasConnectionId(datagram) ? DiscardReason.UnknownConnectionId : DiscardReason.UnknownConnection);
            return;
        }

        LastRecipient = route.Successor ?? route.Connection;
        if (route.Successor is { } successor)
            HandleBeside(route.Connection, successor, path, datagram, now, ref sink);
        else
            route.Connection.HandleDatagram(path, datagram, now, ref sink);
    }

    /// <summary>Lets everything happen whose time has come.</summary>
    public void HandleTimeout(MonotonicTime now)
    {
        while (_timers.TryPeek(out DtlsConnection? connection, out long ticks) && ticks <= now.Ticks)
        {
            _timers.Dequeue();
            if (connection.ScheduledTimeout.Ticks != ticks)
                continue; // replaced by an earlier one
            connection.ScheduledTimeout = MonotonicTime.Never;
            connection.HandleTimeout(now);
            OnTouched(connection);
        }

        if (_nextLook <= now)
            LookForQuiet(now);
    }

    /// <summary>Writes the next datagram of any connection, or a stateless answer. Call until it is empty.</summary>
    /// <param name="destination">At least the largest <see cref="DtlsConfig.MaxDatagramSize"/> in use.</param>
    public DtlsTransmit PollTransmit(Span<byte> destination)
    {
        DtlsTransmit transmit = PollStateless(destination);
        while (transmit.IsEmpty && _sending.TryPeek(out DtlsConnection? connection))
        {
            transmit = connection.PollTransmit(destination);
            if (!transmit.IsEmpty)
                break;
            _sending.Dequeue();
            connection.IsSending = false;
            Settle(connection);
        }

        return transmit;
    }

    /// <summary>Takes the next event of any connection.</summary>
    /// <returns>False when there is none.</returns>
    public bool PollEvent(out DtlsEvent dtlsEvent)
    {
        if (_accepted.TryDequeue(out dtlsEvent))
            return true;
        while (_telling.TryPeek(out DtlsConnection? connection))
        {
            if (connection.PollEvent(out dtlsEvent))
            {
                if (dtlsEvent.Kind == DtlsEventKind.Connected)
                {
                    if (connection.IsRefused)
                        continue; // nobody learns of it
                    OnConnected(connection);
                }

                return true;
            }

            _telling.Dequeue();
            connection.IsTelling = false;
            Settle(connection);
        }

        dtlsEvent = default;
        return false;
    }

    /// <summary>Disposes every connection. Nothing is sent.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (Route route in _routes.Values)
        {
            Abandon(route.Connection);
            if (route.Successor is { } successor)
                Abandon(successor);
        }

        foreach (DtlsConnection connection in _withoutRoute)
            Abandon(connection);
        foreach (DtlsConnection connection in (DtlsConnection[])[.. _sending, .. _telling])
            Abandon(connection); // over, and not forgotten yet

        _routes.Clear();
        _lastRoute = default;
        _withoutRoute.Clear();
        _ownPaths.Clear();
        _byConnectionId.Clear();
        _lastIdentified = null;
        LastRecipient = null;
        _timers.Clear();
        _sending.Clear();
        _telling.Clear();
        _unfinished.Clear();
        _accepted.Clear();
        _stateless.Clear();
        _warm.Clear();
        _nextLook = MonotonicTime.Never;
        ConnectionCount = 0;
        HandshakeCount = 0;
        _cookies?.Dispose();

        void Abandon(DtlsConnection connection)
        {
            if (connection.Owner is null)
                return;
            EndHandshakeCount(connection);
            Leave(connection);
            connection.Owner = null;
            connection.Dispose();
        }
    }

    /// <summary>A connection of ours has had some input: it may have datagrams, events or another deadline.</summary>
    void IConnectionOwner.OnTouched(DtlsConnection connection) => OnTouched(connection);

    private void OnTouched(DtlsConnection connection)
    {
        if (connection.IsUncounted && connection.IsConnected)
            CountAddress(connection);
        if (!connection.IsSending)
        {
            connection.IsSending = true;
            _sending.Enqueue(connection);
        }

        if (!connection.IsTelling)
        {
            connection.IsTelling = true;
            _telling.Enqueue(connection);
        }
    }

    private void Adopt(DtlsConnection connection)
    {
        connection.Owner = this;
        ConnectionCount++;
        if (connection.Role == DtlsRole.Server)
        {
            HandshakeCount++;
            connection.IsCountedAsHandshake = true;
            RememberUnfinished(connection);
        }

        OnTouched(connection);
    }

    private void OnConnected(DtlsConnection connection)
    {
        EndHandshakeCount(connection);
        Promote(connection);
    }

    private void EndHandshakeCount(DtlsConnection connection)
    {
        if (connection.IsCountedAsHandshake)
        {
            HandshakeCount--;
            _admission.EndHandshake();
        }

        connection.IsCountedAsHandshake = false;
    }

    /// <summary>Gives back the place that a client's connection had.</summary>
    private void Leave(DtlsConnection connection)
    {
        if (connection.Role == DtlsRole.Server)
            _admission.Leave(connection.CountedAddress.IsSpecified ? connection.CountedAddress : null);
    }

    /// <summary>A connection has nothing more to say for now: settles its deadline, or forgets it when it is over.</summary>
    private void Settle(DtlsConnection connection)
    {
        if (connection.IsSending || connection.IsTelling)
            return;
        if (connection.State is DtlsState.Closed or DtlsState.Failed)
        {
            Forget(connection);
            return;
        }

        MonotonicTime timeout = connection.NextTimeout;
        if (timeout < connection.ScheduledTimeout)
            Schedule(connection, timeout);
    }

    private void Schedule(DtlsConnection connection, MonotonicTime timeout)
    {
        connection.ScheduledTimeout = timeout;
        if (timeout == MonotonicTime.Never)
            return;
        _timers.Enqueue(connection, timeout.Ticks);
        if (_timers.Count > StaleTimers + (2 * ConnectionCount))
            RebuildTimers();
    }

    /// <summary>
    /// Drops the entries that were replaced. Each connection has one that counts, but a peer that starts one short timer
    /// after another leaves a stale one each time, for as long as the connection's longest deadline.
    /// </summary>
    private void RebuildTimers()
    {
        _timers.Clear();
        foreach (Route route in _routes.Values)
        {
            Requeue(route.Connection);
            if (route.Successor is { } successor)
                Requeue(successor);
        }

        foreach (DtlsConnection connection in _withoutRoute)
            Requeue(connection);
    }

    private void Requeue(DtlsConnection connection)
    {
        if (connection.ScheduledTimeout != MonotonicTime.Never)
            _timers.Enqueue(connection, connection.ScheduledTimeout.Ticks);
    }

    /// <summary>
    /// Makes the head of the timer queue true. A deadline that moved forward has left an older entry behind, and one that
    /// moved back an early one; both are mended when they come up.
    /// </summary>
    private void PruneTimers()
    {
        while (_timers.TryPeek(out DtlsConnection? head, out long ticks))
        {
            bool isCurrent = head.ScheduledTimeout.Ticks == ticks;
            MonotonicTime actual = head.NextTimeout;
            if (isCurrent && actual.Ticks <= ticks)
                return;
            _timers.Dequeue();
            if (isCurrent)
                Schedule(head, actual);
        }
    }
}
