using System;
using System.Collections.Generic;

namespace Sockets.Dtls;

/// <content>How the ends prove who they are, beyond a certificate chain of each.</content>
public sealed partial record DtlsConfig
{
    private static readonly IReadOnlyList<DtlsCertificateType> X509Only = [DtlsCertificateType.X509];

    /// <summary>
    /// Kinds of certificates taken from the peer, the preferred one first. A bare key (RFC 7250) is offered and taken only where
    /// it is among them; the kinds of our own are those of <see cref="Credentials"/>. Default: X.509 alone.
    /// </summary>
    public IReadOnlyList<DtlsCertificateType> PeerCertificateTypes { get; init; } = X509Only;

    /// <summary>
    /// Algorithms that certificates may travel in, both ways, the preferred one first (RFC 8879). Whoever takes one spends time on
    /// what a stranger sent: <see cref="MaxHandshakeMessageSize"/> bounds it. Default: none.
    /// </summary>
    public IReadOnlyList<DtlsCertificateCompressor> CertificateCompressors { get; init; } = [];

    /// <summary>
    /// Client: asks the server for an OCSP response about its certificate (RFC 6066 §8): <see cref="DtlsConnection.PeerOcspResponse"/>,
    /// for the driver to judge. Default: no.
    /// </summary>
    public bool RequestOcspResponse { get; init; }

    /// <summary>
    /// Client: offers to be asked for a certificate after the handshake too (RFC 8446 §4.6.2). Server: lets
    /// <see cref="DtlsConnection.RequestClientCertificate"/> ask clients that offer it. The messages of the handshake are kept for it,
    /// some KB a connection. Default: no.
    /// </summary>
    public bool PostHandshakeAuthentication { get; init; }

    /// <summary>Whether a kind may come from the peer.</summary>
    internal bool TakesFromPeer(DtlsCertificateType kind)
    {
        foreach (DtlsCertificateType candidate in PeerCertificateTypes)
        {
            if (candidate == kind)
                return true;
        }

        return false;
    }

    /// <summary>The kinds of our own credentials, in their order; without any, the default.</summary>
    internal IReadOnlyList<DtlsCertificateType> OwnCertificateTypes()
    {
        bool hasRawKey = false;
        foreach (DtlsCredential credential in Credentials)
            hasRawKey |= credential.CertificateType == DtlsCertificateType.RawPublicKey;
        if (!hasRawKey)
            return X509Only;
        var kinds = new List<DtlsCertificateType>(2);
        foreach (DtlsCredential credential in Credentials)
        {
            if (!kinds.Contains(credential.CertificateType))
                kinds.Add(credential.CertificateType);
        }

        return kinds;
    }

    /// <summary>Whether a list of kinds says more than that it is the default, so that it has to be sent (RFC 7250 §4.1).</summary>
    internal static bool IsDefault(IReadOnlyList<DtlsCertificateType> kinds) => kinds.Count == 1 && kinds[0] == DtlsCertificateType.X509;

    private void ValidateAuthentication()
    {
        Require(AreCertificateTypesValid(), nameof(PeerCertificateTypes), "at least one kind, each of them once");
        Require(AreCompressorsValid(), nameof(CertificateCompressors), "127 algorithms at most, each of them once");
    }

    private bool AreCompressorsValid()
    {
        const int maxCount = 127; // RFC 8879 §3
        for (int i = 0; i < CertificateCompressors.Count; i++)
        {
            if (CertificateCompressors[i] is not { Algorithm: not DtlsCertificateCompression.None } compressor)
                return false;
            for (int j = 0; j < i; j++)
            {
                if (CertificateCompressors[j].Algorithm == compressor.Algorithm)
                    return false;
            }
        }

        return CertificateCompressors.Count <= maxCount;
    }

    private bool AreCertificateTypesValid()
    {
        for (int i = 0; i < PeerCertificateTypes.Count; i++)
        {
            if (!Enum.IsDefined(PeerCertificateTypes[i]))
                return false;
            for (int j = 0; j < i; j++)
            {
                if (PeerCertificateTypes[i] == PeerCertificateTypes[j])
                    return false;
            }
        }

        return PeerCertificateTypes.Count > 0;
    }
}
