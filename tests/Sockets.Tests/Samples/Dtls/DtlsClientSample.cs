namespace Sockets.Tests.Samples;

/// <summary>The README's first lines.</summary>
internal static class DtlsClientSample
{
    public static async Task<byte[]> RunAsync(string host, int port, DtlsClientOptions security)
    {
        byte[] buffer = new byte[2048];
        await using Socket socket = await Socket.ConnectAsync(host, port, new SocketClientOptions().UseDtls(security));
        await socket.SendAsync("hello"u8.ToArray());
        SocketReceiveResult received = await socket.ReceiveAsync(buffer);
        return buffer[..received.Count];
    }
}
