using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;
using Sockets.Pooling;

namespace Sockets;

public sealed partial class SocketPool
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(5);

    /// <summary>A quarter of the shortest time there is to keep, within reason.</summary>
    private static TimeSpan MaintenanceInterval(SocketPoolOptions options)
    {
        TimeSpan shortest = LongestInterval;
        foreach (TimeSpan time in (ReadOnlySpan<TimeSpan>)[options.IdleTimeout, options.Lifetime, options.NameRefreshInterval])
        {
            if (time != Timeout.InfiniteTimeSpan && time / 4 < shortest)
                shortest = time / 4;
        }

        return shortest > ShortestInterval ? shortest : ShortestInterval;
    }

    /// <summary>Evicts, looks for connections that died unnoticed, replaces what is missing, refreshes names.</summary>
    private void Maintain()
    {
        var toCheck = new List<PooledConnection>();
        var toRefresh = new List<EndpointConnections>();
        var actions = new PoolActions();
        lock (_gate)
        {
            if (_isClosed)
                return;
            long now = _timeProvider.GetTimestamp();
            foreach (EndpointConnections endpoint in _endpoints.Values.ToArray())
                Maintain(endpoint, now, toCheck, toRefresh, ref actions);
        }

        actions.Run(this);
        foreach (PooledConnection connection in toCheck)
        {
            if (IsAlive(connection.Socket))
                PutBack(connection);
            else
                Discard(connection, ref connection.Endpoint.ClosedDead);
        }

        foreach (EndpointConnections endpoint in toRefresh)
            _ = RefreshNameAsync(endpoint);
    }

    private void Maintain(EndpointConnections endpoint, long now, List<PooledConnection> toCheck, List<EndpointConnections> toRefresh, ref PoolActions actions)
    {
        for (int i = 0; i < endpoint.Idle.Count;)
        {
            PooledConnection connection = endpoint.Idle[i];
            bool isOld = now >= connection.ExpiresAt;
            if (!isOld && (now < connection.IdleUntil || endpoint.Total <= _options.MinConnectionsPerEndpoint))
            {
                i++;
                continue;
            }

            endpoint.Idle.RemoveAt(i);
            if (isOld)
                endpoint.ClosedOld++;
            else
                endpoint.ClosedIdle++;
            Free(connection, ref actions);
        }

        toCheck.AddRange(endpoint.Idle);
        foreach (PooledConnection connection in endpoint.Idle)
            endpoint.Leased.Add(connection);
        endpoint.Idle.Clear();

        bool wasUsed = endpoint is { Created: > 0, IsRefused: false };
        endpoint.Wanted = wasUsed ? Math.Max(endpoint.Wanted, _options.MinConnectionsPerEndpoint - endpoint.Total) : endpoint.Wanted;
        EnsureConnecting(endpoint, now, ref actions);

        if (now >= endpoint.NextNameRefresh && !endpoint.IsRefreshing && endpoint.Key.Target is { Host: not null, EndPoint: null } && endpoint.Total > 0)
        {
            endpoint.IsRefreshing = true;
            toRefresh.Add(endpoint);
        }

        if (endpoint.IsEmpty && endpoint.Breaker.IsSettled(now))
        {
            _endpoints.Remove(endpoint.Key);
            _retired = Add(_retired, endpoint.Statistics);
        }
    }

    /// <summary>Back among the idle ones after a check, where it was, unless somebody has come to wait meanwhile.</summary>
    private void PutBack(PooledConnection connection)
    {
        var actions = new PoolActions();
        lock (_gate)
        {
            EndpointConnections endpoint = connection.Endpoint;
            if (!endpoint.Leased.Remove(connection))
                return;
            if (_isClosed || endpoint.Waiters.Count > 0)
            {
                Deliver(connection, _timeProvider.GetTimestamp(), ref actions);
            }
            else
            {
                int index = endpoint.Idle.FindLastIndex(other => other.IdleSince <= connection.IdleSince) + 1;
                endpoint.Idle.Insert(index, connection);
                GiveWay(_timeProvider.GetTimestamp(), ref actions);
            }
        }

        actions.Run(this);
    }

    private async Task RefreshNameAsync(EndpointConnections endpoint)
    {
        // A name that cannot be looked up now says nothing about the connections there are.
        bool isComplete = true;
        var addresses = new List<IPAddress>();
        var deadline = Deadline.After(endpoint.Options.ConnectTimeout, _timeProvider);
        using (CancellationTokenSource limit = deadline.CreateSource(_closing.Token))
        {
            foreach (AddressFamily family in (AddressFamily[])[AddressFamily.InterNetworkV6, AddressFamily.InterNetwork])
            {
                try
                {
                    addresses.AddRange(await endpoint.Options.NameResolver.ResolveAsync(endpoint.Key.Target.Host!, family, limit.Token).AsTask().WaitAsync(limit.Token).ConfigureAwait(false));
                }
                catch (SocketException exception)
                {
                    isComplete &= exception.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData;
                }
                catch (Exception)
                {
                    isComplete = false; // a resolver of the application may throw what it likes
                }
            }
        }

        var actions = new PoolActions();
        lock (_gate)
        {
            endpoint.IsRefreshing = false;
            endpoint.NextNameRefresh = PoolTime.After(_timeProvider, _timeProvider.GetTimestamp(), _options.NameRefreshInterval);
            if (isComplete && addresses.Count > 0 && !_isClosed)
            {
                foreach (PooledConnection connection in endpoint.Leased)
                    connection.HasMoved |= !IsAmong(connection, addresses);
                for (int i = endpoint.Idle.Count - 1; i >= 0; i--)
                {
                    PooledConnection connection = endpoint.Idle[i];
                    if (IsAmong(connection, addresses))
                        continue;
                    endpoint.Idle.RemoveAt(i);
                    endpoint.ClosedMoved++;
                    Free(connection, ref actions);
                }
            }
        }

        actions.Run(this);
    }

    private static bool IsAmong(PooledConnection connection, List<IPAddress> addresses) =>
        connection.Socket.RemoteEndPoint is not IPEndPoint { Address: var address }
        || addresses.Exists(candidate => candidate.Equals(address) || (address.IsIPv4MappedToIPv6 && candidate.Equals(address.MapToIPv4())));

    /// <summary>No rents from now on; what is idle is closed. Completes when no connection is left.</summary>
    private Task Close()
    {
        var actions = new PoolActions();
        Task emptied;
        lock (_gate)
        {
            _emptied ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            emptied = _emptied.Task;
            if (!_isClosed)
            {
                _isClosed = true;
                foreach (EndpointConnections endpoint in _endpoints.Values)
                {
                    foreach (PooledConnection connection in endpoint.Idle)
                    {
                        _total--;
                        actions.Close(connection.Socket);
                    }

                    endpoint.Idle.Clear();
                    foreach (Waiter waiter in endpoint.Waiters)
                        waiter.TrySetCanceled();
                    endpoint.Waiters.Clear();
                }
            }

            if (_total == 0)
                _emptied.TrySetResult();
        }

        _closing.Cancel();
        _timer.Dispose();
        actions.Run(this);
        return emptied;
    }

    private int AbortLeased()
    {
        var sockets = new List<Socket>();
        lock (_gate)
        {
            foreach (EndpointConnections endpoint in _endpoints.Values)
            {
                foreach (PooledConnection connection in endpoint.Leased)
                {
                    _total--;
                    endpoint.ClosedByLease++;
                    sockets.Add(connection.Socket);
                }

                endpoint.Leased.Clear();
            }

            if (_total == 0)
                _emptied?.TrySetResult();
        }

        foreach (Socket socket in sockets)
            socket.Abort();
        return sockets.Count;
    }
}
