using System;
using System.Collections.Generic;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.ConnectionIds;

/// <summary>An endpoint finds connections by connection ID first and by path then, and knows which it has issued.</summary>
public sealed class ConnectionIdRoutingTests
{
    private const int Length = 12;

    private static readonly DtlsConnectionIdLayout Layout = new() { Length = Length, NodeBits = 16, ShardBits = 4, Node = 513, Shard = 9 };

    /// <summary>RFC 9146 §6, RFC 9147 §9: the address is not what tells connections apart.</summary>
    [Fact]
    public void Two_clients_whose_addresses_are_exchanged_keep_their_connections()
    {
        using var rig = new Rig();
        DtlsNode one = rig.AddClient(1);
        DtlsNode two = rig.AddClient(2);
        ConnectionLog ofOne = rig.ServerLog(one);
        ConnectionLog ofTwo = rig.ServerLog(two);
        rig.Network.OnSend = datagram =>
        {
            if (datagram.Destination != Rig.ServerAddress)
                return true;
            rig.Server.Receive(datagram.Source == one.Address ? two.Address : one.Address, datagram.Payload);
            return false;
        };
        for (byte i = 0; i < 5; i++)
        {
            one.Write(one.Connection, [1, i]);
            two.Write(two.Connection, [2, i]);
        }

        Assert.Equal(5, ofOne.Received.Count);
        Assert.Equal(5, ofTwo.Received.Count);
        Assert.All(ofOne.Received, static data => Assert.Equal(1, data[0]));
        Assert.All(ofTwo.Received, static data => Assert.Equal(2, data[0]));
        Assert.Equal(5UL, ofOne.Connection.Statistics.RecordsFromOtherPaths);
        Assert.Equal(one.Address, ofOne.Connection.Path.Remote);
    }

    /// <summary>A driver in whose callbacks something breaks has to know which connection it broke for, and not by the address.</summary>
    [Fact]
    public void The_last_recipient_is_the_connection_that_a_datagram_was_given_to_wherever_it_came_from()
    {
        using var rig = new Rig();
        DtlsNode one = rig.AddClient(1);
        DtlsNode two = rig.AddClient(2);
        DtlsConnection ofOne = rig.ServerLog(one).Connection;
        DtlsConnection ofTwo = rig.ServerLog(two).Connection;
        byte[] buffer = new byte[200];
        Assert.Equal(DtlsWriteResult.Success, two.Connection.Write([1], rig.Network.Clock.Now, buffer, out int length));
        rig.Server.Receive(one.Address, buffer.AsSpan(0, length));
        Assert.Same(ofTwo, rig.Endpoint.LastRecipient);
        Assert.Equal(DtlsWriteResult.Success, one.Connection.Write([1], rig.Network.Clock.Now, buffer, out length));
        rig.Server.Receive(two.Address, buffer.AsSpan(0, length));
        Assert.Same(ofOne, rig.Endpoint.LastRecipient);

        rig.Server.Receive(two.Address, ClientHellos.Make(Rig.Client(7))[0]); // answered with a cookie, or by the one that is there
        Assert.NotSame(ofOne, rig.Endpoint.LastRecipient);
        rig.Server.Receive(one.Address, buffer.AsSpan(0, length));
        Assert.Same(ofOne, rig.Endpoint.LastRecipient);
        rig.Server.Close(ofOne);
        Assert.Null(rig.Endpoint.LastRecipient);
    }

    [Fact]
    public void A_client_that_moved_away_outlives_the_next_one_on_its_old_address()
    {
        using var rig = new Rig();
        DtlsNode first = rig.AddClient(1);
        ConnectionLog moved = rig.ServerLog(first);
        DtlsAddress elsewhere = DtlsNetwork.Address(500, 9);
        rig.Network.OnSend = datagram =>
        {
            if (datagram.Source != first.Address || datagram.Destination != Rig.ServerAddress)
                return true;
            rig.Server.Receive(elsewhere, datagram.Payload);
            return false;
        };
        first.Write(first.Connection, [1]);
        Assert.Equal([[1]], moved.Received);

        rig.Network.OnSend = null;
        DtlsNode second = rig.AddClient(1);
        ConnectionLog newcomer = rig.Server.Log;
        Assert.NotSame(moved, newcomer);
        Assert.False(moved.IsClosed);
        Assert.Equal(2, rig.Endpoint.ConnectionCount);
        second.Write(second.Connection, [2]);
        rig.Network.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([[2]], newcomer.Received);

        byte[] buffer = new byte[200];
        Assert.Equal(DtlsWriteResult.Success, first.Connection.Write([3], rig.Network.Clock.Now, buffer, out int length));
        rig.Server.Receive(elsewhere, buffer.AsSpan(0, length));
        Assert.Equal([3], moved.Received[^1]);

        rig.Server.Close(moved.Connection);
        rig.Server.Close(newcomer.Connection);
        Assert.Equal(0, rig.Endpoint.ConnectionCount);
        Assert.Equal(0, rig.Endpoint.ConnectionIdCount);
    }

