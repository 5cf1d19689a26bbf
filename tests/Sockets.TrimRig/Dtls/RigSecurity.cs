using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.TrimRig;

/// <summary>DTLS.</summary>
internal static class RigSecurity
{
    public static void Choose(SocketListenerOptions server, SocketClientOptions client)
    {
        X509Certificate2 certificate = SelfSigned.Create();
        server.UseDtls(new DtlsServerOptions { Credentials = [DtlsCredentialLoader.FromCertificate(certificate)] });
        client.UseDtls(new DtlsClientOptions { Trust = PeerTrust.CertificateFingerprints(SHA256.HashData(certificate.RawData)) });
    }
}
