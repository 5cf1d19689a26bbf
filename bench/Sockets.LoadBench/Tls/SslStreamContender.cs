using System;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Sockets.LoadBench.Streams;
using Sockets.LoadBench.Streams.Tls;

namespace Sockets.LoadBench.Tls;

/// <summary>SslStream.</summary>
internal sealed class SslStreamContender : IStreamContender
{
    public string Name => "sslstream";

    public (StreamEnd Near, StreamEnd Far) Connect(int size, StreamStyle style)
    {
        (SystemSocket near, SystemSocket far) = SystemPair.Connect();
        var client = new SslStream(new NetworkStream(near, ownsSocket: true));
        var server = new SslStream(new NetworkStream(far, ownsSocket: true));
        var serverOptions = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(BenchCertificate.Instance, null),
            EnabledSslProtocols = SslProtocols.Tls13,
        };
        var clientOptions = new SslClientAuthenticationOptions
        {
            TargetHost = "bench",
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = static (_, certificate, _, _) =>
                certificate is not null && SHA256.HashData(certificate.GetRawCertData()).AsSpan().SequenceEqual(BenchCertificate.Fingerprint),
        };
        if (style == StreamStyle.Blocking)
        {
            Task accepting = Task.Factory.StartNew(() => server.AuthenticateAsServer(serverOptions), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            client.AuthenticateAsClient(clientOptions);
            accepting.GetAwaiter().GetResult();
        }
        else
        {
            Task.WhenAll(server.AuthenticateAsServerAsync(serverOptions), client.AuthenticateAsClientAsync(clientOptions)).GetAwaiter().GetResult();
        }

        return (new SslStreamEnd(client, size), new SslStreamEnd(server, size));
    }
}
