using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets;

/// <summary>
/// Makes credentials from what people have: PEM files, certificates of the platform, keys elsewhere. Each is tried out with
/// one signature, so that a key that does not belong to its certificate is found here and not by the first peer.
/// </summary>
public static class DtlsCredentialLoader
{
    private const string CertificateLabel = "CERTIFICATE";

    private static ReadOnlySpan<byte> Probe => "Does this key belong to this certificate?"u8;

    /// <summary>Reads a certificate chain (leaf first) and its unencrypted private key from PEM files, which may be the same file.</summary>
    /// <param name="certificatePath">File with the chain.</param>
    /// <param name="keyPath">File with the key: PKCS#8, SEC 1 or PKCS#1; ECDSA, RSA or Ed25519.</param>
    /// <param name="crypto">Holds the key. Null: as <see cref="DtlsOptions.Crypto"/>.</param>
    /// <exception cref="CryptographicException">A file does not hold what it should, or the two do not belong together; the message names the file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static DtlsCredential LoadPemFiles(string certificatePath, string keyPath, CryptoProvider? crypto = null)
    {
        string certificates = File.ReadAllText(certificatePath);
        string key = File.ReadAllText(keyPath);
        return FromPem(certificates, key, crypto, certificatePath, keyPath);
    }

    /// <summary>As <see cref="LoadPemFiles"/>, from text.</summary>
    /// <param name="certificates">The chain, leaf first.</param>
    /// <param name="key">The private key.</param>
    /// <param name="crypto">Holds the key. Null: as <see cref="DtlsOptions.Crypto"/>.</param>
    /// <exception cref="CryptographicException">The text does not hold what it should, or the two do not belong together.</exception>
    public static DtlsCredential FromPem(string certificates, string key, CryptoProvider? crypto = null)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        ArgumentNullException.ThrowIfNull(key);
        return FromPem(certificates, key, crypto, "the certificate text", "the key text");
    }

    /// <summary>Takes a certificate of the platform with its ECDSA or RSA key, wherever the platform keeps it.</summary>
    /// <param name="certificate">The certificate with a private key. It must live as long as the credential is used.</param>
    /// <param name="intermediates">The certificates between it and the root, in that order.</param>
    /// <exception cref="CryptographicException">It has no private key, or one of a kind that is not supported.</exception>
    public static DtlsCredential FromCertificate(X509Certificate2 certificate, X509Certificate2Collection? intermediates = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new DtlsCredential(Chain(certificate, intermediates), AsymmetricKeySigner.FromCertificate(certificate));
    }

    /// <summary>A certificate whose key is elsewhere: <see cref="DtlsOptions.SigningCallback"/> signs.</summary>
    /// <param name="certificate">The certificate, without a key.</param>
    /// <param name="schemes">What the key can sign with, the preferred one first.</param>
    /// <param name="intermediates">The certificates between it and the root, in that order.</param>
    public static DtlsCredential ForExternalKey(X509Certificate2 certificate, IReadOnlyList<SignatureScheme> schemes, X509Certificate2Collection? intermediates = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new DtlsCredential(Chain(certificate, intermediates), schemes);
    }

    /// <summary>A bare public key without a certificate (RFC 7250), with its private key, wherever the platform keeps it.</summary>
    /// <param name="key">A key on P-256 or P-384. It must live as long as the credential is used.</param>
    /// <exception cref="CryptographicException">It is on another curve.</exception>
    public static DtlsCredential FromKey(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return DtlsCredential.FromPublicKey(key.ExportSubjectPublicKeyInfo(), new AsymmetricKeySigner(key));
    }

    /// <summary>As <see cref="FromKey(ECDsa)"/>, of 2048 to 8192 bits.</summary>
    /// <param name="key">The key. It must live as long as the credential is used.</param>
    /// <exception cref="CryptographicException">It has another size.</exception>
    public static DtlsCredential FromKey(RSA key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return DtlsCredential.FromPublicKey(key.ExportSubjectPublicKeyInfo(), new AsymmetricKeySigner(key));
    }

    /// <summary>A bare public key without a certificate (RFC 7250), from a PEM text with the public key and one with the private key.</summary>
    /// <param name="publicKey">PUBLIC KEY: ECDSA, RSA or Ed25519.</param>
    /// <param name="key">The unencrypted private key.</param>
    /// <param name="crypto">Holds the key. Null: as <see cref="DtlsOptions.Crypto"/>.</param>
    /// <exception cref="CryptographicException">The text does not hold what it should, or the two do not belong together.</exception>
    public static DtlsCredential FromPublicKeyPem(string publicKey, string key, CryptoProvider? crypto = null)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        ArgumentNullException.ThrowIfNull(key);
        crypto ??= PreferredCrypto.Get();
        byte[] info = ReadPublicKey(publicKey);
        DtlsSigner signer = ReadKey(key, crypto, "the key text");
        try
        {
            SignatureScheme scheme = signer.Schemes[0];
            if (!crypto.VerifySignature(scheme, info, Probe, signer.Sign(scheme, Probe)))
                throw new CryptographicException("The two keys do not belong together.");
            return DtlsCredential.FromPublicKey(info, signer);
        }
        catch
        {
            signer.Dispose();
            throw;
        }
    }

    private static byte[] ReadPublicKey(ReadOnlySpan<char> text)
    {
        while (PemEncoding.TryFind(text, out PemFields fields))
        {
            if (text[fields.Label] is "PUBLIC KEY")
                return Decode(text[fields.Base64Data]);
            text = text[fields.Location.End..];
        }

        throw new CryptographicException("There is no PEM public key in the public key text.");
    }

    private static List<ReadOnlyMemory<byte>> Chain(X509Certificate2 certificate, X509Certificate2Collection? intermediates)
    {
        var chain = new List<ReadOnlyMemory<byte>> { certificate.RawDataMemory };
        foreach (X509Certificate2 intermediate in intermediates ?? [])
            chain.Add(intermediate.RawDataMemory);
        return chain;
    }

    private static DtlsCredential FromPem(string certificates, string key, CryptoProvider? crypto, string certificateSource, string keySource)
    {
        crypto ??= PreferredCrypto.Get();
        List<ReadOnlyMemory<byte>> chain = ReadChain(certificates, certificateSource, out byte[] publicKey);
        DtlsSigner signer = ReadKey(key, crypto, keySource);
        try
        {
            SignatureScheme scheme = signer.Schemes[0];
            if (!crypto.VerifySignature(scheme, publicKey, Probe, signer.Sign(scheme, Probe)))
                throw new CryptographicException($"The key in {keySource} does not belong to the certificate in {certificateSource}.");
            return new DtlsCredential(chain, signer);
        }
        catch
        {
            signer.Dispose();
            throw;
        }
    }

    private static List<ReadOnlyMemory<byte>> ReadChain(ReadOnlySpan<char> text, string source, out byte[] publicKey)
    {
        var chain = new List<ReadOnlyMemory<byte>>();
        publicKey = [];
        while (PemEncoding.TryFind(text, out PemFields fields))
        {
            if (text[fields.Label] is CertificateLabel)
            {
                try
                {
                    using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(Decode(text[fields.Base64Data]));
                    if (chain.Count == 0)
                        publicKey = certificate.PublicKey.ExportSubjectPublicKeyInfo();
                    chain.Add(certificate.RawData);
                }
                catch (CryptographicException exception)
                {
                    throw new CryptographicException($"A certificate in {source} cannot be read: {exception.Message}", exception);
                }
            }

            text = text[fields.Location.End..];
        }

        return chain.Count > 0 ? chain : throw new CryptographicException($"There is no PEM certificate in {source}.");
    }

    private static DtlsSigner ReadKey(ReadOnlySpan<char> text, CryptoProvider crypto, string source)
    {
        while (PemEncoding.TryFind(text, out PemFields fields))
        {
            byte[] der = Decode(text[fields.Base64Data]);
            byte[]? pkcs8 = null;
            try
            {
                switch (text[fields.Label])
                {
                    case "PRIVATE KEY":
                        pkcs8 = der;
                        break;
                    case "EC PRIVATE KEY":
                        pkcs8 = ToPkcs8(ECDsa.Create(), der, source);
                        break;
                    case "RSA PRIVATE KEY":
                        pkcs8 = ToPkcs8(RSA.Create(), der, source);
                        break;
                    case "ENCRYPTED PRIVATE KEY":
                        throw new CryptographicException($"The key in {source} is encrypted; an unencrypted one is needed (openssl pkcs8 -in … -out …).");
                }

                if (pkcs8 is not null)
                    return Import(crypto, pkcs8, source);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(der);
                CryptographicOperations.ZeroMemory(pkcs8);
            }

            text = text[fields.Location.End..];
        }

        throw new CryptographicException($"There is no PEM private key in {source}.");
    }

    /// <summary>From the older forms: SEC 1 for ECDSA, PKCS#1 for RSA. Disposes <paramref name="key"/>.</summary>
    private static byte[] ToPkcs8(AsymmetricAlgorithm key, ReadOnlySpan<byte> der, string source)
    {
        using (key)
        {
            try
            {
                if (key is ECDsa ecdsa)
                    ecdsa.ImportECPrivateKey(der, out _);
                else
                    ((RSA)key).ImportRSAPrivateKey(der, out _);
                return key.ExportPkcs8PrivateKey();
            }
            catch (CryptographicException exception)
            {
                throw new CryptographicException($"The key in {source} cannot be read: {exception.Message}", exception);
            }
        }
    }

    private static DtlsSigner Import(CryptoProvider crypto, ReadOnlySpan<byte> pkcs8, string source)
    {
        try
        {
            return crypto.ImportPrivateKey(pkcs8);
        }
        catch (CryptographicException exception)
        {
            throw new CryptographicException($"The key in {source} cannot be used: {exception.Message}", exception);
        }
    }

    private static byte[] Decode(ReadOnlySpan<char> base64)
    {
        byte[] bytes = new byte[base64.Length / 4 * 3 + 3];
        Convert.TryFromBase64Chars(base64, bytes, out int length);
        byte[] result = bytes[..length];
        CryptographicOperations.ZeroMemory(bytes);
        return result;
    }
}
