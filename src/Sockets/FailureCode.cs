namespace Sockets;

/// <summary>
/// What failed, as one number for logs, metrics and switches, the same for plain sockets, TLS and DTLS. The thousands tell the kind:
/// the network, the protocol, cryptography, resources, the configuration. Numbers do not change.
/// </summary>
public enum FailureCode
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>None of what follows; the exception says more.</summary>
    Other = 1,

    /// <summary>The system reports an error of the network.</summary>
    NetworkError = 1000,

    /// <summary>Nobody listens there.</summary>
    ConnectionRefused = 1001,

    /// <summary>It took longer than allowed, or nobody answered.</summary>
    ConnectionTimedOut = 1002,

    /// <summary>The connection was closed by this side.</summary>
    ConnectionClosed = 1003,

    /// <summary>The address or port cannot be taken.</summary>
    BindFailed = 1004,

    /// <summary>The name could not be resolved.</summary>
    HostNotFound = 1005,

    /// <summary>The connection was broken off.</summary>
    ConnectionReset = 1006,

    /// <summary>There is no route.</summary>
    Unreachable = 1007,

    /// <summary>The peer of a connection has fallen silent and does not answer when it is asked.</summary>
    PeerUnreachable = 1008,

    /// <summary>The system does not permit it.</summary>
    AccessDenied = 1009,

    /// <summary>Connections failed so often in a row that none is tried for a while.</summary>
    CircuitOpen = 1010,

    /// <summary>The peer broke the security protocol.</summary>
    ProtocolError = 2000,

    /// <summary>A message of the peer makes no sense.</summary>
    InvalidMessage = 2001,

    /// <summary>No version of the protocol in common.</summary>
    UnsupportedVersion = 2002,

    /// <summary>No cipher suite in common.</summary>
    NoCommonCipherSuite = 2003,

    /// <summary>The handshake failed.</summary>
    HandshakeFailed = 2004,

    /// <summary>The peer's certificate was refused, or it has none, or cannot be read.</summary>
    CertificateRejected = 2005,

    /// <summary>A signature, a Finished or a binder of the peer is wrong: it is not who it says it is.</summary>
    AuthenticationFailed = 2006,

    /// <summary>No application protocol in common.</summary>
    NoApplicationProtocol = 2007,

    /// <summary>Nothing else in common that the handshake needs: a group, a signature scheme, a kind of certificate, a key.</summary>
    NoCommonParameters = 2008,

    /// <summary>The peer ended the connection with an alert.</summary>
    PeerAlert = 2009,

    /// <summary>A stream ended without the peer's close_notify.</summary>
    Truncated = 2010,

    /// <summary>Cryptography of this side failed.</summary>
    CryptoError = 3000,

    /// <summary>This side could not sign.</summary>
    SigningFailed = 3001,

    /// <summary>A key was used up and could not be replaced.</summary>
    KeyLimitReached = 3002,

    /// <summary>The system has run out of something.</summary>
    ResourcesExhausted = 4000,

    /// <summary>There is no memory left.</summary>
    OutOfMemory = 4001,

    /// <summary>A message is larger than the path or a limit allows.</summary>
    MessageTooLarge = 4002,

    /// <summary>A limit of this program was reached.</summary>
    LimitReached = 4003,

    /// <summary>An option or argument has a value that it may not have.</summary>
    InvalidConfiguration = 5000,

    /// <summary>This system, transport or build has no such thing.</summary>
    UnsupportedFeature = 5001,

    /// <summary>A file that was named cannot be read.</summary>
    FileUnreadable = 5002,
}
