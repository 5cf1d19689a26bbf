namespace Sockets.Dtls;

/// <summary>What a Certificate message carries (RFC 7250 §3). The values are the wire values.</summary>
public enum DtlsCertificateType : byte
{
    /// <summary>A chain of X.509 certificates: the default of both directions.</summary>
    X509 = 0,

    /// <summary>A bare public key (SubjectPublicKeyInfo): whoever takes one has to know it beforehand.</summary>
    RawPublicKey = 2,
}