    /// <summary>RFC 9147 §5.11: the new connection's Finished ends the old one, and its connection IDs lead nowhere.</summary>
    [Fact]
    public void A_client_that_restarts_on_its_address_replaces_its_connection()
    {
        using var rig = new Rig();
        DtlsNode first = rig.AddClient(1);
        ConnectionLog old = rig.ServerLog(first);
        byte[] buffer = new byte[200];
        Assert.Equal(DtlsWriteResult.Success, first.Connection.Write([3], rig.Network.Clock.Now, buffer, out int length));
        DtlsNode second = rig.AddClient(1);
        Assert.True(old.IsClosed);
        Assert.Null(old.Failure);
        Assert.Equal(1, rig.Endpoint.ConnectionCount);
        Assert.Equal(1, rig.Endpoint.ConnectionIdCount);
        second.Write(second.Connection, [2]);
        rig.Network.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([[2]], rig.Server.Log.Received);

        // A late record of the old one finds the address's connection, which drops it.
        rig.Server.Receive(first.Address, buffer.AsSpan(0, length));
        Assert.Equal(1UL, rig.Server.Connection.Statistics.Discarded(DiscardReason.UnknownConnectionId));
    }

    /// <summary>A record without connection ID, or of epoch 0, says nothing about whose it is but its address.</summary>
    [Fact]
    public void Both_connections_on_one_address_are_found_while_one_replaces_the_other()
    {
        using var rig = new Rig();
        DtlsNode first = rig.AddClient(1);
        ConnectionLog old = rig.ServerLog(first);
        byte[] buffer = new byte[200];
        Assert.Equal(DtlsWriteResult.Success, first.Connection.Write([3], rig.Network.Clock.Now, buffer, out int length));
        rig.Network.OnDeliver = datagram => datagram.Destination != Rig.ServerAddress || PlaintextRecords.IsPlaintext(datagram.Payload[0]);
        DtlsNode second = rig.StartClient(1);
        rig.Network.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.True(second.Log.IsConnected);
        Assert.Equal(2, rig.Endpoint.ConnectionCount);
        Assert.Equal(2, rig.Endpoint.ConnectionIdCount);
        rig.Server.Receive(first.Address, buffer.AsSpan(0, length));
        Assert.Equal([[3]], old.Received);
        Assert.False(old.IsClosed);
        rig.Network.OnDeliver = null;
        rig.Network.RunFor(TimeSpan.FromMinutes(1));
        Assert.True(old.IsClosed);
        Assert.Equal(1, rig.Endpoint.ConnectionIdCount);
    }

    [Fact]
    public void The_owner_of_a_datagram_can_be_read_by_every_endpoint_of_the_layout()
    {
        using var rig = new Rig();
        DtlsNode client = rig.AddClient(1);
        using var other = new DtlsEndpoint(new DtlsEndpointConfig { ConnectionIds = Layout with { Node = 1, Shard = 1 } });
        byte[] buffer = new byte[200];
        Assert.Equal(DtlsWriteResult.Success, client.Connection.Write([3], rig.Network.Clock.Now, buffer, out int length));
        Assert.True(other.TryReadOwner(buffer.AsSpan(0, length), out DtlsConnectionIdOwner owner));
        Assert.Equal(new DtlsConnectionIdOwner(513, 9), owner);

        // There it is nobody's, and counted as such.
        var sink = default(NoSink);
        other.HandleDatagram(new DtlsPath(client.Address), buffer.AsSpan(0, length), rig.Network.Clock.Now, ref sink);
        Assert.Equal(1UL, other.Statistics.Discarded(DiscardReason.UnknownConnectionId));
        Assert.False(other.TryReadOwner(ClientHellos.Make(Rig.Client(7))[0], out _));
        using var none = new DtlsEndpoint(new DtlsEndpointConfig());
        Assert.False(none.TryReadOwner(buffer.AsSpan(0, length), out _));
    }

