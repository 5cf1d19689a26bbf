using System;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;
using Sockets.Pooling;

namespace Sockets;

/// <remarks>Members with a <see cref="PoolActions"/> are called with the lock held, and only decide.</remarks>
public sealed partial class SocketPool
{
    /// <summary>Late datagrams of an earlier use that are thrown away before the next one; more than that is no idle peer.</summary>
    private const int MaxStaleDatagrams = 64;

    /// <summary>The connection that was used last, of those that may still be used.</summary>
    private PooledConnection? TakeIdle(EndpointConnections endpoint, long now, ref PoolActions actions)
    {
        while (endpoint.Idle.Count > 0)
        {
            PooledConnection connection = endpoint.Idle[^1];
            endpoint.Idle.RemoveAt(endpoint.Idle.Count - 1);
            if (now < connection.ExpiresAt)
            {
                endpoint.Leased.Add(connection);
                return connection;
            }

            endpoint.ClosedOld++;
            Free(connection, ref actions);
        }

        return null;
    }

    /// <summary>Queues a rent and begins the connection it needs, unless there is no hope.</summary>
    private Waiter Enqueue(EndpointConnections endpoint, long now, ref PoolActions actions)
    {
        if (!endpoint.Breaker.Allows(now) && endpoint.Leased.Count + endpoint.Connecting == 0)
            throw CreateCircuitOpen(endpoint, now);
        bool mayConnect = endpoint.Connecting < endpoint.Waiters.Count + 1 && endpoint.Total < _options.MaxConnectionsPerEndpoint;
        if (!mayConnect && endpoint.Waiters.Count >= _options.MaxWaiting)
        {
            throw new SocketFailureException(
                SocketFailureReason.LimitReached,
                $"{endpoint.Waiters.Count} rents wait for a connection to {endpoint.Key.Target} already, which is the limit ({nameof(SocketPoolOptions.MaxWaiting)}).");
        }

        var waiter = new Waiter();
        endpoint.Waiters.AddLast(waiter);
        EnsureConnecting(endpoint, now, ref actions);
        return waiter;
    }

    /// <summary>Begins as many connections as are waited for and allowed.</summary>
    private void EnsureConnecting(EndpointConnections endpoint, long now, ref PoolActions actions)
    {
        while (!_isClosed
            && endpoint.Connecting < endpoint.Waiters.Count + endpoint.Wanted
            && endpoint.Total < _options.MaxConnectionsPerEndpoint
            && endpoint.Breaker.Allows(now))
        {
            if (_total >= _options.MaxConnections && !EvictOldestIdle(ref actions))
            {
                if (!_starved.Contains(endpoint))
                    _starved.Enqueue(endpoint);
                return;
            }

            _total++;
            endpoint.Connecting++;
            endpoint.Breaker.Begin();
            actions.Connect(endpoint);
        }
    }

    /// <summary>Makes room in the whole pool.</summary>
    private bool EvictOldestIdle(ref PoolActions actions)
    {
        PooledConnection? oldest = null;
        foreach (EndpointConnections endpoint in _endpoints.Values)
        {
            if (endpoint.Idle.Count > 0 && (oldest is null || endpoint.Idle[0].IdleSince < oldest.IdleSince))
                oldest = endpoint.Idle[0];
        }

        if (oldest is null)
            return false;
        oldest.Endpoint.Idle.RemoveAt(0);
        oldest.Endpoint.ClosedIdle++;
        _total--;
        actions.Close(oldest.Socket);
        return true;
    }

    /// <summary>A connection that is in no list any more is closed, and its place goes to who needs it.</summary>
    private void Free(PooledConnection connection, ref PoolActions actions)
    {
        _total--;
        actions.Close(connection.Socket);
        Refill(connection.Endpoint, ref actions);
    }

    private void Refill(EndpointConnections endpoint, ref PoolActions actions)
    {
        long now = _timeProvider.GetTimestamp();
        EnsureConnecting(endpoint, now, ref actions);
        while (_total < _options.MaxConnections && _starved.TryDequeue(out EndpointConnections? starved))
            EnsureConnecting(starved, now, ref actions);
        if (_isClosed && _total == 0)
            _emptied?.TrySetResult();
    }

    /// <summary>To the first rent that still waits, else to the idle ones.</summary>
    private void Deliver(PooledConnection connection, long now, ref PoolActions actions)
    {
        EndpointConnections endpoint = connection.Endpoint;
        if (_isClosed)
        {
            Free(connection, ref actions);
            return;
        }

        while (endpoint.Waiters.First is { } first)
        {
            endpoint.Waiters.RemoveFirst();
            endpoint.Leased.Add(connection);
            if (first.Value.TrySetResult(connection))
                return;
            endpoint.Leased.Remove(connection); // it gave up just now
        }

        connection.IdleSince = now;
        connection.IdleUntil = PoolTime.After(_timeProvider, now, PoolTime.Shorten(_options.IdleTimeout, _options.Jitter, _random));
        endpoint.Idle.Add(connection);
        GiveWay(now, ref actions);
    }

    /// <summary>After a connection became idle: it gives way where another endpoint found no room.</summary>
    private void GiveWay(long now, ref PoolActions actions)
    {
        if (_starved.TryDequeue(out EndpointConnections? starved))
            EnsureConnecting(starved, now, ref actions);
    }

    internal void BeginConnect(EndpointConnections endpoint) => _ = ConnectAsync(endpoint);

