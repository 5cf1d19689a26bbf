using System;
using System.Net;
using System.Threading.Tasks;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.LoadBench.Dtls;

/// <summary>Two connected datagram sockets, plain or under DTLS 1.3 with AES-128-GCM.</summary>
internal sealed class SocketPair : IDisposable
{
    // A datagram of 1200 B grows by 22.
    private const int LargestDatagram = 1400;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SocketListener? _listener;

    private SocketPair(SocketListener? listener, Socket client, Socket server)
    {
        _listener = listener;
        Client = client;
        Server = server;
    }

    /// <summary>Driven by who calls it.</summary>
    public Socket Client { get; }

    /// <summary>Driven by who calls it: whoever receives also decrypts.</summary>
    public Socket Server { get; }

    /// <param name="place">Where the two are.</param>
    /// <param name="isSecure">DTLS, or plain.</param>
    public static SocketPair Connect(DatagramPlace place, bool isSecure)
    {
        var listening = new SocketListenerOptions { DrivenByPoll = true };
        var connecting = new SocketClientOptions { DrivenByPoll = true };
        if (isSecure)
        {
            listening.UseDtls(new DtlsServerOptions
            {
                Credentials = [TestCertificates.EcdsaP256.ToCredential(CryptoProviders.Default)],
                CipherSuites = [CipherSuite.Aes128GcmSha256],
                MaxDatagramSize = LargestDatagram,
                SocketReceiveBufferSize = DatagramFlow.SocketBuffer,
            });
            connecting.UseDtls(new DtlsClientOptions
            {
                TargetHost = TestCertificates.HostName,
                Trust = PeerTrust.Anchors([TestCertificates.Authority]),
                MaxDatagramSize = LargestDatagram,
                SocketSendBufferSize = DatagramFlow.SocketBuffer,
            });
        }
        else
        {
            return ConnectPlain(place);
        }

        SocketListener listener = place.OnServer(() => SocketListener.Bind(new IPEndPoint(place.ServerAddress, 0), listening));
        Task<Socket> accepting = Task.Run(listener.Accept);

        // Nothing asynchronous ever happens to either: the runtime's own engine would be woken by each of its datagrams from then on.
        Socket client = place.OnClient(() => Socket.StartConnect((IPEndPoint)listener.LocalEndPoint, connecting));
        client.Send([0]);
        Socket server = accepting.WaitAsync(Patience).GetAwaiter().GetResult();
        server.Receive(new byte[1]);
        return new SocketPair(listener, client, server);
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        _listener?.DisposeAsync().AsTask().Wait();
    }

    /// <summary>Each connected to the other, as the raw sockets are.</summary>
    private static SocketPair ConnectPlain(DatagramPlace place)
    {
        (SystemSocket sender, SystemSocket receiver) = place.ConnectRaw();
        var client = (IPEndPoint)sender.LocalEndPoint!;
        var server = (IPEndPoint)receiver.LocalEndPoint!;
        sender.Dispose();
        receiver.Dispose();
        return new SocketPair(null, place.OnClient(() => ConnectPlain(client, server)), place.OnServer(() => ConnectPlain(server, client)));
    }

    private static Socket ConnectPlain(IPEndPoint local, IPEndPoint remote)
    {
        SocketClientOptions options = new SocketClientOptions { Transport = SocketTransport.Datagram, LocalEndPoint = local }.UsePlaintext();
        options.Settings.Add(SocketSettings.ReceiveBufferSize, DatagramFlow.SocketBuffer);
        options.Settings.Add(SocketSettings.SendBufferSize, DatagramFlow.SocketBuffer);
        return Socket.ConnectAsync(remote, options).AsTask().GetAwaiter().GetResult();
    }
}
