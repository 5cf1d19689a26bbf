using System.Net;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tests;

/// <summary>A listener of sockets under DTLS that is stopped and started again, and whose peers do not notice.</summary>
public sealed class SocketListenerSavingTests : IDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Repeat((byte)9, DtlsStateProtector.KeyLength)];

    private readonly TestAuthority _authority = new();
    private readonly DtlsStateProtector _protector = new(CryptoProviders.Default, Key, new DtlsReplayRecord(DateTimeOffset.MinValue));
    private readonly CancellationTokenSource _guard = new(Waiting.HangGuard);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Peers_carry_on_with_a_listener_that_was_started_anew(int shards)
    {
        const int peers = 6;
        Assert.SkipUnless(shards == 1 || OperatingSystem.IsLinux(), "Sockets on one port share it on Linux only.");
        SocketListener listener = Bind(OwnPlace.Next(), shards);
        var endPoint = (IPEndPoint)listener.LocalEndPoint;
        var clients = new Dictionary<int, Socket>();
        var servers = new List<Socket>();
        for (int i = 0; i < peers; i++)
        {
            Socket client = await Socket.ConnectAsync(endPoint, ClientOptions(), _guard.Token);
            clients.Add(((IPEndPoint)client.LocalEndPoint!).Port, client);
            Socket server = await listener.AcceptAsync(_guard.Token);
            servers.Add(server);
            await ExchangeAsync(client, server);
        }

        IReadOnlyList<ReadOnlyMemory<byte>> states = await listener.SaveAsync(_protector).AsTask().WaitAsync(Waiting.HangGuard);
        Assert.Equal(peers, states.Count);
        foreach (Socket server in servers)
        {
            SocketFailureException ended = await Assert.ThrowsAsync<SocketFailureException>(async () => await server.ReceiveAsync(new byte[10], _guard.Token));
            Assert.Equal(SocketFailureReason.Closed, ended.Reason);
            server.Dispose();
        }

        await using SocketListener next = Bind(endPoint, shards, maxConnections: peers);
        servers.Clear();
        foreach (ReadOnlyMemory<byte> state in states)
        {
            Assert.Equal(DtlsRestoreResult.Restored, next.TryRestore(_protector, state.Span, out Socket? server));
            servers.Add(server!);
            Assert.Equal(SocketState.Open, server!.State);
            await ExchangeAsync(clients[((IPEndPoint)server.RemoteEndPoint!).Port], server);
        }

        Assert.Equal(peers, next.Statistics.ActiveConnections);
        Assert.Equal(DtlsRestoreResult.NoPlace, next.TryRestore(_protector, states[0].Span, out Socket? more)); // there are as many as there may be
        Assert.Null(more);
        foreach (Socket server in servers)
            server.Dispose();
        Assert.Equal(0, next.Statistics.ActiveConnections);
        foreach (Socket client in clients.Values)
        {
            Assert.True((await client.ReceiveAsync(new byte[10], _guard.Token)).IsEnd); // of the connection that went on
            client.Dispose();
        }

        // Places that were not used are given back.
        Assert.Equal(DtlsRestoreResult.AlreadyRestored, next.TryRestore(_protector, states[0].Span, out _));
        Assert.Equal(DtlsRestoreResult.Invalid, next.TryRestore(_protector, [0], out _));
        Assert.Equal(DtlsRestoreResult.NoPlace, next.TryRestore(_protector, [0, 9, .. states[0].Span[2..]], out _));
        Assert.Equal(0, next.Statistics.ActiveConnections);
    }

    /// <summary>Whoever runs the loop.</summary>
    [Fact]
    public async Task A_listener_that_is_driven_by_a_poll_can_be_saved_and_restored_too()
    {
        SocketListener listener = Bind(OwnPlace.Next(), shards: 1);
        var endPoint = (IPEndPoint)listener.LocalEndPoint;
        using Socket client = await Socket.ConnectAsync(endPoint, ClientOptions(), _guard.Token);
        using (Socket server = await listener.AcceptAsync(_guard.Token))
        {
            await ExchangeAsync(client, server);
            ReadOnlyMemory<byte> state = Assert.Single(await listener.SaveAsync(_protector).AsTask().WaitAsync(Waiting.HangGuard));
            await using SocketListener polled = Bind(endPoint, shards: 1, drivenByPoll: true);
            Assert.Equal(DtlsRestoreResult.Restored, polled.TryRestore(_protector, state.Span, out Socket? restored));
            await ExchangeAsync(client, restored!);
            state = Assert.Single(await polled.SaveAsync(_protector).AsTask().WaitAsync(Waiting.HangGuard));
            restored!.Dispose();
            await using SocketListener last = Bind(endPoint, shards: 1);
            Assert.Equal(DtlsRestoreResult.Restored, last.TryRestore(_protector, state.Span, out restored));
            await ExchangeAsync(client, restored!);
            restored!.Dispose();
        }
    }

    [Fact]
    public async Task Others_have_nothing_to_save()
    {
        await using SocketListener streams = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new SocketListenerOptions().UsePlaintext());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await streams.SaveAsync(_protector));
        Assert.Throws<InvalidOperationException>(() => streams.TryRestore(_protector, new byte[100], out _));
        SocketListener closed = Bind(new IPEndPoint(IPAddress.Loopback, 0), shards: 1);
        await closed.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => closed.TryRestore(_protector, new byte[100], out _));
    }

    public void Dispose()
    {
        _guard.Dispose();
        _protector.Dispose();
        _authority.Dispose();
    }

    private SocketListener Bind(IPEndPoint endPoint, int shards, int maxConnections = 100, bool drivenByPoll = false) => SocketListener.Bind(
        endPoint,
        new SocketListenerOptions { ReusePortShards = shards, MaxConnections = maxConnections, DrivenByPoll = drivenByPoll }
            .UseDtls(new DtlsServerOptions { Credentials = [_authority.ServerCredential()], AllowSave = true }));

    private SocketClientOptions ClientOptions() =>
        new SocketClientOptions().UseDtls(new DtlsClientOptions { TargetHost = "localhost", Trust = _authority.Trust });

    private async Task ExchangeAsync(Socket client, Socket server)
    {
        foreach ((Socket from, Socket to) in ((Socket, Socket)[])[(client, server), (server, client)])
        {
            byte[] message = Guid.NewGuid().ToByteArray();
            byte[] buffer = new byte[100];
            await from.SendAsync(message, _guard.Token);
            SocketReceiveResult result = await to.ReceiveAsync(buffer, _guard.Token);
            Assert.Equal(message, buffer[..result.Count]);
        }
    }
}
