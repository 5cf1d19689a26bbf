using System;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Certificates;

/// <summary>What a <see cref="PeerTrust"/> judges, and by which clock.</summary>
/// <param name="Leaf">The peer's own certificate.</param>
/// <param name="Certificates">All it sent, leaf first.</param>
/// <param name="Purpose">Decides the extended key usage that is required.</param>
/// <param name="TargetHost">The name it must carry; null when names are not checked (a client's certificate).</param>
/// <param name="Time">The time of the check.</param>
/// <param name="RevocationMode">Whether revocation is checked.</param>
internal sealed record PeerCertificateContext(
    X509Certificate2 Leaf,
    X509Certificate2Collection Certificates,
    CertificatePurpose Purpose,
    string? TargetHost,
    DateTimeOffset Time,
    X509RevocationMode RevocationMode)
{
    /// <summary>How long online checks may download. Null: nothing is downloaded, and online is as offline.</summary>
    public TimeSpan? RevocationDownloadTimeout { get; init; }

    /// <summary>Whether the peer was asked for an OCSP response.</summary>
    public OcspStapling Stapling { get; init; }

    /// <summary>The OCSP response that it sent along, in DER; empty without one.</summary>
    public ReadOnlyMemory<byte> OcspResponse { get; init; }

    /// <summary>
    /// Set by a judgement that may be remembered: when the first certificate expires that it depends on. Null: it is made anew
    /// each time.
    /// </summary>
    public DateTimeOffset? NotAfter { get; set; }
}
