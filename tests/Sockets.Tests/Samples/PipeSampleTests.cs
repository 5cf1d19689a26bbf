using System.Net;

namespace Sockets.Tests.Samples;

public sealed class PipeSampleTests
{
    [Fact]
    public async Task ThePipeSampleTalksToAnEcho()
    {
        await using SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new SocketListenerOptions().UsePlaintext());
        Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, new SocketClientOptions().UsePlaintext());
        Task<string> talking = PipeSample.RunAsync(client, "hello"u8.ToArray());
        await using Socket server = await listener.AcceptAsync();
        byte[] buffer = new byte[16];
        for (int received = 0; received < 5;)
        {
            SocketReceiveResult result = await server.ReceiveAsync(buffer);
            await server.SendAsync(buffer.AsMemory(0, result.Count));
            received += result.Count;
        }

        Assert.Equal("hello", await talking.WaitAsync(Waiting.HangGuard));
    }
}
