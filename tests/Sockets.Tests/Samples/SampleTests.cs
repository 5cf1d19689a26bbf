using System.Net;
using System.Text;

namespace Sockets.Tests.Samples;

public sealed class SampleTests
{
    [Fact]
    public async Task TheFileSampleSendsTheFileFromTheOffset()
    {
        byte[] content = new byte[300_000];
        new Random(1).NextBytes(content);
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, content);
            await using SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new SocketListenerOptions().UsePlaintext());
            Task<long> sending = SendFileSample.RunAsync(listener.LocalEndPoint, new SocketClientOptions().UsePlaintext(), path, 1000);
            await using Socket receiver = await listener.AcceptAsync();
            using var received = new MemoryStream();
            byte[] buffer = new byte[65_536];
            while (await receiver.ReceiveAsync(buffer) is { IsEnd: false } result)
                received.Write(buffer, 0, result.Count);
            Assert.Equal(content.Length - 1000, await sending);
            Assert.Equal(content[1000..], received.ToArray());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task ThePollSampleTalksToAnEcho()
    {
        await using SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new SocketListenerOptions().UsePlaintext());
        Task<string> polling = Task.Run(() => PollLoopSample.Run(listener.LocalEndPoint, new SocketClientOptions().UsePlaintext()));
        await using Socket socket = await listener.AcceptAsync();
        byte[] buffer = new byte[16];
        SocketReceiveResult received = await socket.ReceiveAsync(buffer);
        await socket.SendAsync(buffer.AsMemory(0, received.Count));
        Assert.Equal("hello", await polling.WaitAsync(Waiting.HangGuard));
    }

    [Fact]
    public async Task ThePooledSampleUsesOneConnectionForManyRequests()
    {
        await using SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new SocketListenerOptions().UsePlaintext());
        await using var pool = new SocketPool();
        SocketClientOptions options = new SocketClientOptions().UsePlaintext();
        int port = ((IPEndPoint)listener.LocalEndPoint).Port;
        Task echo = EchoOneAsync(listener);
        for (int i = 0; i < 3; i++)
        {
            byte[] request = Encoding.UTF8.GetBytes($"request {i}");
            Assert.Equal(request, await PooledClientSample.RunAsync(pool, "127.0.0.1", port, options, request));
        }

        Assert.Equal(1, pool.Statistics.Created);
        await pool.DisposeAsync();
        await echo.WaitAsync(Waiting.HangGuard);
    }

    private static async Task EchoOneAsync(SocketListener listener)
    {
        await using Socket socket = await listener.AcceptAsync();
        byte[] buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer) is { IsEnd: false } received)
            await socket.SendAsync(buffer.AsMemory(0, received.Count));
    }
}
