using System.Collections.Generic;

namespace Sockets.Pooling;

/// <summary>The connections of one key. Everything here belongs to the pool's lock.</summary>
internal sealed class EndpointConnections(PoolKey key, SocketClientOptions options, CircuitBreaker breaker)
{
    public PoolKey Key { get; } = key;

    /// <summary>A copy: what the caller does to its options afterwards changes nothing here.</summary>
    public SocketClientOptions Options { get; } = options;

    public CircuitBreaker Breaker { get; } = breaker;

    /// <summary>Ordered by the time they came back; the one used last is at the end and goes out first.</summary>
    public List<PooledConnection> Idle { get; } = [];

    public LinkedList<Waiter> Waiters { get; } = [];

    public HashSet<PooledConnection> Leased { get; } = [];

    public int Connecting { get; set; }

    /// <summary>Connections that are wanted beside those of waiters: a warm-up.</summary>
    public int Wanted { get; set; }

    /// <summary>The last connection was refused for good: none is made in advance until somebody asks for one and gets it.</summary>
    public bool IsRefused { get; set; }

    public long NextNameRefresh { get; set; }

    public bool IsRefreshing { get; set; }

    public long Created;
    public long Reused;
    public long ConnectFailures;
    public long ClosedDead;
    public long ClosedIdle;
    public long ClosedOld;
    public long ClosedMoved;
    public long ClosedByLease;

    public int Total => Idle.Count + Leased.Count + Connecting;

    public bool IsEmpty => Total == 0 && Waiters.Count == 0 && Wanted == 0;

    public SocketPoolStatistics Statistics => new(
        Idle.Count, Leased.Count, Connecting, Waiters.Count, Created, Reused, ConnectFailures, ClosedDead, ClosedIdle, ClosedOld, ClosedMoved, ClosedByLease, Breaker.Breaks);
}
