using System;

namespace Sockets.Dtls.Crypto;

/// <summary>The fixed facts of each cipher suite (RFC 8446 §B.4, RFC 9147 §4.5.3).</summary>
public static class CipherSuites
{
    /// <summary>The longest hash in bytes, for stack buffers.</summary>
    public const int MaxHashLength = 48;

    /// <summary>The longest AEAD key in bytes, for stack buffers.</summary>
    public const int MaxKeyLength = 32;

    /// <summary>Nonce length in bytes of every suite here.</summary>
    public const int NonceLength = 12;

    /// <summary>Authentication tag length in bytes of every suite here.</summary>
    public const int TagLength = 16;

    /// <summary>Hash of the suite.</summary>
    public static HashKind Hash(CipherSuite suite) =>
        suite == CipherSuite.Aes256GcmSha384 ? HashKind.Sha384 : HashKind.Sha256;

    /// <summary>Length of a hash in bytes.</summary>
    public static int HashLength(HashKind hash) => hash == HashKind.Sha384 ? 48 : 32;

    /// <summary>Length in bytes of the AEAD key; the record-number key has the same length (RFC 9147 §4.2.3).</summary>
    public static int KeyLength(CipherSuite suite) => suite switch
    {
        CipherSuite.Aes128GcmSha256 or CipherSuite.Aes128CcmSha256 => 16,
        CipherSuite.Aes256GcmSha384 or CipherSuite.ChaCha20Poly1305Sha256 => 32,
        _ => throw new ArgumentOutOfRangeException(nameof(suite), suite, "Not a suite of this library."),
    };

    /// <summary>
    /// Records that may be sealed under one key: 2^24.5 for AES-GCM (RFC 8446 §5.5), 2^23 for AES-CCM (RFC 9147 §4.5.3); for
    /// ChaCha20-Poly1305 the record number ends first (RFC 9147 §4.2.1), so 2^48 - 1.
    /// </summary>
    public static ulong ConfidentialityLimit(CipherSuite suite) => suite switch
    {
        CipherSuite.ChaCha20Poly1305Sha256 => (1UL << 48) - 1,
        CipherSuite.Aes128CcmSha256 => 1UL << 23,
        _ => 23_726_566UL,
    };

    /// <summary>Records that may fail authentication under one key: 2^36, and 2^23.5 for AES-CCM (RFC 9147 §4.5.3).</summary>
    public static ulong IntegrityLimit(CipherSuite suite) => suite == CipherSuite.Aes128CcmSha256 ? 11_863_283UL : 1UL << 36;
}
