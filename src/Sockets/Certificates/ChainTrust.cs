using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Certificates;

/// <summary>
/// Trusts a certificate whose chain ends in a root of ours, which is in date, was issued for the purpose, and carries the
/// name. Issuers are never downloaded: they come from the peer or from this machine. Revocation lists are, if the context
/// allows it.
/// </summary>
internal class ChainTrust(X509Certificate2Collection? anchors) : PeerTrust
{
    // RFC 5280 §4.2.1.12
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    internal override bool NeedsName => true;

    internal override bool JudgesOcspResponses => true;

    internal override bool IsRemembered => true;

    /// <summary>Null: the system's.</summary>
    private protected X509Certificate2Collection? Roots => anchors;

    internal override string Identity { get; } = anchors is null
        ? "system roots"
        : "anchors " + Fingerprint(anchors.Select(static anchor => SHA256.HashData(anchor.RawDataMemory.Span)));

    internal override void Judge(PeerCertificateContext context, List<CertificateFinding> findings)
    {
        using var chain = new X509Chain();
        X509ChainPolicy policy = chain.ChainPolicy;
        policy.DisableCertificateDownloads = true;
        policy.RevocationMode = context.RevocationMode == X509RevocationMode.NoCheck ? X509RevocationMode.NoCheck : X509RevocationMode.Offline;
        if (context.RevocationDownloadTimeout is { } timeout && context.RevocationMode == X509RevocationMode.Online)
        {
            policy.RevocationMode = X509RevocationMode.Online;
            policy.UrlRetrievalTimeout = timeout;
        }

        policy.RevocationFlag = X509RevocationFlag.ExcludeRoot;
        policy.VerificationTime = context.Time.UtcDateTime;
        policy.ApplicationPolicy.Add(context.Purpose == CertificatePurpose.ServerAuthentication ? ServerAuthentication : ClientAuthentication);
        for (int i = 1; i < context.Certificates.Count; i++)
            policy.ExtraStore.Add(context.Certificates[i]);
        if (anchors is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(anchors);
        }

        if (!chain.Build(context.Leaf))
            Describe(chain, context, findings);
        JudgeChain(chain, findings);
        DateTime notAfter = DateTime.MaxValue;
        if (context.Stapling != OcspStapling.None)
            notAfter = JudgeStaple(chain, context, findings);
        foreach (X509ChainElement element in chain.ChainElements)
        {
            DateTime end = element.Certificate.NotAfter.ToUniversalTime();
            notAfter = end < notAfter ? end : notAfter;
            if (!ReferenceEquals(element.Certificate, context.Leaf))
                element.Certificate.Dispose();
        }

        context.NotAfter = new DateTimeOffset(notAfter, TimeSpan.Zero);
        if (context.TargetHost is { } host && !CarriesName(context.Leaf, host))
            findings.Add(new CertificateFinding(CertificateProblem.NameMismatch, CertificateText.NameMismatch(context.Leaf, host)));
    }

    /// <summary>The same, with pins besides.</summary>
    internal virtual PinnedChainTrust Pinned(byte[][] pins) => new(anchors, [pins]);

    /// <summary>A further look at the chain that was built, good or not.</summary>
    private protected virtual void JudgeChain(X509Chain chain, List<CertificateFinding> findings)
    {
    }

    /// <returns>Until when the response holds.</returns>
    private static DateTime JudgeStaple(X509Chain chain, PeerCertificateContext context, List<CertificateFinding> findings)
    {
        if (context.OcspResponse.IsEmpty)
        {
            if (context.Stapling == OcspStapling.Required || OcspCheck.IsDemandedBy(context.Leaf))
                findings.Add(new CertificateFinding(CertificateProblem.InvalidOcspResponse, "no OCSP response came with it, and one is needed"));
            return DateTime.MaxValue;
        }

        if (chain.ChainElements.Count < 2)
        {
            findings.Add(new CertificateFinding(CertificateProblem.InvalidOcspResponse, "an OCSP response came with it, and there is no issuer that could have signed it"));
            return DateTime.MaxValue;
        }

        return OcspCheck.Judge(context.OcspResponse, context.Leaf, chain.ChainElements[1].Certificate, context.Time, findings)?.UtcDateTime ?? DateTime.MaxValue;
    }

    private static bool CarriesName(X509Certificate2 certificate, string host)
    {
        if (host.EndsWith('.'))
            return false; // one is gone already, and the platform would forgive another
        try
        {
            return certificate.MatchesHostname(host, allowWildcards: true, allowCommonName: false);
        }
        catch (CryptographicException)
        {
            return false; // a subject alternative name that cannot be parsed names nobody
        }
    }

    private static void Describe(X509Chain chain, PeerCertificateContext context, List<CertificateFinding> findings)
    {
        int before = findings.Count;
        foreach (X509ChainElement element in chain.ChainElements)
        {
            foreach (X509ChainStatus status in element.ChainElementStatus)
                findings.Add(Describe(element.Certificate, status, context));
        }

        // A chain that could not be built at all has no elements, and a partial one may say so only for the whole chain.
        foreach (X509ChainStatus status in chain.ChainStatus)
        {
            if (findings.Count == before)
                findings.Add(Describe(context.Leaf, status, context));
        }

        if (findings.Count == before)
            findings.Add(new CertificateFinding(CertificateProblem.Other, "its chain could not be built"));
    }

    private static CertificateFinding Describe(X509Certificate2 certificate, X509ChainStatus status, PeerCertificateContext context)
    {
        string subject = CertificateText.Subject(certificate);
        string issuer = CertificateText.Issuer(certificate);
        return status.Status switch
        {
            X509ChainStatusFlags.NotTimeValid when certificate.NotBefore.ToUniversalTime() > context.Time.UtcDateTime =>
                new(CertificateProblem.NotYetValid, $"'{subject}' is not valid before {CertificateText.Date(certificate.NotBefore)}"),
            X509ChainStatusFlags.NotTimeValid =>
                new(CertificateProblem.Expired, $"'{subject}' expired on {CertificateText.Date(certificate.NotAfter)}"),
            X509ChainStatusFlags.UntrustedRoot =>
                new(CertificateProblem.UntrustedRoot, $"its root '{subject}' is not trusted"),
            X509ChainStatusFlags.PartialChain =>
                new(CertificateProblem.UntrustedRoot, $"the issuer '{issuer}' of '{subject}' is not trusted, or its certificate was not sent"),
            X509ChainStatusFlags.Revoked =>
                new(CertificateProblem.Revoked, $"'{subject}' was revoked"),
            X509ChainStatusFlags.RevocationStatusUnknown or X509ChainStatusFlags.OfflineRevocation =>
                new(CertificateProblem.RevocationUnknown, $"this machine has no revocation list of '{issuer}' to check '{subject}' with"),
            X509ChainStatusFlags.NotValidForUsage =>
                new(CertificateProblem.WrongUsage, string.Create(CultureInfo.InvariantCulture, $"'{subject}' may not be used for {(context.Purpose == CertificatePurpose.ServerAuthentication ? "server" : "client")} authentication")),
            X509ChainStatusFlags.InvalidBasicConstraints =>
                new(CertificateProblem.WrongUsage, $"'{subject}' may not issue certificates"),
            X509ChainStatusFlags.NotSignatureValid =>
                new(CertificateProblem.Malformed, $"the signature on '{subject}' is wrong"),
            _ => new(CertificateProblem.Other, $"'{subject}': {status.Status}"),
        };
    }
}
