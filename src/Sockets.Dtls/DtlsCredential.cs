using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls;

/// <summary>A certificate chain and what its key can sign with. The key itself may live elsewhere.</summary>
public sealed class DtlsCredential
{
    /// <summary>A credential whose key is in this process.</summary>
    /// <param name="certificateChain">DER certificates, leaf first.</param>
    /// <param name="signer">The leaf's private key.</param>
    public DtlsCredential(IReadOnlyList<ReadOnlyMemory<byte>> certificateChain, DtlsSigner signer)
        : this(certificateChain, (signer ?? throw new ArgumentNullException(nameof(signer))).Schemes) => Signer = signer;

    /// <summary>A credential whose key lives elsewhere: the driver answers <see cref="DtlsEventKind.SignatureRequired"/> by its own means.</summary>
    /// <param name="certificateChain">DER certificates, leaf first.</param>
    /// <param name="schemes">Schemes the key can sign with, the preferred one first.</param>
    public DtlsCredential(IReadOnlyList<ReadOnlyMemory<byte>> certificateChain, IReadOnlyList<SignatureScheme> schemes)
    {
        ArgumentNullException.ThrowIfNull(certificateChain);
        ArgumentNullException.ThrowIfNull(schemes);
        if (certificateChain.Count == 0)
            throw new ArgumentException("A credential needs at least the leaf certificate.", nameof(certificateChain));
        if (schemes.Count == 0)
            throw new ArgumentException("A credential needs at least one signature scheme.", nameof(schemes));
        CertificateChain = certificateChain;
        SignatureSchemes = schemes;
    }

    /// <summary>DER certificates, leaf first.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> CertificateChain { get; }

    /// <summary>Schemes the key may be used with, the preferred one first. May be narrowed to a subset.</summary>
    public IReadOnlyList<SignatureScheme> SignatureSchemes { get; init; }

    /// <summary>The key, when it is in this process.</summary>
    public DtlsSigner? Signer { get; }

    /// <summary>
    /// Use this credential only if some certificate of its chain was issued by an authority the peer names in
    /// certificate_authorities.
    /// </summary>
    public bool MustMatchIssuer { get; init; }
}
