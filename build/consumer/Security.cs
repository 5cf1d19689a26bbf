using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets;

/// <summary>A self-signed certificate for the server, which the client trusts by its fingerprint.</summary>
internal static class Security
{
    public static void UseTls(SocketListenerOptions server, SocketClientOptions client)
    {
        X509Certificate2 certificate = CreateCertificate();
        server.UseTls(new TlsServerOptions { Certificates = new TlsServerCertificates(TlsCertificate.FromCertificate(certificate)) });
        client.UseTls(new TlsClientOptions { Trust = TrustIn(certificate) });
    }

    public static void UseDtls(SocketListenerOptions server, SocketClientOptions client)
    {
        X509Certificate2 certificate = CreateCertificate();
        server.UseDtls(new DtlsServerOptions { Credentials = [DtlsCredentialLoader.FromCertificate(certificate)] });
        client.UseDtls(new DtlsClientOptions { Trust = TrustIn(certificate) });
    }

    private static PeerTrust TrustIn(X509Certificate2 certificate) => PeerTrust.CertificateFingerprints(SHA256.HashData(certificate.RawData));

    private static X509Certificate2 CreateCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=consumer", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
    }
}
