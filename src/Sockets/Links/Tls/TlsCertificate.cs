using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Links.Tls;

namespace Sockets;

/// <summary>
/// A certificate with its private key and the certificates between it and the root, ready for use. Immutable. That the key
/// belongs to the certificate is checked when it is made, so that a mistake is found then and not by the first peer.
/// </summary>
public sealed class TlsCertificate
{
    private readonly string? _certificatePath;
    private readonly string? _keyPath;

    private TlsCertificate(X509Certificate2 certificate, X509Certificate2Collection intermediates, string? certificatePath, string? keyPath)
    {
        if (!TlsFeature.IsSupported)
            throw TlsFeature.NotSupported();
        Certificate = certificate;
        _certificatePath = certificatePath;
        _keyPath = keyPath;
        // offline: nothing is downloaded, neither issuers nor OCSP responses to staple.
        PlatformContext = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
        Identity = Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span));
    }

    /// <summary>The certificate itself. Not to be disposed.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Made once: the platform builds a chain for it.</summary>
    internal SslStreamCertificateContext PlatformContext { get; }

    /// <summary>SHA-256 of the certificate.</summary>
    internal string Identity { get; }

    /// <summary>Whether <see cref="Reload"/> can read it again.</summary>
    internal bool IsFromFiles => _certificatePath is not null;

    /// <summary>Reads a certificate chain (leaf first) and its unencrypted private key from PEM files, which may be the same file.</summary>
    /// <param name="certificatePath">File with the chain.</param>
    /// <param name="keyPath">File with the key: PKCS#8, SEC 1 or PKCS#1; ECDSA or RSA.</param>
    /// <exception cref="CryptographicException">A file does not hold what it should, or the two do not belong together; the message names the file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static TlsCertificate LoadPemFiles(string certificatePath, string keyPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(certificatePath);
        ArgumentException.ThrowIfNullOrEmpty(keyPath);
        return FromPem(File.ReadAllText(certificatePath), File.ReadAllText(keyPath), certificatePath, keyPath);
    }

    /// <summary>As <see cref="LoadPemFiles"/>, from text.</summary>
    /// <param name="certificates">The chain, leaf first.</param>
    /// <param name="key">The private key.</param>
    /// <exception cref="CryptographicException">The text does not hold what it should, or the two do not belong together.</exception>
    public static TlsCertificate FromPem(string certificates, string key)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        ArgumentNullException.ThrowIfNull(key);
        return FromPem(certificates, key, null, null);
    }

    /// <summary>Takes a certificate of the platform with its key, wherever the platform keeps it.</summary>
    /// <param name="certificate">The certificate with a private key. It must live as long as it is used.</param>
    /// <param name="intermediates">The certificates between it and the root.</param>
    /// <exception cref="CryptographicException">It has no private key.</exception>
    public static TlsCertificate FromCertificate(X509Certificate2 certificate, X509Certificate2Collection? intermediates = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (!certificate.HasPrivateKey)
            throw new CryptographicException($"The certificate '{certificate.Subject}' comes without its private key.");
        return new TlsCertificate(certificate, intermediates is null ? [] : new X509Certificate2Collection(intermediates), null, null);
    }

    /// <summary>What the files hold now; itself, when it did not come from files.</summary>
    internal TlsCertificate Reload() => IsFromFiles ? LoadPemFiles(_certificatePath!, _keyPath!) : this;

    /// <summary>When the files were changed last; nothing when there are none.</summary>
    internal IEnumerable<(string Path, DateTime Time)> FileTimes()
    {
        if (!IsFromFiles)
            yield break;
        yield return (_certificatePath!, File.GetLastWriteTimeUtc(_certificatePath!));
        yield return (_keyPath!, File.GetLastWriteTimeUtc(_keyPath!));
    }

    private static TlsCertificate FromPem(string certificates, string key, string? certificatePath, string? keyPath)
    {
        string certificateSource = certificatePath ?? "the certificate text";
        string keySource = keyPath ?? "the key text";
        X509Certificate2Collection chain = ReadChain(certificates, certificateSource);
        CheckKey(key, keySource);
        X509Certificate2 bare = chain[0];
        chain.RemoveAt(0);
        try
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPem(bare.ExportCertificatePem(), key);
            if (OperatingSystem.IsWindows())
                certificate = ForWindows(certificate);
            return new TlsCertificate(certificate, chain, certificatePath, keyPath);
        }
        catch (ArgumentException exception)
        {
            throw new CryptographicException($"The key in {keySource} does not belong to the certificate in {certificateSource}.", exception);
        }
        catch (CryptographicException exception)
        {
            throw new CryptographicException($"The key in {keySource} cannot be used with the certificate in {certificateSource}: {exception.Message}", exception);
        }
        finally
        {
            bare.Dispose();
        }
    }

    private static X509Certificate2Collection ReadChain(ReadOnlySpan<char> text, string source)
    {
        var chain = new X509Certificate2Collection();
        while (PemEncoding.TryFind(text, out PemFields fields))
        {
            if (text[fields.Label] is "CERTIFICATE")
            {
                try
                {
                    chain.Add(X509Certificate2.CreateFromPem(text[fields.Location]));
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

    private static void CheckKey(ReadOnlySpan<char> text, string source)
    {
        while (PemEncoding.TryFind(text, out PemFields fields))
        {
            switch (text[fields.Label])
            {
                case "ENCRYPTED PRIVATE KEY":
                    throw new CryptographicException($"The key in {source} is encrypted; an unencrypted one is needed (openssl pkcs8 -in … -out …).");
                case "PRIVATE KEY" or "EC PRIVATE KEY" or "RSA PRIVATE KEY":
                    return;
            }

            text = text[fields.Location.End..];
        }

        throw new CryptographicException($"There is no PEM private key in {source}.");
    }

    /// <summary>SChannel does not take keys that are in memory only.</summary>
    private static X509Certificate2 ForWindows(X509Certificate2 certificate)
    {
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
