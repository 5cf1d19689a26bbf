using Sockets.LoadBench.Streams;

namespace Sockets.LoadBench.Tls;

/// <summary>Ours under TLS.</summary>
internal sealed class TlsContender : IStreamContender
{
    public string Name => "tls";

    public (StreamEnd Near, StreamEnd Far) Connect(int size, StreamStyle style)
    {
        SocketClientOptions client = new SocketClientOptions().UseTls(new TlsClientOptions { Trust = PeerTrust.CertificateFingerprints(BenchCertificate.Fingerprint) });
        SocketListenerOptions server = new SocketListenerOptions().UseTls(new TlsServerOptions { Certificates = new TlsServerCertificates(TlsCertificate.FromCertificate(BenchCertificate.Instance)) });
        (Socket near, Socket far) = style == StreamStyle.Blocking ? ProductPair.ConnectDriven(client, server) : ProductPair.Connect(client, server);
        return (new ProductEnd(near, size), new ProductEnd(far, size));
    }
}
