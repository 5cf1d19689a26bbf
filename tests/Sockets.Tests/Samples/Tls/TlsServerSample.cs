using System.Net;

namespace Sockets.Tests.Samples;

/// <summary>The README's TLS server.</summary>
internal static class TlsServerSample
{
    public static async Task RunAsync(IPEndPoint endPoint, Action<EndPoint> listening, CancellationToken stopping)
    {
        SocketListenerOptions options = new SocketListenerOptions().UseTls(new TlsServerOptions
        {
            Certificates = new TlsServerCertificates(TlsCertificate.LoadPemFiles("server.pem", "server.key")),
        });
        await using SocketListener listener = SocketListener.Bind(endPoint, options);
        listening(listener.LocalEndPoint);
        while (true)
            _ = EchoAsync(await listener.AcceptAsync(stopping));
    }

    private static async Task EchoAsync(Socket socket)
    {
        await using (socket)
        {
            byte[] buffer = new byte[16 * 1024];
            while (await socket.ReceiveAsync(buffer) is { IsEnd: false } received)
                await socket.SendAsync(buffer.AsMemory(0, received.Count));
            await socket.ShutdownSendAsync();
        }
    }
}
