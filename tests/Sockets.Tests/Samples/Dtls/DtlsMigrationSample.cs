using System.Net;

namespace Sockets.Tests.Samples;

/// <summary>The guide's client that moves.</summary>
internal static class DtlsMigrationSample
{
    public static async Task<(bool HasMoved, byte[] Answer)> MoveAsync(string host, int port, DtlsServerOptions server, DtlsClientOptions client, Func<DtlsServerOptions, ValueTask> start)
    {
        server.ConnectionIdLength = 8; // a server knows its clients by what they put into their datagrams
        client.ConnectionIdLength = 0; // a client needs none of its own
        await start(server);

        DtlsChannel channel = await DtlsChannel.ConnectAsync(host, port, client);
        bool hasMoved = await channel.MigrateAsync(new IPEndPoint(IPAddress.Any, 0)); // Socket.MigrateAsync is the same

        channel.TrySend("moved"u8);
        byte[] buffer = new byte[100];
        DtlsReceiveResult result = await channel.ReceiveAsync(buffer);
        await channel.DisposeAsync();
        return (hasMoved, buffer[..result.Length]);
    }
}
