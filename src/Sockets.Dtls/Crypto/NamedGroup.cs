namespace Sockets.Dtls.Crypto;

/// <summary>Key-exchange groups (RFC 8446 §4.2.7). The values are the wire values.</summary>
public enum NamedGroup : ushort
{
    /// <summary>No group has been negotiated yet.</summary>
    None = 0x0000,

    /// <summary>NIST P-256, uncompressed points of 65 bytes.</summary>
    Secp256r1 = 0x0017,

    /// <summary>NIST P-384, uncompressed points of 97 bytes.</summary>
    Secp384r1 = 0x0018,

    /// <summary>X25519 (RFC 7748), public keys of 32 bytes.</summary>
    X25519 = 0x001D,
}
