using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Conformance;

/// <summary>RFC 9147 §9, and what §4 and §5.8.4 say of connection IDs.</summary>
public sealed class Section9Tests
{
    private const byte RequestConnectionId = 9;
    private const byte NewConnectionId = 10;
    private const int Immediate = 0;
    private const int Spare = 1;

    [Fact]
    [Conformance("RFC 9147", "4", "With connection IDs agreed on, every protected datagram has one.", "Sockets.Dtls/DtlsConnection.Handshake.cs")]
    public void Section_4_Every_datagram_has_its_connection_id()
    {
        using WatchedPair pair = WatchedPair.WithConnectionIds(5, 8);
        pair.Pair.DriveToConnected();
        pair.Pair.Settle();
        Assert.True(pair.Pair.Client.RequestKeyUpdate(pair.Pair.Client.Connection, requestPeerUpdate: true));
        pair.Pair.Settle();
        pair.AssertAlive();
        AssertCarry(pair.FromClient, pair.Pair.Server.Connection.ConnectionId);
        AssertCarry(pair.FromServer, pair.Pair.Client.Connection.ConnectionId);

        static void AssertCarry(List<SentRecordView> records, ReadOnlyMemory<byte> connectionId)
        {
            Assert.Equal(4UL, records.Max(static record => record.Epoch));
            Assert.All(records.Where(static record => record.Epoch > 0), record => Assert.Equal(connectionId.ToArray(), record.ConnectionId));
        }
    }

    [Fact]
    [Conformance("RFC 9147", "4", "A further record with the connection ID of another association takes the rest of the datagram with it.", "Sockets.Dtls/Records/ConnectionIdSet.cs")]
    public void Section_4_A_foreign_connection_id_ends_a_datagram()
    {
        using WatchedPair pair = Connected(8, 8);
        using RecordForge forge = pair.Forge(client: true);
        byte[] own = pair.Pair.Server.Connection.ConnectionId.ToArray();
        byte[] foreign = [.. own];
        foreign[3] ^= 1;
        pair.ToServer(
        [
            .. forge.Seal(100, RecordForge.ApplicationData, [1], connectionId: own),
            .. forge.Seal(101, RecordForge.ApplicationData, [2], connectionId: foreign),
            .. forge.Seal(102, RecordForge.ApplicationData, [3], connectionId: own),
        ]);
        Assert.Equal([[1]], pair.Pair.Server.Log.Received);
        Assert.Equal(1UL, pair.Pair.Server.Connection.Statistics.Discarded(DiscardReason.UnknownConnectionId));
        pair.AssertAlive();
    }

    [Fact]
    [Conformance("RFC 9147", "5.8.4", "No NewConnectionId is sent while an earlier one is not acknowledged.", "Sockets.Dtls/DtlsConnection.ConnectionIds.cs")]
    [Conformance("RFC 9147", "9", "Only one NewConnectionId is outstanding at a time.", "Sockets.Dtls/DtlsConnection.ConnectionIds.cs")]
    public void Section_9_One_new_connection_id_at_a_time()
    {
        using WatchedPair pair = Connected(8, 8);
        pair.Passes = static (datagram, _) => datagram.Source == DtlsPair.ServerAddress;
        DtlsNode server = pair.Pair.Server;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(i == 0, server.Connection.IssueConnectionIds(1, DtlsConnectionIdUsage.Spare, pair.Pair.Network.Clock.Now));
            server.Drain();
            pair.Pair.Settle(TimeSpan.FromSeconds(2));
        }

