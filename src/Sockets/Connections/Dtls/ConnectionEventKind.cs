namespace Sockets;

/// <summary>What happened to a connection of a <see cref="ConnectionManager"/>.</summary>
public enum ConnectionEventKind
{
    /// <summary>A client has returned its cookie, or was not asked for one: its handshake begins.</summary>
    HandshakeStarted,

    /// <summary>The handshake is done.</summary>
    HandshakeCompleted,

    /// <summary>The handshake failed; <see cref="ConnectionEvent.Failure"/> says why.</summary>
    HandshakeFailed,

    /// <summary>The keys of one direction were replaced.</summary>
    KeysUpdated,

    /// <summary>The client has moved to another address, which was validated: <see cref="ConnectionEvent.RemoteEndPoint"/>.</summary>
    PathChanged,

    /// <summary>A connection is over; without a <see cref="ConnectionEvent.Failure"/> it was closed in good order.</summary>
    Closed,
}
