using Sockets.Dtls;

namespace Sockets.Certificates;

/// <summary>One thing that is wrong with a certificate. Findings are ordered by their problem: the lowest is the gravest.</summary>
/// <param name="Problem">What kind.</param>
/// <param name="Sentence">What exactly, for people, without a full stop.</param>
internal readonly record struct CertificateFinding(CertificateProblem Problem, string Sentence)
{
    /// <summary>The alert that tells the peer (RFC 8446 §6.2).</summary>
    public AlertDescription Alert => Problem switch
    {
        CertificateProblem.Malformed => AlertDescription.BadCertificate,
        CertificateProblem.Revoked => AlertDescription.CertificateRevoked,
        CertificateProblem.UntrustedRoot => AlertDescription.UnknownCA,
        CertificateProblem.Expired or CertificateProblem.NotYetValid => AlertDescription.CertificateExpired,
        CertificateProblem.WrongUsage => AlertDescription.UnsupportedCertificate,
        CertificateProblem.NameMismatch => AlertDescription.BadCertificate,
        CertificateProblem.RefusedByApplication => AlertDescription.AccessDenied,
        _ => AlertDescription.CertificateUnknown,
    };
}
