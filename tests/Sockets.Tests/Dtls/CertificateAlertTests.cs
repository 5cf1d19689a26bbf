using System.Security.Cryptography.X509Certificates;
using Sockets.Certificates;
using Sockets.Dtls;
using Sockets.Links.Dtls;

namespace Sockets.Tests;

public class CertificateAlertTests
{
    [Theory]
    [InlineData(CertificateProblem.Malformed, AlertDescription.BadCertificate)]
    [InlineData(CertificateProblem.Revoked, AlertDescription.CertificateRevoked)]
    [InlineData(CertificateProblem.UntrustedRoot, AlertDescription.UnknownCA)]
    [InlineData(CertificateProblem.Expired, AlertDescription.CertificateExpired)]
    [InlineData(CertificateProblem.NotYetValid, AlertDescription.CertificateExpired)]
    [InlineData(CertificateProblem.WrongUsage, AlertDescription.UnsupportedCertificate)]
    [InlineData(CertificateProblem.NameMismatch, AlertDescription.BadCertificate)]
    [InlineData(CertificateProblem.PinMismatch, AlertDescription.CertificateUnknown)]
    [InlineData(CertificateProblem.RevocationUnknown, AlertDescription.CertificateUnknown)]
    [InlineData(CertificateProblem.InvalidOcspResponse, AlertDescription.BadCertificateStatusResponse)]
    [InlineData(CertificateProblem.RefusedByApplication, AlertDescription.AccessDenied)]
    [InlineData(CertificateProblem.Other, AlertDescription.CertificateUnknown)]
    public void Each_problem_has_its_alert(CertificateProblem problem, AlertDescription alert) =>
        Assert.Equal(alert, CertificateAlerts.Of(CertificateVerdict.Refused([new CertificateFinding(problem, "it is bad")], CertificatePurpose.ServerAuthentication)));

    [Fact]
    public void What_is_accepted_has_none_and_a_check_that_failed_is_an_internal_error()
    {
        Assert.Null(CertificateAlerts.Of(CertificateVerdict.Accepted));
        Assert.Equal(AlertDescription.InternalError, CertificateAlerts.Of(CertificateVerdict.Undecided(new IOException("disk"))));
    }

    [Fact]
    public void The_verifier_of_the_options_looks_for_the_other_sides_purpose()
    {
        using var authority = new TestAuthority();
        using X509Certificate2 server = authority.Issue(["localhost"]);
        Assert.True(new DtlsClientOptions { Trust = authority.Trust }.CreateVerifier("localhost").Verify([server.RawData]).IsAccepted);
        Assert.Equal(CertificateProblem.WrongUsage, new DtlsServerOptions { Trust = authority.Trust }.CreateVerifier(null).Verify([server.RawData]).Problem);
    }
}
