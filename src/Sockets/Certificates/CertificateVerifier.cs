using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;

namespace Sockets.Certificates;

/// <summary>Judges what a peer sent in its Certificate message. Immutable; runs on the thread pool, never in the loop.</summary>
internal sealed class CertificateVerifier
{
    private readonly PeerTrust _trust;
    private readonly Func<X509Certificate2Collection, bool>? _additionalCheck;
    private readonly X509RevocationMode _revocationMode;
    private readonly TimeProvider _timeProvider;
    private readonly DtlsRole _peerRole;
    private readonly string? _targetHost;

    public CertificateVerifier(DtlsOptions options, string? targetHost)
    {
        _trust = options.Trust;
        _additionalCheck = options.AdditionalCertificateCheck;
        _revocationMode = options.CertificateRevocationCheckMode;
        _timeProvider = options.TimeProvider;
        _peerRole = options.Role == DtlsRole.Client ? DtlsRole.Server : DtlsRole.Client;
        _targetHost = targetHost;
    }

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
                return CertificateVerdict.Refused([new CertificateFinding(CertificateProblem.Malformed, "there is none")], _peerRole);

            _trust.Judge(new PeerCertificateContext(certificates[0], certificates, _peerRole, _targetHost, _timeProvider.GetUtcNow(), _revocationMode), findings);
        }
        catch (CryptographicException exception)
        {
            findings.Add(new CertificateFinding(CertificateProblem.Malformed, $"it cannot be read ({exception.Message.TrimEnd('.')})"));
        }

        CertificateVerdict verdict = findings.Count > 0 ? CertificateVerdict.Refused(findings, _peerRole) : AskApplication(certificates);
        foreach (X509Certificate2 certificate in certificates)
            certificate.Dispose();
        return verdict;
    }

    private CertificateVerdict AskApplication(X509Certificate2Collection certificates)
    {
        if (_additionalCheck is null)
            return CertificateVerdict.Accepted;
        try
        {
            if (_additionalCheck(certificates))
                return CertificateVerdict.Accepted;
            return CertificateVerdict.Refused([new CertificateFinding(CertificateProblem.RefusedByApplication, "the application's check refused it")], _peerRole);
        }
        catch (Exception exception)
        {
            return CertificateVerdict.Refused([new CertificateFinding(CertificateProblem.RefusedByApplication, "the application's check failed")], _peerRole) with { Exception = exception };
        }
    }
}
