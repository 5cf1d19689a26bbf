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

    /// <summary>
    /// ML-KEM-768 and X25519 together (draft-ietf-tls-ecdhe-mlkem): safe while either is. Shares of 1216 bytes from the
    /// client and 1120 from the server, so that a ClientHello spans datagrams.
    /// </summary>
    X25519MLKEM768 = 0x11EC,
}
