using System;
using System.Net;
using System.Threading;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.LoadBench.Memory;

/// <summary>The public face: a listener with a handler, one channel for each peer.</summary>
internal sealed class ListenerServer : IIdleServer, IDtlsHandler
{
    private readonly DtlsListener _listener;
    private int _count;

    public ListenerServer(CryptoProvider provider)
    {
        TestCertificate certificate = TestCertificates.EcdsaP256;
        _listener = DtlsListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new DtlsServerOptions
        {
            Crypto = provider,
            CipherSuites = [CipherSuite.Aes128GcmSha256],
            Credentials = [new DtlsCredential(certificate.Chain, provider.ImportPrivateKey(certificate.PrivateKey))],
            MaxConnections = 1_000_000,
            SocketReceiveBufferSize = 4 << 20,
            Handler = this,
        });
    }

    public int Port => _listener.LocalEndPoint.Port;

    public int ConnectionCount => Volatile.Read(ref _count);

    public void OnConnected(DtlsChannel channel) => Interlocked.Increment(ref _count);

    public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram) => channel.TrySend("idle"u8);

    public void OnClosed(DtlsChannel channel, DtlsException? failure)
    {
    }

    public void Dispose() => _listener.DisposeAsync().AsTask().Wait();
}
