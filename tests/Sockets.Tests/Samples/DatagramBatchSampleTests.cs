using System.Net;

namespace Sockets.Tests.Samples;

public sealed class DatagramBatchSampleTests
{
    [Fact]
    public async Task TheBatchComesBackFromAnEcho()
    {
        await using SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new SocketListenerOptions { Transport = SocketTransport.Datagram }.UsePlaintext());
        using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, new SocketClientOptions { Transport = SocketTransport.Datagram }.UsePlaintext());
        Task<(int Sent, int Received)> talking = DatagramBatchSample.RunAsync(client, new byte[25], [10, 10, 5]);
        using Socket server = await listener.AcceptAsync();
        byte[] buffer = new byte[100];
        for (int received = 0; received < 3; received++)
        {
            SocketReceiveResult result = await server.ReceiveAsync(buffer);
            await server.SendAsync(buffer.AsMemory(0, result.Count));
        }

        (int sent, int back) = await talking.WaitAsync(Waiting.HangGuard);
        Assert.Equal(3, sent);
        Assert.InRange(back, 1, 3);
    }
}
