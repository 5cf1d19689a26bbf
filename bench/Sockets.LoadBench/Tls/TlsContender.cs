using Sockets.LoadBench.Streams;

namespace Sockets.LoadBench.Tls;

/// <summary>Ours under TLS.</summary>
internal sealed class TlsContender : IStreamContender
{
    public string Name => "tls";

    public (StreamEnd Near, StreamEnd Far) Connect(int size)
    {
        (Socket near, Socket far) = ProductPair.Connect(
            new SocketClientOptions().UseTls(new TlsClientOptions { Trust = PeerTrust.CertificateFingerprints(BenchCertificate.Fingerprint) }),
            new SocketListenerOptions().UseTls(new TlsServerOptions { Certificates = new TlsServerCertificates(TlsCertificate.FromCertificate(BenchCertificate.Instance)) }));
        return (new ProductEnd(near, size), new ProductEnd(far, size));
    }
}
