namespace Sockets.Dtls.Crypto;

/// <summary>TLS 1.3 cipher suites (RFC 8446, appendix B.4). The values are the wire values.</summary>
public enum CipherSuite : ushort
{
    /// <summary>No suite has been negotiated yet.</summary>
    None = 0x0000,

    /// <summary>TLS_AES_128_GCM_SHA256.</summary>
    Aes128GcmSha256 = 0x1301,

    /// <summary>TLS_AES_256_GCM_SHA384.</summary>
    Aes256GcmSha384 = 0x1302,

    /// <summary>TLS_CHACHA20_POLY1305_SHA256.</summary>
    ChaCha20Poly1305Sha256 = 0x1303,

    /// <summary>
    /// TLS_AES_128_CCM_SHA256, for devices that have nothing else. Its keys wear out sooner than those of the others, so it is
    /// offered and taken only where a configuration names it.
    /// </summary>
    Aes128CcmSha256 = 0x1304,
}
