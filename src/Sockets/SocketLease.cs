using System;
using System.Threading.Tasks;
using Sockets.Pooling;

namespace Sockets;

/// <summary>
/// A connection of a <see cref="SocketPool"/>, rented by one user. <see cref="Return"/> says that it is in good order and may
/// serve the next; a lease that is disposed without it closes the connection, so that nobody gets half an answer of
/// somebody else. Either ends the lease: its <see cref="Socket"/> must not be used afterwards.
/// </summary>
public readonly struct SocketLease : IDisposable, IAsyncDisposable, IEquatable<SocketLease>
{
    private readonly PooledConnection? _connection;
    private readonly int _rental;

    internal SocketLease(PooledConnection connection, int rental)
    {
        _connection = connection;
        _rental = rental;
    }

    /// <summary>The connection.</summary>
    /// <exception cref="ObjectDisposedException">The lease is over.</exception>
    public Socket Socket => _connection is not null && _connection.IsRental(_rental)
        ? _connection.Socket
        : throw new ObjectDisposedException(nameof(SocketLease), "The lease is over: the connection was returned or closed.");

    /// <summary>Whether the connection served somebody before.</summary>
    public bool IsReused => _rental > 1;

    /// <summary>
    /// Gives the connection back in good order: nothing unread, nothing half sent, no operation under way, neither side ended, in
    /// no poll; otherwise it is closed. Its time limits are reset, its <see cref="Socket.Tag"/> stays. Does nothing when the lease is over.
    /// </summary>
    public void Return() => _connection?.End(_rental, isReusable: true);

    /// <summary>Ends the lease and closes the connection, unless <see cref="Return"/> came first.</summary>
    public void Dispose() => _connection?.End(_rental, isReusable: false);

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public bool Equals(SocketLease other) => ReferenceEquals(_connection, other._connection) && _rental == other._rental;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SocketLease other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_connection, _rental);

    /// <summary>Whether both are the same lease.</summary>
    public static bool operator ==(SocketLease left, SocketLease right) => left.Equals(right);

    /// <summary>Whether both are not the same lease.</summary>
    public static bool operator !=(SocketLease left, SocketLease right) => !left.Equals(right);
}
