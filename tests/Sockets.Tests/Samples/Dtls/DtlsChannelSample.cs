using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tests.Samples;

/// <summary>The guide's channel and listener.</summary>
internal static class DtlsChannelSample
{
    public static async Task<byte[]> TalkAsync(string host, int port, X509Certificate2Collection roots)
    {
        await using DtlsChannel channel = await DtlsChannel.ConnectAsync(host, port, new DtlsClientOptions
        {
            Trust = PeerTrust.Anchors(roots), // default: the system's roots
        });
        channel.TrySend("hello"u8); // any thread, allocates nothing
        byte[] buffer = new byte[2048];
        DtlsReceiveResult result = await channel.ReceiveAsync(buffer); // one datagram
        return buffer[..result.Length];
    }

    public static async Task ServeAsync(IPEndPoint endPoint, string certificate, string key, Action<IPEndPoint> listening, CancellationToken stopping)
    {
        await using DtlsListener listener = DtlsListener.Bind(endPoint, new DtlsServerOptions
        {
            Credentials = [DtlsCredentialLoader.LoadPemFiles(certificate, key)],
        });
        listening(listener.LocalEndPoint);
        while (true)
            _ = EchoAsync(await listener.AcceptAsync(stopping));
    }

    private static async Task EchoAsync(DtlsChannel peer)
    {
        await using (peer)
        {
            byte[] buffer = new byte[2048];
            while (await peer.ReceiveAsync(buffer) is { IsClosed: false } received)
                peer.TrySend(buffer.AsSpan(0, received.Length));
        }
    }
}
