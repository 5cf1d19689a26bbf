namespace Sockets;

/// <summary>Why an operation of a socket failed.</summary>
public enum SocketFailureReason
{
    /// <summary>Nothing of what follows; the inner exception says more.</summary>
    Other,

    /// <summary>The socket was closed by this program.</summary>
    Closed,

    /// <summary>The time allowed for the operation is over.</summary>
    TimedOut,

    /// <summary>The name could not be resolved.</summary>
    HostNotFound,

    /// <summary>Nobody listens there.</summary>
    ConnectionRefused,

    /// <summary>The peer, or something on the way, broke the connection off.</summary>
    ConnectionReset,

    /// <summary>There is no route.</summary>
    Unreachable,

    /// <summary>The port is in use already.</summary>
    AddressInUse,

    /// <summary>The address is not of this machine.</summary>
    AddressNotAvailable,

    /// <summary>The system does not permit it.</summary>
    AccessDenied,

    /// <summary>The system has run out of something: descriptors, ports, memory.</summary>
    ResourcesExhausted,

    /// <summary>A datagram is larger than the path allows.</summary>
    MessageTooLarge,

    /// <summary>The handshake failed, or the peer broke the security protocol.</summary>
    HandshakeFailed,

    /// <summary>The peer's certificate was refused: see <see cref="SocketFailureException.CertificateProblem"/>.</summary>
    CertificateRejected,

    /// <summary>No application protocol (ALPN) that both ends speak.</summary>
    NoApplicationProtocol,

    /// <summary>The stream ended without the peer's close_notify: what was received may have been cut off by an attacker.</summary>
    Truncated,

    /// <summary>A record did not authenticate, or made no sense.</summary>
    ProtocolError,

    /// <summary>A file that was to be sent cannot be read; the socket is as it was.</summary>
    FileUnreadable,

    /// <summary>A limit of this program was reached: connections, handshakes, waiters.</summary>
    LimitReached,

    /// <summary>Connections to the endpoint failed so often in a row that none is tried for a while.</summary>
    CircuitOpen,

    /// <summary>This system, transport or address family has no such thing.</summary>
    NotSupported,
}
