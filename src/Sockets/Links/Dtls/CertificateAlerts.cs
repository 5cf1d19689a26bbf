using Sockets.Certificates;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>The alert that tells a peer what is wrong with its certificate (RFC 8446 §6.2).</summary>
internal static class CertificateAlerts
{
    /// <summary>Null: the certificate was accepted.</summary>
    public static AlertDescription? Of(CertificateVerdict verdict) => verdict.IsUndecided ? AlertDescription.InternalError : verdict.Problem switch
    {
        CertificateProblem.None => null,
        CertificateProblem.Malformed => AlertDescription.BadCertificate,
        CertificateProblem.Revoked => AlertDescription.CertificateRevoked,
        CertificateProblem.UntrustedRoot => AlertDescription.UnknownCA,
        CertificateProblem.Expired or CertificateProblem.NotYetValid => AlertDescription.CertificateExpired,
        CertificateProblem.WrongUsage => AlertDescription.UnsupportedCertificate,
        CertificateProblem.NameMismatch => AlertDescription.BadCertificate,
        CertificateProblem.InvalidOcspResponse => AlertDescription.BadCertificateStatusResponse, // RFC 6066 §8
        CertificateProblem.RefusedByApplication => AlertDescription.AccessDenied,
        _ => AlertDescription.CertificateUnknown,
    };
}
