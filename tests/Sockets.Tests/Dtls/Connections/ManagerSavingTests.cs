using System.Net;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Tests.Connections;

/// <summary>A manager that is stopped and started again, whose clients do not notice.</summary>
public sealed class ManagerSavingTests
{
    private static readonly byte[] Key = [.. Enumerable.Repeat((byte)7, DtlsStateProtector.KeyLength)];

    [Fact]
    public async Task Each_connection_goes_on_at_the_socket_where_it_was()
    {
        var record = new DtlsReplayRecord(DateTimeOffset.UtcNow.AddHours(-1));
        using var protector = new DtlsStateProtector(CryptoProviders.Default, Key, record);
        await using ManagerRig rig = ManagerRig.Start(
            static options => options with { ConnectionIds = new DtlsConnectionIdLayout { ShardBits = 4 } },
            static security => security.AllowSave = true,
            at: [OwnPlace.Next(), OwnPlace.Next()]);
        IPEndPoint[] endPoints = [.. rig.Manager.LocalEndPoints];
        var clients = new List<DtlsChannel>();
        foreach (IPEndPoint endPoint in endPoints)
            clients.Add((await rig.ConnectPairAsync(static options => options.ConnectionIdLength = 0, endPoint)).Client);
        IReadOnlyList<ReadOnlyMemory<byte>> states = await rig.Manager.SaveAsync(protector);
        Assert.Equal(2, states.Count);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => rig.Manager.AcceptAsync().AsTask());

        var options = new ConnectionManagerOptions
        {
            Security = new DtlsServerOptions { Credentials = [rig.Authority.ServerCredential()], AllowSave = true },
            ConnectionIds = new DtlsConnectionIdLayout { ShardBits = 4 },
        };
        await using ConnectionManager manager = ConnectionManager.Start(endPoints, options);
        Assert.Equal(DtlsRestoreResult.Invalid, manager.TryRestore(protector, [1], out _));
        Assert.Equal(DtlsRestoreResult.NoPlace, manager.TryRestore(protector, [0, 9, .. states[0].Span[2..]], out _));
        var servers = new List<DtlsChannel>();
        foreach (ReadOnlyMemory<byte> state in states)
        {
            Assert.Equal(DtlsRestoreResult.Restored, manager.TryRestore(protector, state.Span, out DtlsChannel? server));
            servers.Add(server!);
        }

        Assert.Equal(DtlsRestoreResult.NoPlace, manager.TryRestore(protector, states[0].Span, out DtlsChannel? again));
        Assert.Null(again);
        foreach (DtlsChannel client in clients)
        {
            DtlsChannel server = servers.Single(channel => channel.RemoteEndPoint.Port == client.LocalEndPoint.Port);
            Assert.Equal(client.RemoteEndPoint, server.LocalEndPoint);
            await ManagerRig.ExchangeAsync(client, server, 4);
        }

        ConnectionManagerStatistics statistics = manager.Statistics;
        Assert.Equal((2, 0, 0L), (statistics.ActiveConnections, statistics.Handshakes, statistics.ForwardedToShards));
        Assert.Equal(2, statistics.Admission.Connections);
    }
}
