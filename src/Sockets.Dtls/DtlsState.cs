namespace Sockets.Dtls;

/// <summary>Where a connection stands. The handshake states name the message that is expected next.</summary>
public enum DtlsState : byte
{
    /// <summary>Created; a client has not been started, a server has not seen a ClientHello.</summary>
    Initial,

    /// <summary>Client: waiting for ServerHello or HelloRetryRequest.</summary>
    WaitServerHello,

    /// <summary>Client: waiting for EncryptedExtensions.</summary>
    WaitEncryptedExtensions,

    /// <summary>Client: waiting for CertificateRequest or Certificate.</summary>
    WaitCertificateOrRequest,

    /// <summary>Waiting for the peer's Certificate.</summary>
    WaitCertificate,

    /// <summary>Waiting for the peer's CertificateVerify.</summary>
    WaitCertificateVerify,

    /// <summary>Waiting for the peer's Finished.</summary>
    WaitFinished,

    /// <summary>Server: sent a HelloRetryRequest and waits for the second ClientHello.</summary>
    WaitSecondClientHello,

    /// <summary>The driver has been asked to verify the peer's certificate.</summary>
    WaitCertificateVerification,

    /// <summary>The driver has been asked for a signature.</summary>
    WaitSignature,

    /// <summary>Server: the driver has been asked for a configuration.</summary>
    WaitConfiguration,

    /// <summary>Server: the driver has been asked to look something up.</summary>
    WaitLookup,

    /// <summary>The handshake is done; application data flows.</summary>
    Connected,

    /// <summary>Closed in good order, by either side.</summary>
    Closed,

    /// <summary>Ended by a failure; see <see cref="DtlsConnection.Failure"/>.</summary>
    Failed,
}
