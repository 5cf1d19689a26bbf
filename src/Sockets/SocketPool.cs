using System;
using System.Collections.Generic;
using System.Net;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Diagnostics;
using Sockets.Engine;
using Sockets.Links;
using Sockets.Pooling;

namespace Sockets;

/// <summary>
/// Client connections that are kept and used again, keyed by where they lead and by everything that was asked of them, the
/// security first: a connection made under one trust never serves another. To share, use the same options, or options that
/// share one security context. A connection that failed is never handed out again, nor one that the peer has ended
/// meanwhile. All members may be called from any thread.
/// </summary>
public sealed partial class SocketPool : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly SocketPoolOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly Func<SocketTarget, SocketClientOptions, CancellationToken, ValueTask<Socket>> _connect;
    private readonly Random _random;
    private readonly Dictionary<PoolKey, EndpointConnections> _endpoints = [];
    private readonly Queue<EndpointConnections> _starved = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly ITimer _timer;
    private SocketPoolStatistics _retired;
    private TaskCompletionSource? _emptied;
    private int _total;
    private bool _isClosed;

    /// <summary>An empty pool.</summary>
    /// <param name="options">Limits and times; null: the defaults.</param>
    public SocketPool(SocketPoolOptions? options = null)
        : this(options ?? new SocketPoolOptions(), Socket.ConnectAsync, new Random())
    {
    }

    internal SocketPool(SocketPoolOptions options, Func<SocketTarget, SocketClientOptions, CancellationToken, ValueTask<Socket>> connect, Random random)
    {
        _options = options.Snapshot();
        _timeProvider = _options.TimeProvider;
        _connect = connect;
        _random = random;
        TimeSpan interval = MaintenanceInterval(_options);
        using (ExecutionContext.SuppressFlow())
            _timer = _timeProvider.CreateTimer(static pool => ((SocketPool)pool!).Maintain(), this, interval, interval);
    }

    /// <summary>Counters of the whole pool.</summary>
    public SocketPoolStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                SocketPoolStatistics sum = _retired;
                foreach (EndpointConnections endpoint in _endpoints.Values)
                    sum = Add(sum, endpoint.Statistics);
                return sum;
            }
        }
    }

    /// <summary>Counters of the connections to one endpoint with these options; all 0 when there never was one.</summary>
    public SocketPoolStatistics GetStatistics(string host, int port, SocketClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var key = PoolKey.Create(SocketTarget.Create(host, port), options);
        lock (_gate)
            return _endpoints.TryGetValue(key, out EndpointConnections? endpoint) ? endpoint.Statistics : default;
    }

    /// <summary>
    /// Rents a connection: an idle one, else a new one, else it waits in turn, for <see cref="SocketPoolOptions.RentTimeout"/> at most.
    /// </summary>
    /// <param name="host">DNS name or IP address.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="options">Part of the key. A new security context in them means connections of their own.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SocketFailureException">No connection: <see cref="SocketFailureReason.LimitReached"/>, <see cref="SocketFailureReason.CircuitOpen"/>, <see cref="SocketFailureReason.TimedOut"/>, or why connecting failed.</exception>
    public ValueTask<SocketLease> RentAsync(string host, int port, SocketClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RentAsync(SocketTarget.Create(host, port), options, cancellationToken);
    }

    /// <inheritdoc cref="RentAsync(string, int, SocketClientOptions, CancellationToken)"/>
    /// <param name="endPoint">Where to.</param>
    /// <param name="options">Part of the key. A new security context in them means connections of their own.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<SocketLease> RentAsync(EndPoint endPoint, SocketClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RentAsync(SocketTarget.Create(endPoint), options, cancellationToken);
    }

    /// <summary>Makes sure that <paramref name="count"/> connections are there, so that the first users need not wait.</summary>
    /// <inheritdoc cref="RentAsync(string, int, SocketClientOptions, CancellationToken)"/>
    /// <param name="host">DNS name or IP address.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="options">Part of the key.</param>
    /// <param name="count">How many, those that exist included.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WarmUpAsync(string host, int port, SocketClientOptions options, int count, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _options.MaxConnectionsPerEndpoint);
        var rents = new Task<SocketLease>[count];
        for (int i = 0; i < count; i++)
            rents[i] = RentAsync(host, port, options, cancellationToken).AsTask();
        try
        {
            await Task.WhenAll(rents).ConfigureAwait(false);
        }
        finally
        {
            foreach (Task<SocketLease> rent in rents)
            {
                if (rent.IsCompletedSuccessfully)
                    rent.Result.Return();
            }
        }
    }

    /// <summary>
    /// Refuses new rents, closes what is idle, and waits for the leases to end; those that have not when the time is over are
    /// aborted. The pool is closed afterwards.
    /// </summary>
    /// <param name="deadline">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/>: as long as it takes.</param>
    /// <param name="cancellationToken">Ends the wait as the deadline does.</param>
    /// <returns>How many leases were aborted.</returns>
    public async Task<int> DrainAsync(TimeSpan deadline, CancellationToken cancellationToken = default)
    {
        if (deadline != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(deadline, TimeSpan.Zero);
        Task emptied = Close();
        try
        {
            await emptied.WaitAsync(TimeLimit.OrNone(deadline), _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // What is left is aborted below.
        }

        return AbortLeased();
    }

    /// <summary>Closes every connection, those that are rented too.</summary>
    public ValueTask DisposeAsync()
    {
        Close();
        AbortLeased();
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder<>))]
    private async ValueTask<SocketLease> RentAsync(SocketTarget target, SocketClientOptions options, CancellationToken cancellationToken)
    {
        var key = PoolKey.Create(target, options);
        long start = _timeProvider.GetTimestamp();
        int retries = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            PooledConnection? connection;
            Waiter? waiter = null;
            EndpointConnections endpoint;
            var actions = new PoolActions();
            try
            {
                lock (_gate)
                {
                    if (_isClosed)
                        throw new ObjectDisposedException(nameof(SocketPool), "The pool is closed or draining: it gives out no more connections.");
                    long now = _timeProvider.GetTimestamp();
                    endpoint = GetEndpoint(key, options);
                    connection = TakeIdle(endpoint, now, ref actions);
                    if (connection is null)
                        waiter = Enqueue(endpoint, now, ref actions);
                }
            }
            finally
            {
                actions.Run(this); // also when the rent is refused: what was found too old on the way is closed
            }

            if (waiter is not null)
            {
                try
                {
                    connection = await WaitAsync(endpoint, waiter, start, cancellationToken).ConfigureAwait(false);
                }
                catch (SocketFailureException failure) when (MayRetry(failure, start, ref retries, out TimeSpan delay))
                {
                    await PauseAsync(delay, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                SocketsMeter.Rented(_timeProvider.GetElapsedTime(start).TotalSeconds, null);
                return connection.BeginRental();
            }

            if (await IsHealthyAsync(connection!, cancellationToken).ConfigureAwait(false))
            {
                Interlocked.Increment(ref endpoint.Reused);
                SocketsMeter.Rented(_timeProvider.GetElapsedTime(start).TotalSeconds, null);
                return connection!.BeginRental();
            }

            Discard(connection!, ref endpoint.ClosedDead);
        }
    }

    private async ValueTask<PooledConnection> WaitAsync(EndpointConnections endpoint, Waiter waiter, long start, CancellationToken cancellationToken)
    {
        TimeSpan left = _options.RentTimeout == Timeout.InfiniteTimeSpan ? _options.RentTimeout : _options.RentTimeout - _timeProvider.GetElapsedTime(start);
        using var limit = new CancellationTokenSource(left > TimeSpan.Zero || left == Timeout.InfiniteTimeSpan ? TimeLimit.OrNone(left) : TimeSpan.Zero, _timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using (linked.Token.UnsafeRegister(static waiter => ((Waiter)waiter!).TrySetCanceled(), waiter))
        {
            try
            {
                return await waiter.Task.ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                SocketPoolStatistics statistics;
                lock (_gate)
                {
                    endpoint.Waiters.Remove(waiter);
                    statistics = endpoint.Statistics;
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (_isClosed)
                    throw new ObjectDisposedException(nameof(SocketPool), "The pool was closed while a rent waited.");
                SocketsMeter.Rented(_timeProvider.GetElapsedTime(start).TotalSeconds, SocketFailureReason.TimedOut);
                throw new SocketFailureException(
                    SocketFailureReason.TimedOut,
                    $"No connection to {endpoint.Key.Target} came free within {_options.RentTimeout.TotalSeconds:0.###} s: {statistics.Leased} rented, {statistics.Connecting} being made, {statistics.Waiting} more waiting; at most {_options.MaxConnectionsPerEndpoint} per endpoint and {_options.MaxConnections} in all.");
            }
        }
    }

    private EndpointConnections GetEndpoint(PoolKey key, SocketClientOptions options)
    {
        if (!_endpoints.TryGetValue(key, out EndpointConnections? endpoint))
        {
            endpoint = new EndpointConnections(key, options.Snapshot(), new CircuitBreaker(_options, _random))
            {
                NextNameRefresh = PoolTime.After(_timeProvider, _timeProvider.GetTimestamp(), _options.NameRefreshInterval),
            };
            _endpoints.Add(key, endpoint);
        }

        return endpoint;
    }

    private static SocketPoolStatistics Add(SocketPoolStatistics a, SocketPoolStatistics b) => new(
        a.Idle + b.Idle,
        a.Leased + b.Leased,
        a.Connecting + b.Connecting,
        a.Waiting + b.Waiting,
        a.Created + b.Created,
        a.Reused + b.Reused,
        a.ConnectFailures + b.ConnectFailures,
        a.ClosedDead + b.ClosedDead,
        a.ClosedIdle + b.ClosedIdle,
        a.ClosedOld + b.ClosedOld,
        a.ClosedMoved + b.ClosedMoved,
        a.ClosedByLease + b.ClosedByLease,
        a.CircuitBreaks + b.CircuitBreaks);
}
