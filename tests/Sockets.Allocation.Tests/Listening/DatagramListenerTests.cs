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

    [Fact]
    public async Task BatchesThereAndBackAllocateNothing()
    {
        const int Batch = 40;
        SocketListenerOptions options = new SocketListenerOptions { Transport = SocketTransport.Datagram }.UsePlaintext();
        await using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), options);
        using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, new SocketClientOptions { Transport = SocketTransport.Datagram }.UsePlaintext());
        byte[] datagrams = new byte[Batch * 1000];
        int[] lengths = [.. Enumerable.Repeat(1000, Batch)];
        client.Send(datagrams.AsSpan(0, 1));
        using Socket server = await listener.AcceptAsync();
        server.Receive(new byte[1]);
        byte[] buffer = new byte[Batch * 1000];
        var results = new SocketReceiveResult[Batch];
        long bytes = AllocationAssert.FewestBytes(() =>
        {
            for (int i = 0; i < Datagrams; i += Batch)
            {
                Exchange(client, server);
                Exchange(server, client);
            }
        });
        Assert.InRange(bytes, 0, Datagrams / 10);

        void Exchange(Socket from, Socket to)
        {
            for (int sent = 0, received = 0; received < Batch;)
            {
                if (sent < Batch)
                    sent += from.SendDatagrams(datagrams.AsSpan(sent * 1000), lengths.AsSpan(sent));
                received += to.ReceiveDatagrams(buffer, results);
            }
        }
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
