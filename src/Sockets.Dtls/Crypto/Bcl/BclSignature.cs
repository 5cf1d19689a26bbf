using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>Verifies handshake signatures and imports private keys with the platform's key objects.</summary>
internal static class BclSignature
{
    /// <summary>See <see cref="CryptoProvider.VerifySignature"/>.</summary>
    public static bool Verify(
        SignatureScheme scheme, ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        KeyAlgorithm algorithm = KeyEncoding.OfPublicKey(subjectPublicKeyInfo);
        if (!KeyEncoding.Fits(algorithm, scheme))
            return false;

        try
        {
            return algorithm == KeyAlgorithm.Rsa
                ? VerifyRsa(scheme, subjectPublicKeyInfo, data, signature)
                : VerifyEcdsa(scheme, subjectPublicKeyInfo, data, signature);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>See <see cref="CryptoProvider.ImportPrivateKey"/>.</summary>
    public static AsymmetricKeySigner Import(ReadOnlySpan<byte> pkcs8)
    {
        switch (KeyEncoding.OfPrivateKey(pkcs8))
        {
            case KeyAlgorithm.EcP256 or KeyAlgorithm.EcP384:
                ECDsa ecdsa = ECDsa.Create();
                return Own(ecdsa, pkcs8, static key => new AsymmetricKeySigner((ECDsa)key, ownsKey: true));
            case KeyAlgorithm.Rsa:
                RSA rsa = RSA.Create();
                return Own(rsa, pkcs8, static key => new AsymmetricKeySigner((RSA)key, ownsKey: true));
            case KeyAlgorithm.Ed25519:
                throw new CryptographicException("The platform's cryptography has no Ed25519.");
            default:
                throw new CryptographicException("Not an unencrypted PKCS#8 key of a kind that DTLS signs with here.");
        }
    }

    private static AsymmetricKeySigner Own(
        AsymmetricAlgorithm key, ReadOnlySpan<byte> pkcs8, Func<AsymmetricAlgorithm, AsymmetricKeySigner> wrap)
    {
        try
        {
            key.ImportPkcs8PrivateKey(pkcs8, out int bytesRead);
            return bytesRead == pkcs8.Length
                ? wrap(key)
                : throw new CryptographicException("The PKCS#8 private key is malformed.");
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static bool VerifyEcdsa(
        SignatureScheme scheme, ReadOnlySpan<byte> info, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        // The platform's own parser is lenient: it takes integers that lack their leading zero.
        if (!DerReader.IsEcdsaSignature(signature))
            return false;
        using ECDsa key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(info, out _);
        return key.VerifyData(data, signature, SignatureHashes.Of(scheme), DSASignatureFormat.Rfc3279DerSequence);
    }

    private static bool VerifyRsa(
        SignatureScheme scheme, ReadOnlySpan<byte> info, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using RSA key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(info, out _);
        return key.KeySize is >= KeyEncoding.MinimumRsaBits and <= KeyEncoding.MaximumRsaBits
            && key.VerifyData(data, signature, SignatureHashes.Of(scheme), RSASignaturePadding.Pss);
    }
}
