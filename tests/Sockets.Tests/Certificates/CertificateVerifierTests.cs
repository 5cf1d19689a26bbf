using System.Security.Cryptography.X509Certificates;
using Sockets.Certificates;

namespace Sockets.Tests;

public class CertificateVerifierTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("www.example.org", "www.example.org", true)]
    [InlineData("*.example.org", "www.example.org", true)]
    [InlineData("*.example.org", "a.b.example.org", false)]
    [InlineData("*.example.org", "example.org", false)]
    [InlineData("www.example.org", "WWW.Example.ORG", true)]
    [InlineData("www.example.org", "xn--bcher-kva.example", false)]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8::1", "2001:0db8:0:0::1", true)]
    public void Names_are_compared_as_RFC_9525_says(string inCertificate, string expected, bool matches)
    {
        using var authority = new TestAuthority();
        CertificateVerdict verdict = Verify(authority, expected, authority.Issue([inCertificate]));
        Assert.Equal(matches, verdict.IsAccepted);
        Assert.Equal(matches ? CertificateProblem.None : CertificateProblem.NameMismatch, verdict.Problem);
    }

    [Fact]
    public void The_common_name_is_no_name()
    {
        using var authority = new TestAuthority();
        CertificateVerdict verdict = Verify(authority, "www.example.org", authority.Issue([], "CN=www.example.org"));
        Assert.Equal(CertificateProblem.NameMismatch, verdict.Problem);
        Assert.Contains("it carries no names at all", verdict.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void The_clock_of_the_options_decides_about_dates()
    {
        using var authority = new TestAuthority();
        X509Certificate2 certificate = authority.Issue(["localhost"], notBefore: Now, notAfter: Now.AddDays(1));
        Assert.True(Verify(authority, "localhost", certificate, Now.AddHours(1)).IsAccepted);

        CertificateVerdict late = Verify(authority, "localhost", certificate, Now.AddDays(2));
        Assert.Equal(CertificateProblem.Expired, late.Problem);
        Assert.Contains("expired on 2026-06-02 12:00:00Z", late.Explanation, StringComparison.Ordinal);

        CertificateVerdict early = Verify(authority, "localhost", certificate, Now.AddHours(-1));
        Assert.Equal(CertificateProblem.NotYetValid, early.Problem);
        Assert.Contains("is not valid before 2026-06-01", early.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_is_wrong_is_named_and_the_gravest_is_the_problem()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority("CN=Another Root");
        X509Certificate2 certificate = other.Issue(["elsewhere.example"], purpose: TestAuthority.ClientAuthentication, notAfter: Now.AddDays(-1));
        CertificateVerdict verdict = Verify(authority, "localhost", certificate);
        Assert.Equal(CertificateProblem.UntrustedRoot, verdict.Problem);
        foreach (string part in new[] { "CN=Another Root", "expired on 2026-05-31", "server authentication", "'localhost' but for elsewhere.example" })
            Assert.Contains(part, verdict.Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', verdict.Explanation!);
    }

    [Fact]
    public void An_issuer_that_may_not_issue_is_found()
    {
        using var authority = new TestAuthority();
        using X509Certificate2 notAnAuthority = authority.Issue(["localhost"], "CN=Leaf that issues", purpose: null);
        using System.Security.Cryptography.ECDsa key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=victim", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using System.Security.Cryptography.ECDsa issuerKey = notAnAuthority.GetECDsaPrivateKey()!;
        using X509Certificate2 forged = request.Create(notAnAuthority.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), TestAuthority.NotBefore, TestAuthority.NotAfter, [0x42, 1]);
        Assert.False(Verify(authority, "localhost", forged, chain: notAnAuthority).IsAccepted);
    }

    [Fact]
    public void Rubbish_is_malformed_and_nothing_throws()
    {
        using var authority = new TestAuthority();
        CertificateVerifier verifier = Verifier(authority, "localhost", Now);
        Assert.Equal(CertificateProblem.Malformed, verifier.Verify([]).Problem);
        Assert.Equal(CertificateProblem.Malformed, verifier.Verify([new byte[] { 0x30, 0x03, 1, 2, 3 }]).Problem);
        byte[] good = authority.Issue(["localhost"]).RawData;
        var random = new Random(11);
        for (int i = 0; i < 300; i++)
        {
            byte[] broken = (byte[])good.Clone();
            broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            Assert.False(verifier.Verify([broken]).IsAccepted);
        }
    }

    [Fact]
    public void A_name_with_control_characters_stays_on_its_line()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority("CN=Evil\u001b[2J\u202E root");
        CertificateVerdict verdict = Verify(authority, "localhost", other.Issue(["localhost"]));
        Assert.Contains("Evil?[2J? root", verdict.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Offline_revocation_without_a_list_refuses()
    {
        using var authority = new TestAuthority();
        var verifier = new CertificateVerifier(authority.Trust, CertificatePurpose.ServerAuthentication, "localhost") { TimeProvider = new FixedClock(Now), RevocationMode = X509RevocationMode.Offline };
        CertificateVerdict verdict = verifier.Verify([authority.Issue(["localhost"]).RawData]);
        Assert.Equal(CertificateProblem.RevocationUnknown, verdict.Problem);
    }

    [Fact]
    public void Clients_need_the_other_purpose_and_no_name()
    {
        using var authority = new TestAuthority();
        var verifier = new CertificateVerifier(authority.Trust, CertificatePurpose.ClientAuthentication, targetHost: null) { TimeProvider = new FixedClock(Now) };
        Assert.True(verifier.Verify([authority.Issue([], purpose: TestAuthority.ClientAuthentication).RawData]).IsAccepted);
        Assert.True(verifier.Verify([authority.Issue([], purpose: null).RawData]).IsAccepted);
        Assert.Equal(CertificateProblem.WrongUsage, verifier.Verify([authority.Issue(["localhost"]).RawData]).Problem);
    }

    [Fact]
    public void Pins_must_be_there_and_have_the_right_length()
    {
        Assert.Throws<ArgumentException>(() => PeerTrust.CertificateFingerprints());
        Assert.Throws<ArgumentException>(() => PeerTrust.CertificateFingerprints(new byte[20]));
        Assert.Throws<ArgumentException>(() => PeerTrust.PublicKeyHashes(new byte[33]));
        Assert.Throws<ArgumentException>(() => PeerTrust.Anchors([]));
    }

    private static CertificateVerifier Verifier(TestAuthority authority, string host, DateTimeOffset now) =>
        new(authority.Trust, CertificatePurpose.ServerAuthentication, host) { TimeProvider = new FixedClock(now) };

    private static CertificateVerdict Verify(TestAuthority authority, string host, X509Certificate2 certificate, DateTimeOffset? now = null, X509Certificate2? chain = null)
    {
        CertificateVerifier verifier = Verifier(authority, host, now ?? Now);
        return verifier.Verify(chain is null ? [certificate.RawData] : [certificate.RawData, chain.RawData]);
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
