namespace Sockets.Dtls;

/// <summary>What happened, or what the driver has to answer.</summary>
public enum DtlsEventKind : byte
{
    /// <summary>No event.</summary>
    None,

    /// <summary>Endpoint: a new server connection has begun its handshake.</summary>
    Accepted,

    /// <summary>
    /// Verify <see cref="DtlsConnection.PeerCertificates"/> and answer with
    /// <see cref="DtlsConnection.CompleteCertificateVerification"/>.
    /// </summary>
    CertificateVerificationRequired,

    /// <summary>
    /// Sign <see cref="DtlsConnection.PendingSignature"/> and answer with <see cref="DtlsConnection.CompleteSignature"/>.
    /// </summary>
    SignatureRequired,

    /// <summary>
    /// Server: choose a configuration by <see cref="DtlsConnection.PendingClientHello"/> and answer with
    /// <see cref="DtlsConnection.CompleteConfiguration"/> or <see cref="DtlsConnection.RefuseClientHello"/>.
    /// </summary>
    ConfigurationRequired,

    /// <summary>
    /// Server: look <see cref="DtlsConnection.PendingLookup"/> up and answer with <see cref="DtlsConnection.CompletePreSharedKeyLookup"/>,
    /// <see cref="DtlsConnection.CompleteTicketLookup"/> or <see cref="DtlsConnection.CompleteUseLookup"/>.
    /// </summary>
    LookupRequired,

    /// <summary>The handshake is done; application data may be written.</summary>
    Connected,

    /// <summary>Our sending keys have changed (the peer acknowledged our KeyUpdate).</summary>
    WriteKeyUpdated,

    /// <summary>The peer's sending keys have changed.</summary>
    ReadKeyUpdated,

    /// <summary>The path carries larger datagrams, or smaller ones, than before: <see cref="DtlsConnection.MaxDatagramSize"/>.</summary>
    PathMtuChanged,

    /// <summary>A NewSessionTicket came and was acknowledged: <see cref="DtlsConnection.TakeTicket"/> has it.</summary>
    TicketReceived,

    /// <summary>Client: the ClientHello is on its way and <see cref="DtlsConnection.WriteEarlyData"/> may be called.</summary>
    EarlyDataReady,

    /// <summary>
    /// Client: the server has taken the early data, or has not: <see cref="DtlsConnection.EarlyDataStatus"/>, and
    /// <see cref="DtlsConnection.TakeRejectedEarlyData"/>.
    /// </summary>
    EarlyDataDecided,

    /// <summary>Server: early data came: <see cref="DtlsConnection.TakeEarlyData"/>.</summary>
    EarlyDataReceived,

    /// <summary>
    /// The peer has issued connection IDs: <see cref="DtlsConnection.SpareConnectionIds"/> tells how many are at hand,
    /// <see cref="DtlsConnection.PeerConnectionId"/> which one is in use.
    /// </summary>
    ConnectionIdsReceived,

    /// <summary>
    /// The peer has answered from another path, which <see cref="DtlsConnection.Path"/> tells: it has moved, or we have
    /// (<see cref="DtlsConnection.Migrate"/>). Everything goes there from now on.
    /// </summary>
    PathChanged,

    /// <summary>No answer came from where <see cref="DtlsConnection.Migrate"/> wanted to go: the connection stays on its path.</summary>
    PathValidationFailed,

    /// <summary>
    /// Server: a client has answered <see cref="DtlsConnection.RequestClientCertificate"/>. Verify
    /// <see cref="DtlsConnection.PendingClientCertificates"/> and answer with <see cref="DtlsConnection.CompleteCertificateVerification"/>.
    /// </summary>
    ClientCertificateReceived,

    /// <summary>Server: an answer was accepted, or had no certificate: <see cref="DtlsConnection.TakeClientAuthentication"/>.</summary>
    ClientAuthenticated,

    /// <summary>The peer sent close_notify: it will send no more.</summary>
    PeerClosed,

    /// <summary>The connection is over; <see cref="DtlsConnection.Failure"/> says why, or is null after a close in good order.</summary>
    Closed,
}
