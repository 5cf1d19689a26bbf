using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tests;

/// <summary>A certificate authority of a test, which issues good certificates and all kinds of bad ones.</summary>
internal sealed partial class TestAuthority : IDisposable
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    public static readonly DateTimeOffset NotBefore = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset NotAfter = new(2049, 12, 31, 0, 0, 0, TimeSpan.Zero);

    public TestAuthority(string name = "CN=Test Root")
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        Certificate = request.CreateSelfSigned(NotBefore, NotAfter);
    }

    private TestAuthority(X509Certificate2 certificate) => Certificate = certificate;

    public X509Certificate2 Certificate { get; }

    public PeerTrust Trust => PeerTrust.Anchors([X509CertificateLoader.LoadCertificate(Certificate.RawData)]);

    public TestAuthority IssueAuthority(string name) => new(Issue([], name, purpose: null, isAuthority: true));

    public X509Certificate2 Issue(
        string[] names,
        string subject = "CN=server",
        string? purpose = ServerAuthentication,
        DateTimeOffset? notBefore = null,
        DateTimeOffset? notAfter = null,
        bool isAuthority = false,
        int padding = 0)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        if (purpose is not null)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        if (names.Length > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (string name in names)
            {
                if (IPAddress.TryParse(name, out IPAddress? address))
                    alternatives.AddIpAddress(address);
                else
                    alternatives.AddDnsName(name);
            }

            request.CertificateExtensions.Add(alternatives.Build());
        }

        if (padding > 0)
            request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.32473.1", new byte[padding], false));
        byte[] serialNumber = RandomNumberGenerator.GetBytes(12);
        serialNumber[0] = 0x42;
        using X509Certificate2 certificate = request.Create(Certificate, notBefore ?? NotBefore, notAfter ?? NotAfter, serialNumber);
        return certificate.CopyWithPrivateKey(key);
    }

    public void Dispose() => Certificate.Dispose();
}
