using System.Net;

namespace Sockets.Tests.Listening;

public sealed class AcceptTests
{
    [Fact]
    public async Task AnAcceptedConnectionCarriesBytesBothWays()
    {
        await using var listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new SocketListenerOptions().UsePlaintext());
        await using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, new SocketClientOptions().UsePlaintext());
        await using Socket server = await listener.AcceptAsync();

        Assert.Equal(client.LocalEndPoint, server.RemoteEndPoint);
        await client.SendAsync("ping"u8.ToArray());
        byte[] buffer = new byte[16];
        Assert.Equal(4, (await server.ReceiveAsync(buffer)).Count);
        await server.SendAsync("pong"u8.ToArray());
        Assert.Equal(4, (await client.ReceiveAsync(buffer)).Count);
        Assert.Equal("pong"u8, buffer.AsSpan(0, 4));
    }
}
