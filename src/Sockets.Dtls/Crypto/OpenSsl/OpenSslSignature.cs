using System;

namespace Sockets.Dtls.Crypto.OpenSsl;

/// <summary>Verifies handshake signatures, and prepares contexts for both directions.</summary>
internal static unsafe class OpenSslSignature
{
    /// <summary>See <see cref="CryptoProvider.VerifySignature"/>.</summary>
    public static bool Verify(
        SignatureScheme scheme, ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        KeyAlgorithm algorithm = KeyEncoding.OfPublicKey(subjectPublicKeyInfo);
        if (!KeyEncoding.Fits(algorithm, scheme) || signature.IsEmpty)
            return false;

        bool valid = algorithm switch
        {
            // The general decoder of libcrypto takes longer than a verification on P-256; the point alone is taken here.
            KeyAlgorithm.EcP256 => EvpVerifier.Get(scheme).Verify(subjectPublicKeyInfo[^65..], data, signature),
            KeyAlgorithm.EcP384 => EvpVerifier.Get(scheme).Verify(subjectPublicKeyInfo[^97..], data, signature),
            _ => VerifyDecoded(scheme, subjectPublicKeyInfo, data, signature),
        };
        if (!valid)
            LibCrypto.ERR_clear_error();
        return valid;
    }

    /// <summary>RSA keys within the accepted sizes; others have fixed sizes.</summary>
    public static bool IsAcceptableSize(EvpKeyHandle key, SignatureScheme scheme) =>
        !IsPss(scheme) || LibCrypto.EVP_PKEY_get_bits(key) is >= KeyEncoding.MinimumRsaBits and <= KeyEncoding.MaximumRsaBits;

    /// <summary>RFC 8446 §4.2.3: salt as long as the hash, MGF1 over the same hash. Nothing to do for other schemes.</summary>
    public static bool ConfigurePss(SignatureScheme scheme, nint keyContext) =>
        !IsPss(scheme)
        || (LibCrypto.EVP_PKEY_CTX_set_rsa_padding(keyContext, LibCrypto.RsaPssPadding) == 1
            && LibCrypto.EVP_PKEY_CTX_set_rsa_pss_saltlen(keyContext, LibCrypto.PssSaltLengthDigest) == 1
            && LibCrypto.EVP_PKEY_CTX_set_rsa_mgf1_md(keyContext, EvpAlgorithms.SignatureHash(scheme)) == 1);

    private static bool IsPss(SignatureScheme scheme) => scheme
        is SignatureScheme.RsaPssRsaeSha256 or SignatureScheme.RsaPssRsaeSha384 or SignatureScheme.RsaPssRsaeSha512;

    private static bool VerifyDecoded(
        SignatureScheme scheme, ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using EvpKeyHandle key = Decode(subjectPublicKeyInfo);
        return !key.IsInvalid && IsAcceptableSize(key, scheme) && Verify(scheme, key, data, signature);
    }

    private static EvpKeyHandle Decode(ReadOnlySpan<byte> info)
    {
        fixed (byte* start = info)
        {
            byte* cursor = start;
            EvpKeyHandle key = new(LibCrypto.d2i_PUBKEY(0, &cursor, new(info.Length)));
            if (cursor == start + info.Length)
                return key;
            key.Dispose();
            return new EvpKeyHandle(0);
        }
    }

    private static bool Verify(SignatureScheme scheme, EvpKeyHandle key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        nint context = LibCrypto.EVP_MD_CTX_new();
        if (context == 0)
            return false;

        nint keyContext = 0;
        fixed (byte* content = data)
        fixed (byte* signatureBytes = signature)
        {
            bool valid =
                LibCrypto.EVP_DigestVerifyInit(context, &keyContext, EvpAlgorithms.SignatureHash(scheme), 0, key) == 1
                && ConfigurePss(scheme, keyContext)
                && LibCrypto.EVP_DigestVerify(context, signatureBytes, (nuint)signature.Length, content, (nuint)data.Length) == 1;
            LibCrypto.EVP_MD_CTX_free(context);
            return valid;
        }
    }
}
