using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Dtls.Crypto;

/// <summary>
/// Signs with a key object of the platform, so that keys of certificates and keys in hardware work. May be used from
/// several threads; one signature is made at a time.
/// </summary>
public sealed class AsymmetricKeySigner : DtlsSigner
{
    private readonly AsymmetricAlgorithm _key;
    private readonly bool _ownsKey;
    private readonly SignatureScheme[] _schemes;
    private readonly object _signing = new();

    /// <summary>Signs with an ECDSA key on P-256 or P-384.</summary>
    /// <param name="key">The key, with its private part.</param>
    /// <param name="ownsKey">True to dispose the key with the signer.</param>
    /// <exception cref="CryptographicException">The key is on another curve.</exception>
    public AsymmetricKeySigner(ECDsa key, bool ownsKey = false)
        : this(key, ownsKey, Identify(key))
    {
    }

    /// <summary>Signs with an RSA key of 2048 to 8192 bits, in RSA-PSS.</summary>
    /// <param name="key">The key, with its private part.</param>
    /// <param name="ownsKey">True to dispose the key with the signer.</param>
    /// <exception cref="CryptographicException">The key has another size.</exception>
    public AsymmetricKeySigner(RSA key, bool ownsKey = false)
        : this(key, ownsKey, Identify(key))
    {
    }

    private AsymmetricKeySigner(AsymmetricAlgorithm key, bool ownsKey, KeyAlgorithm algorithm)
    {
        _key = key;
        _ownsKey = ownsKey;
        _schemes = KeyEncoding.Schemes(algorithm);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<SignatureScheme> Schemes => _schemes;

    /// <summary>Signs with the private key of a certificate. The signer owns the key object, not the certificate.</summary>
    /// <param name="certificate">A certificate with an ECDSA or RSA private key.</param>
    /// <exception cref="CryptographicException">No private key, or one of a kind that is not supported.</exception>
    public static AsymmetricKeySigner FromCertificate(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        AsymmetricAlgorithm key = (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey()
            ?? throw new CryptographicException("The certificate has no ECDSA or RSA private key.");
        try
        {
            return key is ECDsa ecdsa ? new AsymmetricKeySigner(ecdsa, ownsKey: true) : new AsymmetricKeySigner((RSA)key, ownsKey: true);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override byte[] Sign(SignatureScheme scheme, ReadOnlySpan<byte> data)
    {
        if (Array.IndexOf(_schemes, scheme) < 0)
            throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "The key does not sign under this scheme.");

        HashAlgorithmName hash = SignatureHashes.Of(scheme);
        byte[] content = data.ToArray();
        lock (_signing)
        {
            return _key is ECDsa ecdsa
                ? ecdsa.SignData(content, hash, DSASignatureFormat.Rfc3279DerSequence)
                : ((RSA)_key).SignData(content, hash, RSASignaturePadding.Pss);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _ownsKey)
            _key.Dispose();
    }

    private static KeyAlgorithm Identify(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        KeyAlgorithm algorithm = KeyEncoding.OfPublicKey(key.ExportSubjectPublicKeyInfo());
        return algorithm is KeyAlgorithm.EcP256 or KeyAlgorithm.EcP384
            ? algorithm
            : throw new CryptographicException("The ECDSA key is not on P-256 or P-384.");
    }

    private static KeyAlgorithm Identify(RSA key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.KeySize is >= KeyEncoding.MinimumRsaBits and <= KeyEncoding.MaximumRsaBits
            ? KeyAlgorithm.Rsa
            : throw new CryptographicException("The RSA key is smaller than 2048 or larger than 8192 bits.");
    }
}
