using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Certificates;

/// <summary>Judges what a peer sent in its Certificate message. Any thread may use it.</summary>
/// <param name="trust">How.</param>
/// <param name="purpose">What the peer's certificate is used for.</param>
/// <param name="targetHost">The name it must carry; null: names are not checked (a client's certificate).</param>
internal sealed class CertificateVerifier(PeerTrust trust, CertificatePurpose purpose, string? targetHost)
{
    private byte[]? _policyHash;

    /// <summary>Asked about what was accepted already: false refuses it.</summary>
    public Func<X509Certificate2Collection, bool>? AdditionalCheck { get; init; }

    public X509RevocationMode RevocationMode { get; init; } = X509RevocationMode.NoCheck;

    /// <summary>How long online revocation checks may download. Null: never.</summary>
    public TimeSpan? RevocationDownloadTimeout { get; init; }

    /// <summary>Whether the peer was asked for an OCSP response.</summary>
    public OcspStapling Stapling { get; init; }

    /// <summary>Tells the time of the check.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Remembers what was accepted. Null: every chain is judged anew.</summary>
    public PeerTrustCache? Cache { get; init; }

    /// <summary>Judges a chain, leaf first, in DER. Never throws for what the peer sent.</summary>
    /// <param name="chain">What the peer sent.</param>
    /// <param name="ocspResponse">The OCSP response it sent along; empty without one.</param>
    public CertificateVerdict Verify(IReadOnlyList<ReadOnlyMemory<byte>> chain, ReadOnlyMemory<byte> ocspResponse = default)
    {
        if (Cache is not { } cache || !trust.IsRemembered)
            return Verify(chain, ocspResponse, isKnown: false, TimeProvider.GetUtcNow(), out _);
        DateTimeOffset now = TimeProvider.GetUtcNow();
        _policyHash ??= cache.HashPolicy(new TrustPolicy(trust, purpose, targetHost, RevocationMode, RevocationDownloadTimeout is not null, Stapling));
        TrustCacheKey key = TrustCacheKey.Create(_policyHash, Stapling == OcspStapling.None ? chain : [.. chain, ocspResponse]);
        if (cache.Contains(key, now, out long generation))
            return AdditionalCheck is null ? CertificateVerdict.Accepted : Verify(chain, ocspResponse, isKnown: true, now, out _);
        CertificateVerdict verdict = Verify(chain, ocspResponse, isKnown: false, now, out DateTimeOffset? notAfter);
        if (notAfter is { } end)
            cache.Add(key, now, end, RevocationMode != X509RevocationMode.NoCheck, generation);
        return verdict;
    }

    /// <summary>Judges a bare key in DER (RFC 7250). Never throws for what the peer sent.</summary>
    public CertificateVerdict VerifyKey(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        var findings = new List<CertificateFinding>();
        trust.JudgeKey(subjectPublicKeyInfo, findings);
        if (findings.Count == 0 && AdditionalCheck is not null)
            findings.Add(new CertificateFinding(CertificateProblem.RefusedByApplication, "the application's check looks at certificates, and it is a bare key"));
        return findings.Count > 0 ? CertificateVerdict.Refused(findings, purpose) : CertificateVerdict.Accepted;
    }

    /// <param name="chain">What the peer sent.</param>
    /// <param name="ocspResponse">What it sent along.</param>
    /// <param name="isKnown">It was judged before: only the application is asked.</param>
    /// <param name="now">The time of the check.</param>
    /// <param name="notAfter">How long <see cref="PeerTrust"/> would judge alike; null when it found something wrong.</param>
    private CertificateVerdict Verify(IReadOnlyList<ReadOnlyMemory<byte>> chain, ReadOnlyMemory<byte> ocspResponse, bool isKnown, DateTimeOffset now, out DateTimeOffset? notAfter)
    {
        notAfter = null;
        var certificates = new X509Certificate2Collection();
        var findings = new List<CertificateFinding>();
        try
        {
            foreach (ReadOnlyMemory<byte> der in chain)
                certificates.Add(X509CertificateLoader.LoadCertificate(der.Span));
            if (certificates.Count == 0)
                return CertificateVerdict.Refused([new CertificateFinding(CertificateProblem.Malformed, "there is none")], purpose);

            if (!isKnown)
            {
                var context = new PeerCertificateContext(certificates[0], certificates, purpose, targetHost, now, RevocationMode) 
                {
                    RevocationDownloadTimeout = RevocationDownloadTimeout,
                    Stapling = Stapling,
                    OcspResponse = ocspResponse,
                };
                trust.Judge(context, findings);
                notAfter = findings.Count == 0 ? context.NotAfter : null;
            }
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
