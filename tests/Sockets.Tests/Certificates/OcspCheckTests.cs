using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Certificates;

namespace Sockets.Tests;

/// <summary>OCSP responses that come along with a certificate (RFC 6960, RFC 6066 §8): which ones say that it is good.</summary>
public sealed class OcspCheckTests : IDisposable
{
    private const string OcspSigning = "1.3.6.1.5.5.7.3.9";

    private static readonly DateTimeOffset Now = OcspResponder.Now;

    private readonly TestAuthority _authority = new();
    private readonly X509Certificate2 _certificate;

    public OcspCheckTests() => _certificate = _authority.Issue(["localhost"]);

    private OcspResponder Responder => new(_authority.Certificate);

    [Fact]
    public void A_good_answer_of_the_issuer_is_good()
    {
        AssertProblem(CertificateProblem.None, Responder.Answer(_certificate));
        AssertProblem(CertificateProblem.None, (Responder with { ByName = true }).Answer(_certificate));
        AssertProblem(CertificateProblem.None, (Responder with { IdHash = HashAlgorithmName.SHA256 }).Answer(_certificate));
    }

    [Fact]
    public void A_revoked_certificate_is_refused_whatever_is_asked_for()
    {
        byte[] response = Responder.Answer(_certificate, status: 1);
        Assert.Equal(CertificateProblem.Revoked, Verify(response, OcspStapling.Required).Problem);
        Assert.Equal(CertificateProblem.Revoked, Verify(response, OcspStapling.Requested).Problem);
    }

    [Fact]
    public void An_unknown_certificate_is_refused() => AssertProblem(CertificateProblem.InvalidOcspResponse, Responder.Answer(_certificate, status: 2));

    [Fact]
    public void Nobody_else_may_answer()
    {
        using var other = new TestAuthority(); // of the same name
        AssertProblem(CertificateProblem.InvalidOcspResponse, (Responder with { Signer = other.Certificate }).Answer(_certificate));
        AssertProblem(CertificateProblem.InvalidOcspResponse, (Responder with { Signer = other.Certificate, ByName = true, SendsSigner = true }).Answer(_certificate));

        // The certificate itself is issued by the issuer, and still may not answer for it.
        AssertProblem(CertificateProblem.InvalidOcspResponse, (Responder with { Signer = _certificate, SendsSigner = true }).Answer(_certificate));
    }

    [Theory]
    [InlineData(true, true, 0, CertificateProblem.None)]
    [InlineData(false, true, 0, CertificateProblem.InvalidOcspResponse)]
    [InlineData(true, false, 0, CertificateProblem.InvalidOcspResponse)]
    [InlineData(true, true, 400, CertificateProblem.InvalidOcspResponse)]
    [InlineData(true, true, -400, CertificateProblem.InvalidOcspResponse)]
    public void A_delegate_of_the_issuer_may_answer(bool byTheIssuer, bool forThePurpose, int days, CertificateProblem expected)
    {
        using var other = new TestAuthority();
        using X509Certificate2 responder = (byTheIssuer ? _authority : other).Issue(
            [], "CN=responder", forThePurpose ? OcspSigning : TestAuthority.ServerAuthentication, Now.AddDays(days - 30), Now.AddDays(days + 30));
        foreach (bool byName in new[] { true, false })
            AssertProblem(expected, (Responder with { Signer = responder, SendsSigner = true, ByName = byName }).Answer(_certificate));
        AssertProblem(CertificateProblem.InvalidOcspResponse, (Responder with { Signer = responder }).Answer(_certificate)); // nobody knows who signed
    }

    [Fact]
    public void It_has_to_be_about_this_certificate_of_this_issuer()
    {
        using X509Certificate2 another = _authority.Issue(["localhost"]);
        AssertProblem(CertificateProblem.InvalidOcspResponse, Responder.Answer(another));
        using var other = new TestAuthority();
        AssertProblem(CertificateProblem.InvalidOcspResponse, new OcspResponder(other.Certificate) { Signer = _authority.Certificate }.Answer(_certificate));
    }

    [Fact]
    public void It_has_to_be_in_force()
    {
        AssertProblem(CertificateProblem.InvalidOcspResponse, (Responder with { NextUpdate = Now.AddMinutes(-6) }).Answer(_certificate));
        AssertProblem(CertificateProblem.None, (Responder with { NextUpdate = Now.AddMinutes(-4) }).Answer(_certificate)); // clocks differ
        AssertProblem(CertificateProblem.InvalidOcspResponse, (Responder with { ThisUpdate = Now.AddMinutes(6) }).Answer(_certificate));
        AssertProblem(CertificateProblem.InvalidOcspResponse, (Responder with { NextUpdate = null }).Answer(_certificate));
    }

    [Fact]
    public void A_responder_that_could_not_answer_has_not_answered() =>
        AssertProblem(CertificateProblem.InvalidOcspResponse, (Responder with { ResponseStatus = 3 }).Answer(_certificate));

