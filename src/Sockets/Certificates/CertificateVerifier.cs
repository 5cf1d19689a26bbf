using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Certificates;

/// <summary>Judges what a peer sent in its Certificate message. Immutable; any thread may use it.</summary>
/// <param name="trust">How.</param>
/// <param name="purpose">What the peer's certificate is used for.</param>
/// <param name="targetHost">The name it must carry; null: names are not checked (a client's certificate).</param>
internal sealed class CertificateVerifier(PeerTrust trust, CertificatePurpose purpose, string? targetHost)
{
    /// <summary>Asked about what was accepted already: false refuses it.</summary>
    public Func<X509Certificate2Collection, bool>? AdditionalCheck { get; init; }

    public X509RevocationMode RevocationMode { get; init; } = X509RevocationMode.NoCheck;

    /// <summary>How long online revocation checks may download. Null: never.</summary>
    public TimeSpan? RevocationDownloadTimeout { get; init; }

    /// <summary>Tells the time of the check.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Judges a chain, leaf first, in DER. Never throws for what the peer sent.</summary>
    public CertificateVerdict Verify(IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        var certificates = new X509Certificate2Collection();
        var findings = new List<CertificateFinding>();
        try
        {
            foreach (ReadOnlyMemory<byte> der in chain)
                certificates.Add(X509CertificateLoader.LoadCertificate(der.Span));
            if (certificates.Count == 0)
                return CertificateVerdict.Refused([new CertificateFinding(CertificateProblem.Malformed, "there is none")], purpose);

            trust.Judge(new PeerCertificateContext(certificates[0], certificates, purpose, targetHost, TimeProvider.GetUtcNow(), RevocationMode) { RevocationDownloadTimeout = RevocationDownloadTimeout }, findings);
        }
        catch (CryptographicException exception)
        {
            findings.Add(new CertificateFinding(CertificateProblem.Malformed, $"it cannot be read ({exception.Message.TrimEnd('.')})"));
        }

        CertificateVerdict verdict = findings.Count > 0 ? CertificateVerdict.Refused(findings, purpose) : AskApplication(certificates);
        foreach (X509Certificate2 certificate in certificates)
            certificate.Dispose();
        return verdict;
    }

    private CertificateVerdict AskApplication(X509Certificate2Collection certificates)
    {
        if (AdditionalCheck is null)
            return CertificateVerdict.Accepted;
        try
        {
            if (AdditionalCheck(certificates))
                return CertificateVerdict.Accepted;
            return CertificateVerdict.Refused([new CertificateFinding(CertificateProblem.RefusedByApplication, "the application's check refused it")], purpose);
        }
        catch (Exception exception)
        {
            return CertificateVerdict.Refused([new CertificateFinding(CertificateProblem.RefusedByApplication, "the application's check failed")], purpose) with { Exception = exception };
        }
    }
}
