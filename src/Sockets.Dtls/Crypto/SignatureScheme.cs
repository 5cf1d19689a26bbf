namespace Sockets.Dtls.Crypto;

/// <summary>Signature schemes (RFC 8446 §4.2.3). The values are the wire values.</summary>
public enum SignatureScheme : ushort
{
    /// <summary>No signature was made.</summary>
    None = 0x0000,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256: in certificates only, never in CertificateVerify.</summary>
    RsaPkcs1Sha256 = 0x0401,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-384: in certificates only, never in CertificateVerify.</summary>
    RsaPkcs1Sha384 = 0x0501,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-512: in certificates only, never in CertificateVerify.</summary>
    RsaPkcs1Sha512 = 0x0601,

    /// <summary>ECDSA on P-256 with SHA-256.</summary>
    EcdsaSecp256r1Sha256 = 0x0403,

    /// <summary>ECDSA on P-384 with SHA-384.</summary>
    EcdsaSecp384r1Sha384 = 0x0503,

    /// <summary>RSASSA-PSS with SHA-256 and an rsaEncryption key.</summary>
    RsaPssRsaeSha256 = 0x0804,

    /// <summary>RSASSA-PSS with SHA-384 and an rsaEncryption key.</summary>
    RsaPssRsaeSha384 = 0x0805,

    /// <summary>RSASSA-PSS with SHA-512 and an rsaEncryption key.</summary>
    RsaPssRsaeSha512 = 0x0806,

    /// <summary>Ed25519 (RFC 8032).</summary>
    Ed25519 = 0x0807,
}
