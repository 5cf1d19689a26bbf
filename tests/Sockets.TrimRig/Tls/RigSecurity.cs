using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.TrimRig;

/// <summary>TLS.</summary>
internal static class RigSecurity
{
    public static void Choose(SocketListenerOptions server, SocketClientOptions client)
    {
        X509Certificate2 certificate = SelfSigned.Create();
        server.UseTls(new TlsServerOptions { Certificates = new TlsServerCertificates(TlsCertificate.FromCertificate(certificate)) });
        client.UseTls(new TlsClientOptions { Trust = PeerTrust.CertificateFingerprints(SHA256.HashData(certificate.RawData)) });
    }
}
