using System;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using Org.BouncyCastle.Crypto.Tls;
using Org.BouncyCastle.Security;

namespace Sockets.LoadBench.Dtls.BouncyCastle;

/// <summary>Two ends of Portable.BouncyCastle's DTLS 1.2 over raw UDP: ECDHE_ECDSA with AES-128-GCM and P-256, as near to ours as it comes.</summary>
internal sealed class BouncyCastlePair : IDisposable
{
    private readonly SystemSocket _clientSocket;
    private readonly SystemSocket _serverSocket;

    public BouncyCastlePair(DatagramPlace place)
    {
        (_clientSocket, _serverSocket) = place.ConnectRaw();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=bench", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var identity = new ServerIdentity(certificate.RawData, key.ExportPkcs8PrivateKey());
        Task<DtlsTransport> accepting = Task.Run(() =>
            new DtlsServerProtocol(new SecureRandom()).Accept(new Server(identity), new SocketTransport(_serverSocket)));
        Client = new DtlsClientProtocol(new SecureRandom()).Connect(new Client(), new SocketTransport(_clientSocket));
        Server = accepting.WaitAsync(TimeSpan.FromSeconds(20)).GetAwaiter().GetResult();
    }

    public DtlsTransport Client { get; }

    public DtlsTransport Server { get; }

    public void Dispose()
    {
        _clientSocket.Dispose();
        _serverSocket.Dispose();
    }
}
