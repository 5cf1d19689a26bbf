using System.Net;

namespace Sockets.Tests;

/// <summary>A DTLS server on several sockets of one port: the system sends each client's datagrams to one of them, always the same.</summary>
public class DtlsShardTests
{
    private const int Clients = 24;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    public async Task Each_client_stays_with_one_shard_from_its_first_flight_on(string bound)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sockets on one port share it on Linux only.");
        using var authority = new TestAuthority();
        SocketListenerOptions options = new SocketListenerOptions { ReusePortShards = 3 }
            .UseDtls(new DtlsServerOptions { Credentials = [authority.ServerCredential()] });
        await using SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Parse(bound), 0), options);
        var endPoint = new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint).Port);
        using var guard = new CancellationTokenSource(Waiting.HangGuard);
        var clients = new Dictionary<int, Socket>();
        var servers = new List<Socket>();
        for (int i = 0; i < Clients; i++)
        {
            SocketClientOptions connecting = new SocketClientOptions().UseDtls(new DtlsClientOptions { TargetHost = "localhost", Trust = authority.Trust });
            Socket client = await Socket.ConnectAsync(endPoint, connecting, guard.Token);
            clients.Add(((IPEndPoint)client.LocalEndPoint!).Port, client);
            servers.Add(await listener.AcceptAsync(guard.Token));
        }

        // All at once, one by one and in batches, both ways.
        foreach (Socket server in servers)
        {
            Socket client = clients[((IPEndPoint)server.RemoteEndPoint!).Port];
            for (byte round = 0; round < 3; round++)
            {
                await ExchangeAsync(client, server, round, guard.Token);
                await ExchangeAsync(server, client, round, guard.Token);
            }
        }

        Assert.Equal(Clients, listener.Statistics.Accepted);
        foreach (Socket socket in (IEnumerable<Socket>)[.. clients.Values, .. servers])
            socket.Dispose();
    }

    [Fact]
    public async Task The_shards_share_the_limits_and_end_together()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sockets on one port share it on Linux only.");
        using var authority = new TestAuthority();
        SocketListenerOptions options = new SocketListenerOptions { ReusePortShards = 3, MaxConnections = 4 }
            .UseDtls(new DtlsServerOptions { Credentials = [authority.ServerCredential()] });
        SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), options);
        var clients = new List<Socket>();
        for (int i = 0; i < 4; i++)
        {
            SocketClientOptions connecting = new SocketClientOptions().UseDtls(new DtlsClientOptions { TargetHost = "localhost", Trust = authority.Trust });
            clients.Add(await Socket.ConnectAsync(listener.LocalEndPoint, connecting).AsTask().WaitAsync(Waiting.HangGuard));
            await listener.AcceptAsync().AsTask().WaitAsync(Waiting.HangGuard);
        }

        SocketClientOptions refused = new SocketClientOptions { ConnectTimeout = TimeSpan.FromMilliseconds(400) }
            .UseDtls(new DtlsClientOptions { TargetHost = "localhost", Trust = authority.Trust });
        await Assert.ThrowsAnyAsync<SocketFailureException>(() => Socket.ConnectAsync(listener.LocalEndPoint, refused).AsTask().WaitAsync(Waiting.HangGuard));
        await listener.DisposeAsync().AsTask().WaitAsync(Waiting.HangGuard);
        foreach (Socket client in clients)
        {
            Assert.True((await client.ReceiveAsync(new byte[10]).AsTask().WaitAsync(Waiting.HangGuard)).IsEnd); // close_notify of its shard
            client.Dispose();
        }
    }

    private static async Task ExchangeAsync(Socket from, Socket to, byte round, CancellationToken guard)
    {
        byte[] buffer = new byte[4000];
        await from.SendAsync(new byte[] { round, 1, 2 }, guard);
        Assert.Equal(3, (await to.ReceiveAsync(buffer, guard)).Count);
        Assert.Equal(round, buffer[0]);
        int[] lengths = [300, 300, 300, 7];
        byte[] data = new byte[907];
        Array.Fill(data, (byte)(round + 10));
        Assert.Equal(4, await from.SendDatagramsAsync(data, lengths, guard));
        var results = new SocketReceiveResult[8];
        for (int received = 0; received < 4;)
        {
            int count = await to.ReceiveDatagramsAsync(buffer, results, guard);
            for (int i = 0; i < count; i++)
                Assert.Equal(lengths[received++], results[i].Count);
            Assert.Equal(round + 10, buffer[0]);
        }
    }
}