    private async Task ConnectAsync(EndpointConnections endpoint)
    {
        Socket? socket = null;
        SocketFailureException? failure = null;
        try
        {
            socket = await _connect(endpoint.Key.Target, endpoint.Options, _closing.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The pool is closed; nobody waits any more.
        }
        catch (Exception exception)
        {
            failure = exception as SocketFailureException
                ?? new SocketFailureException(SocketFailureReason.Other, $"Connecting to {endpoint.Key.Target} failed: {exception.Message.TrimEnd('.')}.", exception);
        }

        var actions = new PoolActions();
        lock (_gate)
        {
            long now = _timeProvider.GetTimestamp();
            endpoint.Connecting--;
            if (socket is not null)
            {
                endpoint.Breaker.Succeed();
                endpoint.IsRefused = false;
                endpoint.Created++;
                endpoint.Wanted = Math.Max(0, endpoint.Wanted - 1);
                TimeSpan lifetime = PoolTime.Shorten(_options.Lifetime, _options.Jitter, _random);
                Deliver(new PooledConnection(this, endpoint, socket, now, PoolTime.After(_timeProvider, now, lifetime)), now, ref actions);
                EnsureConnecting(endpoint, now, ref actions); // the circuit may have closed just now
            }
            else
            {
                _total--;
                if (failure is null)
                    endpoint.Breaker.GiveUp();
                else
                    HandleFailure(endpoint, failure, now);
                Refill(endpoint, ref actions);
            }
        }

        actions.Run(this);
    }

    /// <summary>One rent gets the failure; all of them when nothing can come any more.</summary>
    private static void HandleFailure(EndpointConnections endpoint, SocketFailureException failure, long now)
    {
        endpoint.ConnectFailures++;
        endpoint.Wanted = 0; // whoever wanted more in advance asks again later
        endpoint.IsRefused = !MayPass(failure.Reason);
        endpoint.Breaker.Fail(now, failure);
        bool isHopeless = !endpoint.Breaker.Allows(now) && endpoint.Leased.Count + endpoint.Connecting == 0;
        while (endpoint.Waiters.First is { } first)
        {
            endpoint.Waiters.RemoveFirst();
            if (first.Value.TrySetException(new SocketFailureException(failure.Reason, failure.Message, failure) { CertificateProblem = failure.CertificateProblem }) && !isHopeless)
                return;
        }
    }

    /// <summary>The end of a lease.</summary>
    internal void TakeBack(PooledConnection connection, bool isReusable)
    {
        EndpointConnections endpoint = connection.Endpoint;
        bool isOpen = isReusable && connection.Socket.IsAtRest;
        bool isAlive = isOpen && IsAlive(connection.Socket);
        if (isAlive)
            connection.Socket.ReceiveTimeout = connection.Socket.SendTimeout = Timeout.InfiniteTimeSpan;
        var actions = new PoolActions();
        lock (_gate)
        {
            if (!endpoint.Leased.Remove(connection))
                return; // aborted by Dispose
            long now = _timeProvider.GetTimestamp();
            if (isAlive && !connection.HasMoved && now < connection.ExpiresAt)
            {
                if (endpoint.Waiters.Count > 0)
                    Interlocked.Increment(ref endpoint.Reused);
                Deliver(connection, now, ref actions);
            }
            else
            {
                if (!isOpen)
                    endpoint.ClosedByLease++;
                else if (!isAlive)
                    endpoint.ClosedDead++;
                else if (connection.HasMoved)
                    endpoint.ClosedMoved++;
                else
                    endpoint.ClosedOld++;
                Free(connection, ref actions);
            }
        }

        actions.Run(this);
    }

    /// <summary>Closes a connection that was taken for a rent and is no good.</summary>
    private void Discard(PooledConnection connection, ref long reason)
    {
        var actions = new PoolActions();
        lock (_gate)
        {
            if (connection.Endpoint.Leased.Remove(connection))
            {
                reason++;
                Free(connection, ref actions);
            }
        }

        actions.Run(this);
    }

    private async ValueTask<bool> IsHealthyAsync(PooledConnection connection, CancellationToken cancellationToken)
    {
        if (!IsAlive(connection.Socket))
            return false;
        if (_options.HealthProbe is not { } probe || _timeProvider.GetElapsedTime(connection.IdleSince) < _options.ProbeAfter)
            return true;
        using CancellationTokenSource limit = Deadline.After(_options.ProbeTimeout, _timeProvider).CreateSource(cancellationToken);
        try
        {
            return await probe(connection.Socket, limit.Token).ConfigureAwait(false) && connection.Socket.State == SocketState.Open;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Discard(connection, ref connection.Endpoint.ClosedByLease); // half a probe may be under way on it
            throw;
        }
        catch (Exception)
        {
            return false; // whatever the probe met, the connection does not serve
        }
    }

    /// <summary>Whether nothing has come on a connection that nobody uses: neither data, nor the end, nor a failure.</summary>
    private static bool IsAlive(Socket socket)
    {
        Span<byte> buffer = stackalloc byte[1];
        try
        {
            int stale = 0;
            while (socket.TryReceive(buffer, out SocketReceiveResult result))
            {
                if (result.IsEnd || socket.Transport == SocketTransport.Stream || ++stale > MaxStaleDatagrams)
                    return false;
            }

            return socket.State == SocketState.Open;
        }
        catch (Exception exception) when (exception is SocketFailureException or InvalidOperationException)
        {
            return false; // failed, or somebody has begun to receive on it
        }
    }

    private SocketFailureException CreateCircuitOpen(EndpointConnections endpoint, long now)
    {
        SocketFailureException? last = endpoint.Breaker.LastFailure;
        return new SocketFailureException(
            SocketFailureReason.CircuitOpen,
            $"Connections to {endpoint.Key.Target} failed {_options.CircuitFailureThreshold} times or more in a row; the next attempt is in {endpoint.Breaker.Remaining(now).TotalSeconds:0.###} s. The last failure: {last?.Message}",
            last);
    }
}
