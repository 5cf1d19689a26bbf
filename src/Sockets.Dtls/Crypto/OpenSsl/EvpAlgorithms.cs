namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>
/// Algorithms fetched once for the life of the process: a fetch by name costs more than a record. Zero means that this
/// libcrypto does not offer the algorithm (a FIPS module has no ChaCha20).
/// </summary>
internal static class EvpAlgorithms
{
    private static readonly nint s_aes128Gcm = Cipher("AES-128-GCM");
    private static readonly nint s_aes256Gcm = Cipher("AES-256-GCM");
    private static readonly nint s_aes128Ccm = Cipher("AES-128-CCM");
    private static readonly nint s_chaCha20Poly1305 = Cipher("ChaCha20-Poly1305");
    private static readonly nint s_aes128Ecb = Cipher("AES-128-ECB");
    private static readonly nint s_aes256Ecb = Cipher("AES-256-ECB");
    private static readonly nint s_sha256 = Digest("SHA2-256");
    private static readonly nint s_sha384 = Digest("SHA2-384");
    private static readonly nint s_sha512 = Digest("SHA2-512");

    /// <summary>The AEAD of a suite.</summary>
    public static nint Aead(CipherSuite suite) => suite switch
    {
        CipherSuite.Aes128GcmSha256 => s_aes128Gcm,
        CipherSuite.Aes256GcmSha384 => s_aes256Gcm,
        CipherSuite.ChaCha20Poly1305Sha256 => s_chaCha20Poly1305,
        CipherSuite.Aes128CcmSha256 => s_aes128Ccm,
        _ => 0,
    };

    /// <summary>
    /// The cipher that makes the record-number mask of a suite (RFC 9147 §4.2.3); zero for ChaCha20, whose block is our own.
    /// </summary>
    public static nint NumberCipher(CipherSuite suite) => suite switch
    {
        CipherSuite.Aes128GcmSha256 or CipherSuite.Aes128CcmSha256 => s_aes128Ecb,
        CipherSuite.Aes256GcmSha384 => s_aes256Ecb,
        _ => 0,
    };

    /// <summary>The hash of transcript, HMAC and HKDF.</summary>
    public static nint Hash(HashKind hash) => hash == HashKind.Sha384 ? s_sha384 : s_sha256;

    /// <summary>The hash of a signature scheme; zero for Ed25519, which hashes on its own.</summary>
    public static nint SignatureHash(SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.EcdsaSecp256r1Sha256 or SignatureScheme.RsaPssRsaeSha256 => s_sha256,
        SignatureScheme.EcdsaSecp384r1Sha384 or SignatureScheme.RsaPssRsaeSha384 => s_sha384,
        SignatureScheme.RsaPssRsaeSha512 => s_sha512,
        _ => 0,
    };

    /// <summary>True when this libcrypto handles keys of the named kind.</summary>
    public static bool HasKeyType(string name)
    {
        nint management = LibCrypto.EVP_KEYMGMT_fetch(0, name, null);
        if (management == 0)
        {
            LibCrypto.ERR_clear_error();
            return false;
        }

        LibCrypto.EVP_KEYMGMT_free(management);
        return true;
    }

    private static nint Cipher(string name) => OrZero(LibCrypto.EVP_CIPHER_fetch(0, name, null));

    private static nint Digest(string name) => OrZero(LibCrypto.EVP_MD_fetch(0, name, null));

    private static nint OrZero(nint algorithm)
    {
        if (algorithm == 0)
            LibCrypto.ERR_clear_error();
        return algorithm;
    }
}
