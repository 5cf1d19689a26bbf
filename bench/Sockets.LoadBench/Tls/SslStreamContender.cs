using System;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Sockets.LoadBench.Streams;
using Sockets.LoadBench.Streams.Tls;

namespace Sockets.LoadBench.Tls;

/// <summary>SslStream.</summary>
internal sealed class SslStreamContender : IStreamContender
{
    public string Name => "sslstream";

    public (StreamEnd Near, StreamEnd Far) Connect(int size)
    {
        (SystemSocket near, SystemSocket far) = SystemPair.Connect();
        var client = new SslStream(new NetworkStream(near, ownsSocket: true));
        var server = new SslStream(new NetworkStream(far, ownsSocket: true));
        Task accepting = server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(BenchCertificate.Instance, null),
            EnabledSslProtocols = SslProtocols.Tls13,
        });
        Task connecting = client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "bench",
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = static (_, certificate, _, _) =>
                certificate is not null && SHA256.HashData(certificate.GetRawCertData()).AsSpan().SequenceEqual(BenchCertificate.Fingerprint),
        });
        Task.WhenAll(accepting, connecting).GetAwaiter().GetResult();
        return (new SslStreamEnd(client, size), new SslStreamEnd(server, size));
    }
}