    [Fact]
    public void Every_connection_id_is_another_one_and_goes_with_its_connection()
    {
        using var rig = new Rig();
        var seen = new HashSet<string>();
        for (int i = 1; i <= 20; i++)
        {
            DtlsNode client = rig.AddClient(i);
            Assert.True(client.Call(now => client.Connection.RequestConnectionIds(3, now)));
            rig.Network.RunFor(TimeSpan.FromSeconds(5));
            foreach (byte[] connectionId in rig.ServerLog(client).Connection.OwnConnectionIds)
            {
                Assert.True(seen.Add(Convert.ToHexString(connectionId)));
                Assert.True(Layout.TryReadOwner(connectionId, out DtlsConnectionIdOwner owner));
                Assert.Equal(new DtlsConnectionIdOwner(513, 9), owner);
            }
        }

        Assert.Equal(80, seen.Count);
        Assert.Equal(80, rig.Endpoint.ConnectionIdCount);
        foreach (ConnectionLog log in rig.Server.Logs.ToArray())
            rig.Server.Close(log.Connection);
        Assert.Equal(0, rig.Endpoint.ConnectionCount);
        Assert.Equal(0, rig.Endpoint.ConnectionIdCount);
    }

    [Fact]
    public void What_is_retired_is_not_found_any_more()
    {
        using var rig = new Rig(server: static config => config with { MaxConnectionIds = 2 });
        DtlsNode client = rig.AddClient(1);
        byte[] buffer = new byte[200];
        Assert.Equal(DtlsWriteResult.Success, client.Connection.Write([1], rig.Network.Clock.Now, buffer, out int length));
        for (int i = 0; i < 5; i++)
        {
            Assert.True(rig.Server.Call(now => rig.Server.Connection.IssueConnectionIds(1, DtlsConnectionIdUsage.Immediate, now)));
            rig.Network.RunFor(TimeSpan.FromSeconds(5));
            Assert.Equal(2, rig.Endpoint.ConnectionIdCount);
        }

        // By the address it still comes to the connection, which does not know it.
        rig.Server.Receive(client.Address, buffer.AsSpan(0, length));
        Assert.Equal(1UL, rig.Server.Connection.Statistics.Discarded(DiscardReason.UnknownConnectionId));
        rig.Server.Receive(DtlsNetwork.Address(500, 9), buffer.AsSpan(0, length));
        Assert.Equal(1UL, rig.Endpoint.Statistics.Discarded(DiscardReason.UnknownConnectionId));
    }

    [Fact]
    public void What_was_found_last_is_not_found_once_it_is_retired()
    {
        using var rig = new Rig(server: static config => config with { MaxConnectionIds = 2 });
        DtlsNode client = rig.AddClient(1);
        byte[] first = new byte[200];
        byte[] second = new byte[200];
        Assert.Equal(DtlsWriteResult.Success, client.Connection.Write([1], rig.Network.Clock.Now, first, out int length));
        Assert.Equal(DtlsWriteResult.Success, client.Connection.Write([2], rig.Network.Clock.Now, second, out _));
        Assert.True(rig.Server.Call(now => rig.Server.Connection.IssueConnectionIds(1, DtlsConnectionIdUsage.Immediate, now)));
        rig.Network.RunFor(TimeSpan.FromSeconds(5));
        rig.Server.Receive(client.Address, first.AsSpan(0, length));
        Assert.Equal([[1]], rig.Server.Log.Received);
        Assert.True(rig.Server.Call(now => rig.Server.Connection.IssueConnectionIds(1, DtlsConnectionIdUsage.Immediate, now)));
        rig.Server.Receive(DtlsNetwork.Address(500, 9), second.AsSpan(0, length));
        Assert.Equal(1UL, rig.Endpoint.Statistics.Discarded(DiscardReason.UnknownConnectionId));
    }

    [Fact]
    public void When_none_is_left_the_handshake_goes_on_without()
    {
        using var rig = new Rig(layout: new DtlsConnectionIdLayout { Length = 1 }, server: static config => config with { ConnectionIdLength = 1 });
        DtlsNode first = rig.AddClient(1);
        IConnectionOwner owner = rig.Endpoint;
        byte[] one = new byte[1];
        for (int failures = 0; failures < 100;)
            failures += owner.TryIssueConnectionId(rig.Server.Connection, TestProviders.Default, one) ? 0 : 1;
        Assert.Equal(256, rig.Endpoint.ConnectionIdCount);
        DtlsNode second = rig.AddClient(2);
        Assert.True(first.Connection.UsesConnectionIds);
        Assert.False(second.Connection.UsesConnectionIds);
        second.Write(second.Connection, [2]);
        rig.Network.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal([[2]], rig.ServerLog(second).Received);
    }

