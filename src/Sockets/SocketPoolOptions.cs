using System;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets;

/// <summary>Limits and times of a <see cref="SocketPool"/>. Read once, when the pool is made.</summary>
public sealed class SocketPoolOptions
{
    /// <summary>Most connections of the whole pool, those being made included. Default: 1024.</summary>
    public int MaxConnections { get; set; } = 1024;

    /// <summary>Most connections with one endpoint and security. Default: 64.</summary>
    public int MaxConnectionsPerEndpoint { get; set; } = 64;

    /// <summary>Idle eviction leaves this many per endpoint, and lost ones are replaced in the background. Default: 0.</summary>
    public int MinConnectionsPerEndpoint { get; set; }

    /// <summary>Most rents that may wait, per endpoint; one more fails at once with <see cref="SocketFailureReason.LimitReached"/>. Default: 1024.</summary>
    public int MaxWaiting { get; set; } = 1024;

    /// <summary>How long a rent may wait for a connection. Default: 15 s.</summary>
    public TimeSpan RentTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A connection idle for so long is closed. Default: 1 min; <see cref="Timeout.InfiniteTimeSpan"/>: never.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A connection this old is not handed out again, so that load balancers and new addresses get their turn. Default: 10 min; <see cref="Timeout.InfiniteTimeSpan"/>: never.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Each connection's idle time and lifetime, and each break of the circuit, are shortened at random by up to this part, so
    /// that they do not all end at once. 0 to 1. Default: 0.2.
    /// </summary>
    public double Jitter { get; set; } = 0.2;

    /// <summary>
    /// Asks a connection whether it still serves, before it is handed out after <see cref="ProbeAfter"/> of idleness: false or
    /// an exception closes it. That nothing unread and no end has come is always checked.
    /// </summary>
    public Func<Socket, CancellationToken, ValueTask<bool>>? HealthProbe { get; set; }

    /// <summary>Idle time from which <see cref="HealthProbe"/> is asked. Default: 5 s.</summary>
    public TimeSpan ProbeAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the probe may take. Default: 2 s.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often names are looked up again: idle connections to an address that a name no longer has are closed. Default: 1 min;
    /// <see cref="Timeout.InfiniteTimeSpan"/>: never.
    /// </summary>
    public TimeSpan NameRefreshInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How often a rent tries again, within its <see cref="RentTimeout"/>, when connecting failed for a cause that may pass: nobody answered,
    /// no route, a reset, a lack of resources. What was refused is never tried again: a certificate, a handshake, a protocol. Default: 0.
    /// </summary>
    public int ConnectRetries { get; set; }

    /// <summary>How long to wait before the first retry, shortened by <see cref="Jitter"/>; twice as long before each further one. Default: 1 s.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between two retries. Default: 30 s.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections that fail in a row before the circuit of their endpoint opens. Default: 5.</summary>
    public int CircuitFailureThreshold { get; set; } = 5;

    /// <summary>
    /// How long the circuit stays open the first time: rents that need a new connection fail at once. Then one connection is
    /// tried, and each failure doubles the time up to <see cref="MaxCircuitBreak"/>. Default: 1 s.
    /// </summary>
    public TimeSpan CircuitBreak { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time for which the circuit stays open. Default: 30 s.</summary>
    public TimeSpan MaxCircuitBreak { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock of all these times.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    internal SocketPoolOptions Snapshot()
    {
        Positive(MaxConnections, nameof(MaxConnections));
        Positive(MaxConnectionsPerEndpoint, nameof(MaxConnectionsPerEndpoint));
        ArgumentOutOfRangeException.ThrowIfNegative(MinConnectionsPerEndpoint);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MinConnectionsPerEndpoint, MaxConnectionsPerEndpoint);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxWaiting);
        Positive(CircuitFailureThreshold, nameof(CircuitFailureThreshold));
        if (Jitter is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(Jitter), Jitter, $"{nameof(Jitter)} is a part, 0 to 1.");
        Positive(RentTimeout, nameof(RentTimeout));
        Positive(IdleTimeout, nameof(IdleTimeout));
        Positive(Lifetime, nameof(Lifetime));
        Positive(ProbeTimeout, nameof(ProbeTimeout));
        Positive(NameRefreshInterval, nameof(NameRefreshInterval));
        ArgumentOutOfRangeException.ThrowIfNegative(ConnectRetries);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RetryDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRetryDelay, RetryDelay);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CircuitBreak, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCircuitBreak, CircuitBreak);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        return (SocketPoolOptions)MemberwiseClone();
    }

    private static void Positive(int value, string name)
    {
        if (value < 1)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be 1 or more.");
    }

    private static void Positive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be longer than nothing, or Timeout.InfiniteTimeSpan.");
    }
}
