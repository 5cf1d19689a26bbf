using System.Net;
using Sockets.Testing;

namespace Sockets.Allocation.Tests.Listening;

/// <summary>Known peers of a UDP server cost no garbage.</summary>
public sealed class DatagramListenerTests
{
    private const int Datagrams = 10_000;

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::", "127.0.0.1")]
    [InlineData("::", "::1")]
    public async Task ADatagramThereAndBackAllocatesNothing(string bound, string asked)
    {
        SocketListenerOptions options = new SocketListenerOptions { Transport = SocketTransport.Datagram }.UsePlaintext();
        await using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Parse(bound), 0), options);
        using Socket client = await Socket.ConnectAsync(
            new IPEndPoint(IPAddress.Parse(asked), ((IPEndPoint)listener.LocalEndPoint).Port),
            new SocketClientOptions { Transport = SocketTransport.Datagram }.UsePlaintext());
        byte[] datagram = new byte[1200];
        client.Send(datagram);
        using Socket server = await listener.AcceptAsync();
        Assert.Equal(1200, server.Receive(new byte[2000]).Count);
        Task echo = EchoAsync(server);
        byte[] received = new byte[2000];

        long bytes = AllocationAssert.FewestBytes(() =>
        {
            for (int i = 0; i < Datagrams; i++)
            {
                client.Send(datagram);
                client.Receive(received);
            }
        });
        Assert.InRange(bytes, 0, Datagrams / 10); // less than a tenth of a byte each: the runtime's own
        server.Dispose();
        await Assert.ThrowsAsync<SocketFailureException>(() => echo);
    }

    private static async Task EchoAsync(Socket server)
    {
        byte[] buffer = new byte[2000];
        while (true)
        {
            SocketReceiveResult received = await server.ReceiveAsync(buffer);
            await server.SendAsync(buffer.AsMemory(0, received.Count));
        }
    }
}
