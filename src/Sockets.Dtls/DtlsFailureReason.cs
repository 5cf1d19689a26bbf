namespace Sockets.Dtls;

/// <summary>Why a connection failed. One reason, one cause: nobody has to match on text.</summary>
public enum DtlsFailureReason
{
    /// <summary>No failure.</summary>
    None,

    /// <summary>The peer sent a fatal alert; <see cref="DtlsFailure.Alert"/> is it.</summary>
    PeerAlert,

    /// <summary>The handshake took longer than <see cref="DtlsConfig.HandshakeTimeout"/>.</summary>
    HandshakeTimeout,

    /// <summary>A flight was retransmitted <see cref="DtlsConfig.MaxRetransmissions"/> times without an answer.</summary>
    RetransmissionLimit,

    /// <summary>The peer does not speak DTLS 1.3.</summary>
    UnsupportedVersion,

    /// <summary>A message could not be parsed.</summary>
    MalformedMessage,

    /// <summary>A ClientHello could not be parsed.</summary>
    MalformedClientHello,

    /// <summary>An extension could not be parsed.</summary>
    MalformedExtension,

    /// <summary>An extension came twice in one message.</summary>
    DuplicateExtension,

    /// <summary>An extension that was not asked for, or that does not belong in its message.</summary>
    UnexpectedExtension,

    /// <summary>A mandatory extension is missing.</summary>
    MissingExtension,

    /// <summary>A handshake message that does not belong in this state.</summary>
    UnexpectedMessage,

    /// <summary>A record of a type that does not belong here.</summary>
    UnexpectedRecord,

    /// <summary>An authenticated handshake record that could not be cut into fragments.</summary>
    MalformedHandshakeRecord,

    /// <summary>Two fragments of one message disagree about its type or length.</summary>
    FragmentMismatch,

    /// <summary>Handshake data continued past a change of keys.</summary>
    ExcessHandshakeData,

    /// <summary>A handshake message longer than <see cref="DtlsConfig.MaxHandshakeMessageSize"/>.</summary>
    HandshakeMessageTooLarge,

    /// <summary>An authenticated record with more than 2^14 bytes of content.</summary>
    RecordOverflow,

    /// <summary>A field holds a value the RFC forbids here.</summary>
    IllegalParameter,

    /// <summary>No suite in common.</summary>
    NoCommonCipherSuite,

    /// <summary>No group in common.</summary>
    NoCommonGroup,

    /// <summary>The peer's key share is not a valid public key of its group.</summary>
    InvalidKeyShare,

    /// <summary>No credential of ours can sign with a scheme the peer accepts.</summary>
    NoCommonSignatureScheme,

    /// <summary>No credential of ours is issued by an authority the peer names.</summary>
    NoMatchingIssuer,

    /// <summary>No kind of certificate in common: X.509 here, bare keys there.</summary>
    NoCommonCertificateType,

    /// <summary>No application protocol in common.</summary>
    NoCommonApplicationProtocol,

    /// <summary>The peer chose an application protocol that was not offered.</summary>
    InvalidApplicationProtocol,

    /// <summary>The server chose an SRTP profile that was not offered, or asks for a master key identifier.</summary>
    InvalidSrtpProfile,

    /// <summary>The driver has no configuration for what the client asks for.</summary>
    ClientHelloRefused,

    /// <summary>A client certificate is required and none came.</summary>
    CertificateRequired,

    /// <summary>A certificate could not be parsed or has a key of an unsupported kind.</summary>
    InvalidCertificate,

    /// <summary>A compressed certificate does not come out as what it says.</summary>
    InvalidCompression,

    /// <summary>The driver refused the peer's certificate.</summary>
    CertificateRejected,

    /// <summary>The driver could not sign.</summary>
    SigningFailed,

    /// <summary>The peer's signature over the handshake is wrong.</summary>
    InvalidSignature,

    /// <summary>The peer's Finished is wrong.</summary>
    InvalidFinished,

    /// <summary>The client offers a pre-shared key or a ticket and does not have its secret, or nobody knows the identity.</summary>
    InvalidBinder,

    /// <summary>The client insists on a pre-shared key, and the server took none.</summary>
    NoCommonPreSharedKey,

    /// <summary>The cookie is forged, expired, or belongs to another ClientHello.</summary>
    InvalidCookie,

    /// <summary>An alert that could not be parsed.</summary>
    MalformedAlert,

    /// <summary>An alert description that does not exist.</summary>
    UnknownAlert,

    /// <summary>An authenticated ACK that could not be parsed or that names a record of a later epoch.</summary>
    MalformedAck,

    /// <summary>More key updates than <see cref="DtlsConfig.MaxKeyUpdates"/> without application data between.</summary>
    TooManyKeyUpdates,

    /// <summary>The server's connection ID is longer than any we send.</summary>
    UnsupportedConnectionId,

    /// <summary>The peer did more than <see cref="DtlsConfig.MaxKeyUpdates"/> times nothing but request connection IDs.</summary>
    TooManyConnectionIdRequests,

    /// <summary>More requests for a certificate than a client answers.</summary>
    TooManyCertificateRequests,

    /// <summary>The AEAD limit of a key was reached (RFC 9147 §4.5.3).</summary>
    KeyLimitReached,

    /// <summary>Message sequence numbers or epochs are used up.</summary>
    NumberSpaceExhausted,

    /// <summary>
    /// Server: the unfinished handshake gave way to a newer one, since <see cref="DtlsEndpointConfig.MaxHandshakes"/> were under way.
    /// </summary>
    Displaced,

    /// <summary>The local side aborted the handshake.</summary>
    Aborted,

    /// <summary>
    /// The peer was silent for <see cref="DtlsConfig.LivenessInterval"/>, and did not answer either when it was asked as often as
    /// <see cref="DtlsConfig.MaxRetransmissions"/> allows.
    /// </summary>
    PeerUnreachable,

    /// <summary>Nothing was received for <see cref="DtlsConfig.IdleTimeout"/>.</summary>
    IdleTimeout,

    /// <summary>The connection was as old as <see cref="DtlsConfig.MaxLifetime"/> allows.</summary>
    LifetimeReached,

    /// <summary>
    /// Server: the client's address has as many connections as <see cref="DtlsAdmissionLimits.MaxConnectionsPerAddress"/> allows,
    /// which was found out late, since it was not asked for a cookie.
    /// </summary>
    TooManyConnections,
}