    [Fact]
    public void What_was_cut_or_changed_is_refused_and_nothing_throws()
    {
        byte[] response = (Responder with { SendsSigner = true }).Answer(_certificate);
        for (int length = 1; length < response.Length; length++)
            Assert.NotNull(Judge(response[..length]));
        response = Responder.Answer(_certificate);
        for (int at = 0; at < response.Length; at++)
        {
            byte[] changed = [.. response];
            changed[at] ^= 1;
            Assert.NotNull(Judge(changed));
        }
    }

    [Fact]
    public void Without_one_it_depends_on_what_is_asked_for()
    {
        Assert.True(Verify(default, OcspStapling.Requested).IsAccepted);
        Assert.Equal(CertificateProblem.InvalidOcspResponse, Verify(default, OcspStapling.Required).Problem);
        Assert.True(Verify(new byte[] { 1, 2 }, OcspStapling.None).IsAccepted); // nobody asked for it
    }

    /// <summary>RFC 7633: a certificate may say of itself that it is worth nothing without a response.</summary>
    [Fact]
    public void A_certificate_that_needs_one_is_refused_without()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509Extension("1.3.6.1.5.5.7.1.24", [0x30, 3, 2, 1, 5], critical: false));
        using X509Certificate2 certificate = request.Create(_authority.Certificate, TestAuthority.NotBefore, TestAuthority.NotAfter, [0x55, 1]);
        CertificateVerifier verifier = Verifier(OcspStapling.Requested, null);
        Assert.Equal(CertificateProblem.InvalidOcspResponse, verifier.Verify([certificate.RawData]).Problem);
        Assert.True(verifier.Verify([certificate.RawData], Responder.Answer(certificate)).IsAccepted);
        Assert.False(OcspCheck.IsDemandedBy(_certificate));
    }

    /// <summary>Anybody can send a certificate that nobody has signed, and what it says of itself is read before that matters.</summary>
    [Theory]
    [InlineData("3009020601020304050602", true)] // not whole
    [InlineData("30080206010203040506", false)]
    [InlineData("300B0206010203040506020105", true)]
    [InlineData("3003020200", true)]
    [InlineData("3000", false)]
    public void What_a_certificate_demands_is_read_to_its_end(string features, bool isDemanded)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("1.3.6.1.5.5.7.1.24", Convert.FromHexString(features), critical: false));
        using X509Certificate2 certificate = request.CreateSelfSigned(TestAuthority.NotBefore, TestAuthority.NotAfter);
        Assert.Equal(isDemanded, OcspCheck.IsDemandedBy(certificate));
    }

    /// <summary>A remembered chain does not stand for another response, nor for a time when it has expired.</summary>
    [Fact]
    public void What_is_remembered_is_remembered_with_its_response()
    {
        var cache = new PeerTrustCache { Lifetime = TimeSpan.FromDays(30) };
        byte[] good = (Responder with { NextUpdate = Now.AddHours(1) }).Answer(_certificate);
        CertificateVerifier verifier = Verifier(OcspStapling.Required, cache);
        Assert.True(verifier.Verify([_certificate.RawData], good).IsAccepted);
        Assert.True(verifier.Verify([_certificate.RawData], good).IsAccepted);
        Assert.Equal(CertificateProblem.InvalidOcspResponse, verifier.Verify([_certificate.RawData]).Problem);
        Assert.Equal(CertificateProblem.Revoked, verifier.Verify([_certificate.RawData], Responder.Answer(_certificate, status: 1)).Problem);
        Assert.True(Verifier(OcspStapling.None, cache).Verify([_certificate.RawData]).IsAccepted);
        Assert.Equal(CertificateProblem.InvalidOcspResponse, verifier.Verify([_certificate.RawData]).Problem);
        Assert.Equal(CertificateProblem.InvalidOcspResponse, Verifier(OcspStapling.Required, cache, Now.AddHours(2)).Verify([_certificate.RawData], good).Problem);
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _authority.Dispose();
    }

    private void AssertProblem(CertificateProblem expected, byte[] response) => Assert.Equal(expected, Verify(response, OcspStapling.Required).Problem);

    private CertificateVerdict Verify(ReadOnlyMemory<byte> response, OcspStapling stapling) => Verifier(stapling, null).Verify([_certificate.RawData], response);

    /// <summary>What is wrong with a response by itself; null: nothing.</summary>
    private CertificateFinding? Judge(byte[] response)
    {
        var findings = new List<CertificateFinding>();
        OcspCheck.Judge(response, _certificate, _authority.Certificate, Now, findings);
        return findings.Count == 0 ? null : findings[0];
    }

    private CertificateVerifier Verifier(OcspStapling stapling, PeerTrustCache? cache, DateTimeOffset? now = null) =>
        new(_authority.Trust, CertificatePurpose.ServerAuthentication, "localhost") { Stapling = stapling, Cache = cache, TimeProvider = new FixedTime(now ?? Now) };

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