    [Fact]
    public void What_a_client_has_offered_in_vain_leads_nowhere()
    {
        using DtlsPair pair = new(new DtlsPairOptions
        {
            Client = Rig.Client(1),
            Server = Rig.ServerConfig(2) with { ConnectionIdLength = null },
            ClientEndpoint = true,
        });
        pair.Start();
        Assert.Equal(1, pair.Client.Endpoint!.ConnectionIdCount);
        pair.DriveUntil(() => pair.IsConnected);
        Assert.Equal(0, pair.Client.Endpoint!.ConnectionIdCount);
        Assert.False(pair.Client.Connection.UsesConnectionIds);
    }

    [Fact]
    public void All_connections_of_an_endpoint_have_one_length()
    {
        using var endpoint = new DtlsEndpoint(new DtlsEndpointConfig());
        DtlsConfig config = Rig.Client(1);
        Assert.Throws<ArgumentException>(() => endpoint.Connect(config with { ConnectionIdLength = 50 }, new DtlsPath(DtlsNetwork.Address(1, 1)), default));
        endpoint.Connect(config, new DtlsPath(DtlsNetwork.Address(1, 1)), default);
        Assert.Throws<ArgumentException>(() => endpoint.Connect(config with { ConnectionIdLength = 9 }, new DtlsPath(DtlsNetwork.Address(1, 2)), default));
        endpoint.Connect(config with { ConnectionIdLength = 0 }, new DtlsPath(DtlsNetwork.Address(1, 3)), default);
        endpoint.Connect(config with { ConnectionIdLength = null }, new DtlsPath(DtlsNetwork.Address(1, 4)), default);
        Assert.Equal(1, endpoint.ConnectionIdCount);
    }

    [Fact]
    public void A_client_that_cannot_be_made_leaves_nothing()
    {
        using var endpoint = new DtlsEndpoint(new DtlsEndpointConfig());
        var protocols = new DtlsApplicationProtocol[400];
        for (int i = 0; i < protocols.Length; i++)
            protocols[i] = new DtlsApplicationProtocol(new string('x', 250));
        DtlsConfig config = Rig.Client(1) with { ApplicationProtocols = protocols };
        Assert.Throws<ArgumentException>(() => endpoint.Connect(config, new DtlsPath(DtlsNetwork.Address(1, 1)), default));
        byte[] buffer = new byte[2000];
        Assert.True(endpoint.PollTransmit(buffer).IsEmpty);
        Assert.False(endpoint.PollEvent(out _));
        Assert.Equal(0, endpoint.ConnectionIdCount);
        Assert.Equal(0, endpoint.ConnectionCount);
        Assert.Equal(MonotonicTime.Never, endpoint.NextTimeout);
    }

    private struct NoSink : IDtlsSink
    {
        public readonly void OnData(DtlsConnection connection, ReadOnlySpan<byte> data)
        {
        }
    }

    /// <summary>One endpoint with connection IDs and its clients.</summary>
    private sealed class Rig : IDisposable
    {
        public static readonly DtlsAddress ServerAddress = DtlsPair.ServerAddress;
        private ulong _seed = 10;

        public Rig(DtlsConnectionIdLayout? layout = null, Func<DtlsConfig, DtlsConfig>? server = null)
        {
            DtlsConfig config = ServerConfig(2);
            Endpoint = new DtlsEndpoint(new DtlsEndpointConfig { Server = server?.Invoke(config) ?? config, ConnectionIds = layout ?? Layout });
            Server = Network.AddNode(ServerAddress, NetemOptions.Perfect, Endpoint);
        }

        public DtlsNetwork Network { get; } = new(1);

        public DtlsEndpoint Endpoint { get; }

        public DtlsNode Server { get; }

        public static DtlsConfig Client(ulong seed) => DtlsPair.Config(TestProviders.Default, seed) with { ConnectionIdLength = Length };

        public static DtlsConfig ServerConfig(ulong seed)
        {
            DtlsConfig config = Client(seed);
            return config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] };
        }

        public DtlsNode StartClient(int number)
        {
            DtlsNode node = Network.AddNode(DtlsNetwork.Address(1000 + number, 40_000), NetemOptions.Perfect);
            node.Connect(Client(_seed++), ServerAddress);
            return node;
        }

        public DtlsNode AddClient(int number)
        {
            DtlsNode node = StartClient(number);
            Assert.True(Network.RunUntil(() => node.Log.IsConnected));
            Network.RunFor(TimeSpan.FromSeconds(5));
            return node;
        }

        public ConnectionLog ServerLog(DtlsNode client) => Server.Logs.FindLast(log => log.Connection.Path.Remote == client.Address)!;

        public void Dispose()
        {
            foreach (DtlsNode node in Network.Nodes)
            {
                foreach (ConnectionLog log in node.Logs)
                    log.Connection.Dispose();
            }

            Endpoint.Dispose();
        }
    }
}
