namespace Sockets;

/// <summary>Counters of a <see cref="SocketPool"/>, or of one endpoint in it.</summary>
/// <param name="Idle">Connections that wait to be rented.</param>
/// <param name="Leased">Connections in use, those being probed included.</param>
/// <param name="Connecting">Connections being made.</param>
/// <param name="Waiting">Rents that wait.</param>
/// <param name="Created">Connections made so far.</param>
/// <param name="Reused">Rents so far that got a connection which had been used before.</param>
/// <param name="ConnectFailures">Connections that did not come about.</param>
/// <param name="ClosedDead">Closed because the peer had ended them, or had sent what nobody asked for, or the probe said no.</param>
/// <param name="ClosedIdle">Closed after the idle time.</param>
/// <param name="ClosedOld">Closed at the end of their lifetime.</param>
/// <param name="ClosedMoved">Closed because the name no longer has their address.</param>
/// <param name="ClosedByLease">Closed because their lease ended without <see cref="SocketLease.Return"/>, or in a failure.</param>
/// <param name="CircuitBreaks">How often a circuit opened.</param>
public readonly record struct SocketPoolStatistics(
    int Idle,
    int Leased,
    int Connecting,
    int Waiting,
    long Created,
    long Reused,
    long ConnectFailures,
    long ClosedDead,
    long ClosedIdle,
    long ClosedOld,
    long ClosedMoved,
    long ClosedByLease,
    long CircuitBreaks);
