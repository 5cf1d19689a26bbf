using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls;

/// <summary>A certificate chain, or a bare public key, and what its key can sign with. The key itself may live elsewhere.</summary>
public sealed class DtlsCredential
{
    private volatile CompressedChain? _compressed;

    /// <summary>A credential whose key is in this process.</summary>
    /// <param name="certificateChain">DER certificates, leaf first.</param>
    /// <param name="signer">The leaf's private key.</param>
    public DtlsCredential(IReadOnlyList<ReadOnlyMemory<byte>> certificateChain, DtlsSigner signer)
        : this(certificateChain, (signer ?? throw new ArgumentNullException(nameof(signer))).Schemes) => Signer = signer;

    /// <summary>A credential whose key lives elsewhere: the driver answers <see cref="DtlsEventKind.SignatureRequired"/> by its own means.</summary>
    /// <param name="certificateChain">DER certificates, leaf first.</param>
    /// <param name="schemes">Schemes the key can sign with, the preferred one first.</param>
    public DtlsCredential(IReadOnlyList<ReadOnlyMemory<byte>> certificateChain, IReadOnlyList<SignatureScheme> schemes)
        : this(certificateChain, schemes, null)
    {
        if (certificateChain.Count == 0)
            throw new ArgumentException("A credential needs at least the leaf certificate.", nameof(certificateChain));
    }

    private DtlsCredential(IReadOnlyList<ReadOnlyMemory<byte>> certificateChain, IReadOnlyList<SignatureScheme> schemes, DtlsSigner? signer)
    {
        ArgumentNullException.ThrowIfNull(certificateChain);
        ArgumentNullException.ThrowIfNull(schemes);
        if (schemes.Count == 0)
            throw new ArgumentException("A credential needs at least one signature scheme.", nameof(schemes));
        CertificateChain = certificateChain;
        SignatureSchemes = schemes;
        Signer = signer;
    }

    /// <summary>A bare public key without a certificate (RFC 7250), whose private key is in this process. Peers have to know it beforehand.</summary>
    /// <param name="subjectPublicKeyInfo">The public key in DER.</param>
    /// <param name="signer">Its private key.</param>
    /// <exception cref="ArgumentException">It is not a key on P-256 or P-384, of Ed25519 or RSA, or the private key is of another kind.</exception>
    public static DtlsCredential FromPublicKey(ReadOnlyMemory<byte> subjectPublicKeyInfo, DtlsSigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return FromPublicKey(subjectPublicKeyInfo, signer.Schemes, signer);
    }

    /// <summary>A bare public key without a certificate (RFC 7250), whose private key lives elsewhere.</summary>
    /// <param name="subjectPublicKeyInfo">The public key in DER.</param>
    /// <param name="schemes">Schemes the key can sign with, the preferred one first.</param>
    /// <exception cref="ArgumentException">It is not a key on P-256 or P-384, of Ed25519 or RSA, or does not fit the schemes.</exception>
    public static DtlsCredential FromPublicKey(ReadOnlyMemory<byte> subjectPublicKeyInfo, IReadOnlyList<SignatureScheme> schemes) =>
        FromPublicKey(subjectPublicKeyInfo, schemes, null);

    /// <summary>DER certificates, leaf first; the bare key alone where <see cref="CertificateType"/> says so.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> CertificateChain { get; }

    /// <summary>What <see cref="CertificateChain"/> is.</summary>
    public DtlsCertificateType CertificateType { get; private init; }

    /// <summary>Schemes the key may be used with, the preferred one first. May be narrowed to a subset.</summary>
    public IReadOnlyList<SignatureScheme> SignatureSchemes { get; init; }

    /// <summary>The key, when it is in this process.</summary>
    public DtlsSigner? Signer { get; }

    /// <summary>
    /// Use this credential only if some certificate of its chain was issued by an authority the peer names in
    /// certificate_authorities.
    /// </summary>
    public bool MustMatchIssuer { get; init; }

    /// <summary>
    /// Gives the OCSP response about the leaf, in DER, that a server sends to clients that ask for one; empty: none now. Called in each
    /// handshake, inside the engine: it must not block or throw. Whoever fetches them keeps the newest one here, and drops it when it has
    /// expired. Null: never any.
    /// </summary>
    public Func<ReadOnlyMemory<byte>>? OcspResponse { get; init; }

    /// <summary>The same credential, with <see cref="OcspResponse"/>.</summary>
    public DtlsCredential WithOcspResponse(Func<ReadOnlyMemory<byte>>? provider) => new(CertificateChain, SignatureSchemes, Signer)
    {
        CertificateType = CertificateType,
        MustMatchIssuer = MustMatchIssuer,
        OcspResponse = provider,
    };

    private static DtlsCredential FromPublicKey(ReadOnlyMemory<byte> subjectPublicKeyInfo, IReadOnlyList<SignatureScheme> schemes, DtlsSigner? signer)
    {
        ArgumentNullException.ThrowIfNull(schemes);
        KeyAlgorithm algorithm = KeyEncoding.OfPublicKey(subjectPublicKeyInfo.Span);
        if (algorithm == KeyAlgorithm.Unknown)
            throw new ArgumentException("A bare key is one on P-256 or P-384, of Ed25519 or RSA, in DER (SubjectPublicKeyInfo).", nameof(subjectPublicKeyInfo));
        foreach (SignatureScheme scheme in schemes)
        {
            if (!KeyEncoding.Fits(algorithm, scheme))
                throw new ArgumentException($"A key of this kind ({algorithm}) does not sign under {scheme}.", nameof(schemes));
        }

        return new DtlsCredential([subjectPublicKeyInfo.ToArray()], schemes, signer) { CertificateType = DtlsCertificateType.RawPublicKey };
    }

    /// <summary>A Certificate message of this credential, compressed; null when that makes it no shorter. Done once, as long as the message stays the same.</summary>
    internal byte[]? Compress(DtlsCertificateCompressor compressor, ReadOnlySpan<byte> message)
    {
        CompressedChain? known = _compressed;
        if (known is null || known.Algorithm != compressor.Algorithm || !message.SequenceEqual(known.Message))
            _compressed = known = new CompressedChain(compressor.Algorithm, message.ToArray(), compressor.Compress(message));
        return known.Compressed.Length < message.Length ? known.Compressed : null;
    }

    private sealed record CompressedChain(DtlsCertificateCompression Algorithm, byte[] Message, byte[] Compressed);
}
