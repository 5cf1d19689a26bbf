namespace Sockets.Dtls;

/// <summary>Alert descriptions (RFC 8446 §6). The values are the wire values.</summary>
public enum AlertDescription : byte
{
    /// <summary>The sender will send no more.</summary>
    CloseNotify = 0,

    /// <summary>A message that does not belong here.</summary>
    UnexpectedMessage = 10,

    /// <summary>A record failed authentication (not sent over DTLS, where such records are dropped).</summary>
    BadRecordMac = 20,

    /// <summary>A record or message was too long.</summary>
    RecordOverflow = 22,

    /// <summary>Reserved: older versions of TLS used it (RFC 8446 §6.2).</summary>
    DecompressionFailure = 30,

    /// <summary>No acceptable set of parameters.</summary>
    HandshakeFailure = 40,

    /// <summary>A certificate was corrupt.</summary>
    BadCertificate = 42,

    /// <summary>A certificate of an unsupported kind.</summary>
    UnsupportedCertificate = 43,

    /// <summary>A certificate was revoked.</summary>
    CertificateRevoked = 44,

    /// <summary>A certificate has expired or is not yet valid.</summary>
    CertificateExpired = 45,

    /// <summary>A certificate was unacceptable for another reason.</summary>
    CertificateUnknown = 46,

    /// <summary>A field was out of range or inconsistent.</summary>
    IllegalParameter = 47,

    /// <summary>The certificate's issuer is not trusted.</summary>
    UnknownCA = 48,

    /// <summary>The peer's identity was verified and refused.</summary>
    AccessDenied = 49,

    /// <summary>A message could not be parsed.</summary>
    DecodeError = 50,

    /// <summary>A signature or Finished value was wrong.</summary>
    DecryptError = 51,

    /// <summary>More connection IDs were requested than the peer puts up with (RFC 9147 §9).</summary>
    TooManyCidsRequested = 52,

    /// <summary>The protocol version is not supported.</summary>
    ProtocolVersion = 70,

    /// <summary>The parameters are not secure enough.</summary>
    InsufficientSecurity = 71,

    /// <summary>A local error that has nothing to do with the peer.</summary>
    InternalError = 80,

    /// <summary>The user cancelled the handshake.</summary>
    UserCanceled = 90,

    /// <summary>A mandatory extension is missing.</summary>
    MissingExtension = 109,

    /// <summary>An extension that does not belong in this message.</summary>
    UnsupportedExtension = 110,

    /// <summary>No server with that name.</summary>
    UnrecognizedName = 112,

    /// <summary>The OCSP response was bad.</summary>
    BadCertificateStatusResponse = 113,

    /// <summary>No such PSK.</summary>
    UnknownPskIdentity = 115,

    /// <summary>A client certificate is required.</summary>
    CertificateRequired = 116,

    /// <summary>No common application protocol.</summary>
    NoApplicationProtocol = 120,
}