        Assert.True(Messages(pair.FromServer, NewConnectionId).Count > 1);
        Assert.Single(Messages(pair.FromServer, NewConnectionId).Distinct());
        pair.Passes = null;
        pair.Pair.Settle(TimeSpan.FromMinutes(1));
        Assert.Single(Messages(pair.FromServer, NewConnectionId).Distinct());
        Assert.True(server.Connection.IssueConnectionIds(1, DtlsConnectionIdUsage.Spare, pair.Pair.Network.Clock.Now));
    }

    [Fact]
    [Conformance("RFC 9147", "5.8.4", "No RequestConnectionId is sent while an earlier one is not acknowledged.", "Sockets.Dtls/DtlsConnection.ConnectionIds.cs")]
    [Conformance("RFC 9147", "9", "No RequestConnectionId is sent while an earlier one is not fulfilled.", "Sockets.Dtls/DtlsConnection.ConnectionIds.cs")]
    public void Section_9_One_request_at_a_time()
    {
        using WatchedPair pair = Connected(8, 8);

        // The server acknowledges the request, and its answer never arrives.
        pair.Passes = static (datagram, records) => datagram.Source == DtlsPair.ClientAddress || records.TrueForAll(static record => record.Type == RecordForge.Ack);
        DtlsNode client = pair.Pair.Client;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(i == 0, client.Connection.RequestConnectionIds(1, pair.Pair.Network.Clock.Now));
            client.Drain();
            pair.Pair.Settle(TimeSpan.FromSeconds(2));
        }

        Assert.Single(Messages(pair.FromClient, RequestConnectionId).Distinct());
        pair.Passes = null;
        pair.Pair.Settle(TimeSpan.FromMinutes(1));
        Assert.Single(Messages(pair.FromClient, RequestConnectionId).Distinct());
        Assert.Equal(1, client.Connection.SpareConnectionIds);
        Assert.True(client.Connection.RequestConnectionIds(1, pair.Pair.Network.Clock.Now));
    }

    [Fact]
    [Conformance("RFC 9147", "9", "One of the connection IDs that come for immediate use is in every record from there on.", "Sockets.Dtls/DtlsConnection.ConnectionIds.cs")]
    public void Section_9_Immediate_connection_ids_are_used_at_once()
    {
        using WatchedPair pair = Connected(8, 8);
        using RecordForge forge = pair.Forge(client: true);
        byte[] first = [.. "first id"u8];
        pair.ToServer(forge.Seal(100, RecordForge.Handshake, Message(NewConnectionId, 2, New(Immediate, first, [.. "other id"u8])), connectionId: pair.Pair.Server.Connection.ConnectionId.ToArray()));
        pair.Pair.Settle();
        pair.Pair.Server.Write(pair.Pair.Server.Connection, [1]);
        Assert.True(pair.Pair.Server.RequestKeyUpdate(pair.Pair.Server.Connection, requestPeerUpdate: false));
        Assert.True(pair.FromServer.Count >= 3);
        Assert.All(pair.FromServer, record => Assert.Equal(first, record.ConnectionId));
    }

    [Theory]
    [InlineData(null, 8)]
    [InlineData(0, 8)]
    [Conformance("RFC 9147", "9", "Whoever receives no connection ID, or an empty one, sends no NewConnectionId.", "Sockets.Dtls/DtlsConnection.ConnectionIds.cs")]
    public void Section_9_No_new_connection_id_without_receiving_any(int? client, int? server)
    {
        using WatchedPair pair = Connected(client, server);
        Assert.False(pair.Pair.Client.Connection.IssueConnectionIds(1, DtlsConnectionIdUsage.Spare, pair.Pair.Network.Clock.Now));
        pair.Pair.Client.Drain();
        Assert.Empty(pair.FromClient);
    }

    [Fact]
    [Conformance("RFC 9147", "9", "Whoever sends an empty connection ID sends no RequestConnectionId.", "Sockets.Dtls/DtlsConnection.ConnectionIds.cs")]
    public void Section_9_No_request_with_an_empty_connection_id()
    {
        using WatchedPair pair = Connected(8, 0);
        Assert.True(pair.Pair.Client.Connection.UsesConnectionIds);
        Assert.False(pair.Pair.Client.Connection.RequestConnectionIds(1, pair.Pair.Network.Clock.Now));
        pair.Pair.Client.Drain();
        Assert.Empty(pair.FromClient);
    }

    [Theory]
    [InlineData(0, 8, NewConnectionId)]
    [InlineData(8, 0, RequestConnectionId)]
    [Conformance("RFC 9147", "9", "A peer that breaks these rules is told unexpected_message.", "Sockets.Dtls/DtlsConnection.Handshake.cs")]
    public void Section_9_Violations_end_with_unexpected_message(int client, int server, byte type) => AssertRefused(client, server, type);

    [Fact]
    [Conformance("RFC 9147", "9", "Without connection IDs agreed on neither message is sent.", "Sockets.Dtls/DtlsConnection.ConnectionIds.cs")]
    public void Section_9_Nothing_is_sent_without_connection_ids()
    {
        using WatchedPair pair = Connected(8, null);
        foreach (DtlsNode node in pair.Pair.Network.Nodes)
        {
            Assert.False(node.Connection.UsesConnectionIds);
            Assert.False(node.Connection.RequestConnectionIds(1, pair.Pair.Network.Clock.Now));
            Assert.False(node.Connection.IssueConnectionIds(1, DtlsConnectionIdUsage.Immediate, pair.Pair.Network.Clock.Now));
            node.Drain();
        }

        Assert.Empty(pair.Datagrams);
    }

    [Theory]
    [InlineData(NewConnectionId)]
    [InlineData(RequestConnectionId)]
    [Conformance("RFC 9147", "9", "Either message without connection IDs agreed on ends the connection with unexpected_message.", "Sockets.Dtls/DtlsConnection.Handshake.cs")]
    public void Section_9_Messages_without_connection_ids_are_refused(byte type)
    {
        AssertRefused(null, null, type);
        AssertRefused(null, 8, type);
        AssertRefused(8, null, type);
    }

    [Fact]
    [Conformance("RFC 9147", "9.1", "Without connection IDs agreed on a record that has one is rejected.", "Sockets.Dtls/DtlsConnection.ConnectionIds.cs")]
    public void Section_9_1_Records_with_an_unwanted_connection_id_are_rejected()
    {
        foreach ((int? client, int? server) in new (int?, int?)[] { (null, null), (null, 8), (8, 0) })
        {
            using WatchedPair pair = Connected(client, server);
            using RecordForge forge = pair.Forge(client: true);
            foreach (byte[] connectionId in new byte[][] { [], [.. "8 bytes!"u8] })
                pair.ToServer(forge.Seal(100, RecordForge.ApplicationData, [1], connectionId: connectionId));
            Assert.Empty(pair.Pair.Server.Log.Received);
            Assert.Equal(2UL, pair.Pair.Server.Connection.Statistics.Discarded(DiscardReason.UnexpectedConnectionId));
            pair.AssertAlive();
        }
    }

    private static WatchedPair Connected(int? client, int? server)
    {
        WatchedPair pair = WatchedPair.WithConnectionIds(client, server);
        pair.Connect();
        return pair;
    }

    /// <summary>The client sends what it must not.</summary>
    private static void AssertRefused(int? client, int? server, byte type)
    {
        using WatchedPair pair = Connected(client, server);
        using RecordForge forge = pair.Forge(client: true);
        byte[] body = type == NewConnectionId ? New(Spare, [.. "any id"u8]) : [1];
        byte[] connectionId = pair.Pair.Server.Connection.ConnectionId.ToArray();
        pair.ToServer(forge.Seal(100, RecordForge.Handshake, Message(type, 2, body), connectionId: connectionId.Length == 0 ? null : connectionId));
        Assert.Equal(AlertDescription.UnexpectedMessage, pair.Pair.Server.Log.Failure?.Alert);
        Assert.False(pair.Pair.Server.Log.Failure?.FromPeer);
        Assert.Equal([2, (byte)AlertDescription.UnexpectedMessage], Assert.Single(pair.FromServer).Content);
    }

    private static byte[] Message(byte type, int sequence, byte[] body) => PlaintextRecords.Fragment(type, body.Length, sequence, 0, body.Length, body);

    private static byte[] New(int usage, params byte[][] connectionIds)
    {
        byte[] list = [.. connectionIds.SelectMany(static connectionId => (byte[])[(byte)connectionId.Length, .. connectionId])];
        return [(byte)(list.Length >> 8), (byte)list.Length, .. list, (byte)usage];
    }

    /// <summary>The message numbers under which messages of a type were sent.</summary>
    private static List<int> Messages(IEnumerable<SentRecordView> records, byte type) =>
    [
        .. records.Where(static record => record.Type == RecordForge.Handshake)
            .SelectMany(static record => record.Fragments())
            .Where(fragment => fragment.Type == type)
            .Select(static fragment => fragment.Sequence),
    ];
}
