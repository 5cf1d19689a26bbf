using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;

namespace Sockets.Tests;

/// <summary>Which servers a client talks to: through real handshakes.</summary>
public class TrustTests
{
    [Fact]
    public async Task An_unknown_authority_is_refused_with_its_name()
    {
        await using Loopback loopback = Loopback.Start();
        using var other = new TestAuthority("CN=Another Root");
        DtlsException exception = await loopback.FailToConnectAsync(options => options.Trust = other.Trust);
        AssertRefused(exception, CertificateProblem.UntrustedRoot, AlertDescription.UnknownCA, "'CN=Test Root'");
    }

    [Fact]
    public async Task The_systems_roots_do_not_know_a_test_authority()
    {
        await using Loopback loopback = Loopback.Start();
        DtlsException exception = await loopback.FailToConnectAsync(options => options.Trust = PeerTrust.SystemRoots);
        AssertRefused(exception, CertificateProblem.UntrustedRoot, AlertDescription.UnknownCA, "'CN=Test Root'");
    }

    [Fact]
    public async Task A_wrong_name_is_refused_with_both_names()
    {
        await using Loopback loopback = Loopback.Start();
        DtlsException exception = await loopback.FailToConnectAsync(options => options.TargetHost = "wrong.example");
        AssertRefused(exception, CertificateProblem.NameMismatch, AlertDescription.BadCertificate, "'wrong.example'", "localhost", "127.0.0.1");
    }

    [Fact]
    public async Task An_IP_address_is_looked_up_among_the_IP_addresses()
    {
        await using Loopback loopback = Loopback.Start();
        DtlsChannel client = await loopback.ConnectAsync(options => options.TargetHost = "127.0.0.1");
        Assert.Null((await loopback.AcceptAsync()).ServerName);
        Assert.NotNull(client);
        DtlsException exception = await loopback.FailToConnectAsync(options => options.TargetHost = "127.0.0.2");
        AssertRefused(exception, CertificateProblem.NameMismatch, AlertDescription.BadCertificate, "'127.0.0.2'");
    }

    [Fact]
    public async Task An_expired_certificate_is_refused_with_its_date()
    {
        await using Loopback loopback = Loopback.Start((options, authority) =>
            options.Credentials = [DtlsCredentialLoader.FromCertificate(authority.Issue(["localhost"], notAfter: new DateTimeOffset(2025, 5, 17, 0, 0, 0, TimeSpan.Zero)))]);
        DtlsException exception = await loopback.FailToConnectAsync();
        AssertRefused(exception, CertificateProblem.Expired, AlertDescription.CertificateExpired, "'CN=server' expired on 2025-05-17");
    }

    [Fact]
    public async Task A_certificate_for_clients_is_refused_from_a_server()
    {
        await using Loopback loopback = Loopback.Start((options, authority) =>
            options.Credentials = [DtlsCredentialLoader.FromCertificate(authority.Issue(["localhost"], purpose: TestAuthority.ClientAuthentication))]);
        DtlsException exception = await loopback.FailToConnectAsync();
        AssertRefused(exception, CertificateProblem.WrongUsage, AlertDescription.UnsupportedCertificate, "server authentication");
    }

    [Fact]
    public async Task An_intermediate_that_the_server_sends_completes_the_chain()
    {
        TestAuthority? intermediate = null;
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            intermediate = authority.IssueAuthority("CN=Test Intermediate");
            options.Credentials = [DtlsCredentialLoader.FromCertificate(intermediate.Issue(["localhost"]), [intermediate.Certificate])];
        });
        DtlsChannel client = await loopback.ConnectAsync();
        Assert.Equal(2, client.PeerCertificates.Count);
        intermediate?.Dispose();
    }

    [Fact]
    public async Task A_pinned_certificate_needs_neither_chain_nor_name()
    {
        X509Certificate2? certificate = null;
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            certificate = authority.Issue(["elsewhere.example"], notAfter: new DateTimeOffset(2025, 5, 17, 0, 0, 0, TimeSpan.Zero));
            options.Credentials = [DtlsCredentialLoader.FromCertificate(certificate)];
        });
        byte[] fingerprint = SHA256.HashData(certificate!.RawData);
        byte[] keyHash = SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());

        await loopback.ConnectAsync(options => options.Trust = PeerTrust.CertificateFingerprints(new byte[32], fingerprint));
        await loopback.ConnectAsync(options => options.Trust = PeerTrust.PublicKeyHashes(keyHash));

        DtlsException wrongCertificate = await loopback.FailToConnectAsync(options => options.Trust = PeerTrust.CertificateFingerprints(keyHash));
        AssertRefused(wrongCertificate, CertificateProblem.PinMismatch, AlertDescription.CertificateUnknown, Convert.ToHexStringLower(fingerprint));
        DtlsException wrongKey = await loopback.FailToConnectAsync(options => options.Trust = PeerTrust.PublicKeyHashes(fingerprint));
        AssertRefused(wrongKey, CertificateProblem.PinMismatch, AlertDescription.CertificateUnknown, Convert.ToHexStringLower(keyHash));
    }

    [Fact]
    public async Task Accepting_anything_accepts_anything_but_what_the_application_refuses()
    {
        await using Loopback loopback = Loopback.Start((options, authority) =>
            options.Credentials = [DtlsCredentialLoader.FromCertificate(authority.Issue([], notAfter: new DateTimeOffset(2025, 5, 17, 0, 0, 0, TimeSpan.Zero)))]);
        await loopback.ConnectAsync(options => options.Trust = PeerTrust.DangerousAcceptAnyCertificate);

        DtlsException refused = await loopback.FailToConnectAsync(options =>
        {
            options.Trust = PeerTrust.DangerousAcceptAnyCertificate;
            options.AdditionalCertificateCheck = certificates => certificates[0].Subject != "CN=server";
        });
        AssertRefused(refused, CertificateProblem.RefusedByApplication, AlertDescription.AccessDenied, "the application's check refused it");
    }

    [Fact]
    public async Task The_additional_check_cannot_make_a_bad_certificate_good_and_is_not_even_asked()
    {
        await using Loopback loopback = Loopback.Start();
        bool asked = false;
        DtlsException exception = await loopback.FailToConnectAsync(options =>
        {
            options.TargetHost = "wrong.example";
            options.AdditionalCertificateCheck = _ => asked = true;
        });
        AssertRefused(exception, CertificateProblem.NameMismatch, AlertDescription.BadCertificate);
        Assert.False(asked);
    }

    [Fact]
    public async Task An_additional_check_that_throws_refuses_and_its_exception_is_kept()
    {
        await using Loopback loopback = Loopback.Start();
        DtlsException exception = await loopback.FailToConnectAsync(options => options.AdditionalCertificateCheck = _ => throw new InvalidOperationException("broken check"));
        AssertRefused(exception, CertificateProblem.RefusedByApplication, AlertDescription.AccessDenied);
        Assert.Equal("broken check", exception.InnerException?.Message);
    }

    private static void AssertRefused(DtlsException exception, CertificateProblem problem, AlertDescription alert, params string[] words)
    {
        Assert.Equal(DtlsFailureReason.CertificateRejected, exception.Reason);
        Assert.Equal(problem, exception.CertificateProblem);
        Assert.Equal(alert, exception.Failure!.Alert);
        Assert.False(exception.Failure.FromPeer);
        Assert.StartsWith("The server's certificate was refused: ", exception.Message, StringComparison.Ordinal);
        foreach (string word in words)
            Assert.Contains(word, exception.Message, StringComparison.Ordinal);
    }
}
