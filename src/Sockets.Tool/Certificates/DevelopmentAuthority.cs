using System;
using System.Collections.Generic;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tool.Certificates;

/// <summary>A certificate authority for development: ECDSA on P-256, 30 days, made anew each time.</summary>
internal sealed class DevelopmentAuthority : IDisposable
{
    private const int ValidDays = 30;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Clocks of two machines differ a little.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly DateTimeOffset _notBefore;
    private readonly DateTimeOffset _notAfter;

    public DevelopmentAuthority(TimeProvider timeProvider)
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        _notBefore = now - ClockSkew;
        _notAfter = now + TimeSpan.FromDays(ValidDays);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=Development CA {Convert.ToHexString(RandomNumberGenerator.GetBytes(4))}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Certificate = request.CreateSelfSigned(_notBefore, _notAfter);
    }

    /// <summary>The authority's certificate with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>A server's certificate with its key. Names that are IP addresses become IP addresses in it.</summary>
    public X509Certificate2 IssueServer(IReadOnlyCollection<string> names)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (string name in names)
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
                alternatives.AddIpAddress(address);
            else
                alternatives.AddDnsName(name);
        }

        return Issue("CN=server", ServerAuthentication, alternatives.Build());
    }

    /// <summary>A client's certificate with its key.</summary>
    public X509Certificate2 IssueClient() => Issue("CN=client", ClientAuthentication, null);

    public void Dispose() => Certificate.Dispose();

    private X509Certificate2 Issue(string subject, string purpose, X509Extension? alternativeNames)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        if (alternativeNames is not null)
            request.CertificateExtensions.Add(alternativeNames);

        byte[] serialNumber = RandomNumberGenerator.GetBytes(16);
        serialNumber[0] = (byte)((serialNumber[0] & 0x7F) | 0x40); // positive, and always 16 bytes
        using X509Certificate2 certificate = request.Create(Certificate, _notBefore, _notAfter, serialNumber);
        return certificate.CopyWithPrivateKey(key);
    }
}
