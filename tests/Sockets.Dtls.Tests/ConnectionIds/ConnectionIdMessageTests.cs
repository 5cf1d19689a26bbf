using System;
using System.Collections.Generic;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.ConnectionIds;

/// <summary>NewConnectionId and RequestConnectionId (RFC 9147 §9).</summary>
public sealed class ConnectionIdMessageTests
{
    private const byte Immediate = 0;
    private const byte Spare = 1;
    private const byte NewConnectionId = 10;
    private const byte RequestConnectionId = 9;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_request_is_answered_with_spare_connection_ids(bool byClient)
    {
        using var pair = new IdentifiedPair();
        (DtlsNode asking, DtlsNode asked) = byClient ? (pair.ClientNode, pair.ServerNode) : (pair.ServerNode, pair.ClientNode);
        string before = IdentifiedPair.Hex(asking.Connection.PeerConnectionId);
        Assert.True(Request(asking, 3));
        pair.Settle();
        Assert.Equal(3, asking.Connection.SpareConnectionIds);
        Assert.Equal(1, asking.Log.Count(DtlsEventKind.ConnectionIdsReceived));
        Assert.Equal(before, IdentifiedPair.Hex(asking.Connection.PeerConnectionId));

        // In the order in which they were provided, each of them another one.
        var seen = new List<string> { before };
        for (int i = 0; i < 3; i++)
        {
            Assert.True(asking.Connection.TryUseSpareConnectionId());
            pair.Connected.AssertAlive();
            seen.Add(IdentifiedPair.Hex(asking.Connection.PeerConnectionId));
            Assert.Equal(seen[^1], IdentifiedPair.Hex(asked.Connection.ConnectionId));
        }

        Assert.Equal(4, new HashSet<string>(seen).Count);
        Assert.False(asking.Connection.TryUseSpareConnectionId());
        pair.Connected.AssertAlive();
        Assert.True(Request(asking, 2));
        pair.Settle();
        Assert.Equal(2, asking.Connection.SpareConnectionIds);
    }

    /// <summary>RFC 9147 §9: one of the new CIDs MUST be used immediately for all future records.</summary>
    [Fact]
    public void Immediate_connection_ids_are_used_for_every_record_from_then_on()
    {
        using var pair = new IdentifiedPair();
        Assert.True(Request(pair.ClientNode, 2));
        pair.Settle();
        string before = IdentifiedPair.Hex(pair.Client.PeerConnectionId);
        int spare = pair.Client.SpareConnectionIds;
        var carried = new List<string>();
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Source == DtlsPair.ClientAddress)
                carried.Add(Convert.ToHexString(datagram.Payload.AsSpan(1, IdentifiedPair.ServerLength)));
            return true;
        };
        Assert.True(pair.ServerNode.Call(now => pair.Server.IssueConnectionIds(2, DtlsConnectionIdUsage.Immediate, now)));
        pair.Settle();
        pair.Connected.AssertAlive();
        string after = IdentifiedPair.Hex(pair.Client.PeerConnectionId);
        Assert.NotEqual(before, after);
        Assert.True(carried.Count >= 2); // the ACK, and data
        Assert.All(carried, connectionId => Assert.Equal(after, connectionId));

        // The spare ones of before are no longer among those to be used.
        Assert.Equal(2, spare);
        Assert.Equal(1, pair.Client.SpareConnectionIds);
    }

    [Fact]
    public void Late_records_with_an_old_connection_id_are_accepted()
    {
        using var pair = new IdentifiedPair();
        byte[] late = pair.FromClient(9, pair.IdOfServer);
        Assert.True(pair.ServerNode.Call(now => pair.Server.IssueConnectionIds(1, DtlsConnectionIdUsage.Immediate, now)));
        pair.Settle();
        pair.Connected.AssertAlive();
        pair.Connected.ToServer(late);
        Assert.Equal([9], pair.Connected.Server.Received[^1]);
    }

    [Fact]
    public void Old_connection_ids_give_way_to_new_ones_once_the_peer_has_moved_on()
    {
        using var pair = new IdentifiedPair(server: static config => config with { MaxConnectionIds = 3 });
        byte[] first = pair.IdOfServer;
        Assert.True(Request(pair.ClientNode, 8));
        pair.Settle();
        Assert.Equal(2, pair.Client.SpareConnectionIds); // one is in use already

        // The peer uses the first one still: there is room for none, and it is told so.
        Assert.True(Request(pair.ClientNode, 4));
        pair.Settle();
        Assert.Equal(2, pair.Client.SpareConnectionIds);
        Assert.False(pair.ServerNode.Call(now => pair.Server.IssueConnectionIds(1, DtlsConnectionIdUsage.Spare, now)));

        Assert.True(pair.Client.TryUseSpareConnectionId());
        pair.Connected.AssertAlive();
        Assert.Equal(3, pair.Server.OwnConnectionIds.Count);
        Assert.True(Request(pair.ClientNode, 4));
        pair.Settle();
        Assert.Equal(2, pair.Client.SpareConnectionIds);
        Assert.Equal(3, pair.Server.OwnConnectionIds.Count);
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.UnknownConnectionId, () => pair.Connected.ToServer(pair.FromClient(1, first))));
        pair.Connected.AssertAlive();
    }

    /// <summary>RFC 9147 §9: an implementation MAY discard what it does not want to keep.</summary>
    [Fact]
    public void What_is_more_than_we_keep_is_dropped()
    {
        using var pair = new IdentifiedPair(server: static config => config with { MaxSpareConnectionIds = 2 });
        pair.SendNewConnectionId(Spare, new byte[DtlsConnection.MaxPeerConnectionIdLength + 1], pair.Server.PeerConnectionId.ToArray(), [1], [1], [2, 2], [3], [4]);
        Assert.Equal(2, pair.Server.SpareConnectionIds);
        Assert.True(pair.Server.TryUseSpareConnectionId());
        Assert.Equal([1], pair.Server.PeerConnectionId.ToArray());
        Assert.True(pair.Server.TryUseSpareConnectionId());
        Assert.Equal([2, 2], pair.Server.PeerConnectionId.ToArray());
        Assert.Equal(1 + 2 + 2 + 2 + 1 + 16, pair.Server.GetRecordSize(0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Lost_messages_are_sent_again(bool loseMessages)
    {
        using var pair = new IdentifiedPair();
        DtlsAddress deaf = loseMessages ? DtlsPair.ServerAddress : DtlsPair.ClientAddress;
        bool isDeaf = true;
        pair.Network.OnDeliver = datagram => !isDeaf || datagram.Destination != deaf;
        Assert.True(Request(pair.ClientNode, 2));
        pair.Connected.Pair.Settle(TimeSpan.FromSeconds(5));
        isDeaf = false;
        pair.Connected.Pair.Settle(TimeSpan.FromMinutes(1));
        Assert.Equal(2, pair.Client.SpareConnectionIds);
        Assert.Equal(3, pair.Server.OwnConnectionIds.Count);
        Assert.Equal(1, pair.Connected.Client.Count(DtlsEventKind.ConnectionIdsReceived));
        pair.Connected.AssertAlive();
    }

    /// <summary>RFC 9147 §9: not more than one NewConnectionId outstanding, no request while one is open.</summary>
    [Fact]
    public void One_of_each_at_a_time()
    {
        using var pair = new IdentifiedPair();
        pair.Network.OnDeliver = static _ => false;
        Assert.True(pair.ServerNode.Call(now => pair.Server.IssueConnectionIds(1, DtlsConnectionIdUsage.Spare, now)));
        Assert.False(pair.ServerNode.Call(now => pair.Server.IssueConnectionIds(1, DtlsConnectionIdUsage.Spare, now)));
        Assert.True(Request(pair.ServerNode, 1));
        Assert.False(Request(pair.ServerNode, 1));
        pair.Network.OnDeliver = null;
        pair.Connected.Pair.Settle(TimeSpan.FromMinutes(1));
        Assert.Equal(1, pair.Client.SpareConnectionIds);
        Assert.Equal(1, pair.Server.SpareConnectionIds);
        Assert.True(Request(pair.ServerNode, 1));
        Assert.True(pair.ServerNode.Call(now => pair.Server.IssueConnectionIds(1, DtlsConnectionIdUsage.Spare, now)));
        pair.Settle();
        Assert.Equal(2, pair.Client.SpareConnectionIds);
        Assert.Equal(2, pair.Server.SpareConnectionIds);
    }

    [Fact]
    public void Everything_at_once_from_both_sides_arrives()
    {
        using var pair = new IdentifiedPair();
        for (int i = 0; i < 3; i++)
        {
            foreach (DtlsNode node in new[] { pair.ClientNode, pair.ServerNode })
            {
                Assert.True(node.RequestKeyUpdate(node.Connection, requestPeerUpdate: i == 1));
                Assert.True(Request(node, 1));
                Assert.True(node.Call(now => node.Connection.IssueConnectionIds(1, DtlsConnectionIdUsage.Spare, now)));
            }

            pair.Settle();
            Assert.Equal(2 * (i + 1), pair.Client.SpareConnectionIds);
            Assert.Equal(2 * (i + 1), pair.Server.SpareConnectionIds);
            pair.Connected.AssertAlive();
        }

        Assert.True(pair.Connected.Client.Count(DtlsEventKind.WriteKeyUpdated) >= 3);
    }

    /// <summary>RFC 9147 §9: not without an agreement, nor towards or from an empty connection ID.</summary>
    [Fact]
    public void Nothing_is_sent_where_nothing_was_agreed_on()
    {
        using var none = new IdentifiedPair(serverLength: null);
        using var empty = new IdentifiedPair(clientLength: 8, serverLength: 0);
        Assert.False(Request(none.ClientNode, 1));
        Assert.False(none.ClientNode.Call(now => none.Client.IssueConnectionIds(1, DtlsConnectionIdUsage.Spare, now)));

        // The server wants none: it can issue none, and the client, whose records carry none, can ask for none.
        Assert.False(Request(empty.ClientNode, 1));
        Assert.False(empty.ServerNode.Call(now => empty.Server.IssueConnectionIds(1, DtlsConnectionIdUsage.Spare, now)));
        Assert.True(Request(empty.ServerNode, 1));
        empty.Settle();
        Assert.Equal(1, empty.Server.SpareConnectionIds);
    }

    public static TheoryData<int?, int?, byte, byte[]> Unwanted() => new()
    {
        { 6, null, NewConnectionId, [0, 2, 1, 1, Spare] },
        { 6, null, RequestConnectionId, [1] },
        { null, 6, NewConnectionId, [0, 2, 1, 1, Spare] },
        { null, 6, RequestConnectionId, [1] },
        { 0, 6, NewConnectionId, [0, 2, 1, 1, Spare] }, // the client wants none, so it may not issue any
        { 6, 0, RequestConnectionId, [1] }, // its records carry none, so it may not ask for others
    };

    /// <summary>RFC 9147 §9: unexpected_message.</summary>
    [Theory]
    [MemberData(nameof(Unwanted))]
    public void A_message_that_was_not_agreed_on_ends_the_connection(int? client, int? server, byte type, byte[] body)
    {
        using var pair = new IdentifiedPair(client, server);
        pair.SendFromClient(type, body);
        AssertFailed(pair, DtlsFailureReason.UnexpectedMessage, AlertDescription.UnexpectedMessage);
    }

    public static TheoryData<byte, byte[], AlertDescription> Malformed() => new()
    {
        { NewConnectionId, [0, 2, 1, 1], AlertDescription.DecodeError },
        { NewConnectionId, [0, 2, 1, 1, Spare, 0], AlertDescription.DecodeError },
        { NewConnectionId, [0, 2, 2, 1, Spare], AlertDescription.DecodeError },
        { NewConnectionId, [0, 3, 1, 1, Spare], AlertDescription.DecodeError },
        { NewConnectionId, [0, 2, 1, 1, 2], AlertDescription.IllegalParameter },
        { NewConnectionId, [0, 1, 0, Spare], AlertDescription.IllegalParameter },
        { NewConnectionId, [0, 0, Immediate], AlertDescription.IllegalParameter },
        { NewConnectionId, [0, 66, 65, .. new byte[65], Immediate], AlertDescription.IllegalParameter },
        { RequestConnectionId, [], AlertDescription.DecodeError },
        { RequestConnectionId, [1, 1], AlertDescription.DecodeError },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_message_that_breaks_the_rules_ends_the_connection(byte type, byte[] body, AlertDescription alert)
    {
        using var pair = new IdentifiedPair();
        pair.SendFromClient(type, body);
        AssertFailed(pair, null, alert);
    }

    /// <summary>RFC 9147 §9: not more than one NewConnectionId outstanding.</summary>
    [Fact]
    public void A_second_message_before_the_first_was_acknowledged_ends_the_connection()
    {
        using var pair = new IdentifiedPair();
        pair.SendNewConnectionId(Spare, [1]);
        pair.Settle(); // acknowledged
        pair.SendNewConnectionId(Spare, [2]);
        Assert.Equal(2, pair.Server.SpareConnectionIds);
        pair.SendNewConnectionId(Spare, [3]);
        AssertFailed(pair, DtlsFailureReason.UnexpectedMessage, AlertDescription.UnexpectedMessage);
    }

    /// <summary>RFC 9147 §9: too_many_cids_requested. The requests share an answer, so that they cost nothing but their number.</summary>
    [Fact]
    public void Requests_that_do_not_wait_for_an_answer_are_answered_together_and_counted()
    {
        using var pair = new IdentifiedPair(server: static config => config with { MaxKeyUpdates = 5 });
        pair.Network.OnDeliver = static _ => false;
        pair.SendRequest(1); // answered at once
        for (int i = 0; i < 4; i++)
            pair.SendRequest(2); // waits for the ACK of that answer
        Assert.Equal(2, pair.Server.OwnConnectionIds.Count);
        Assert.False(pair.Connected.Server.IsClosed);
        pair.SendRequest(1);
        AssertFailed(pair, DtlsFailureReason.TooManyConnectionIdRequests, AlertDescription.TooManyCidsRequested);
    }

    [Fact]
    public void Who_does_nothing_but_request_is_cut_off()
    {
        using var pair = new IdentifiedPair(server: static config => config with { MaxKeyUpdates = 4 });
        for (int i = 0; i < 4; i++)
        {
            Assert.True(Request(pair.ClientNode, 1));
            pair.Settle();
            Assert.True(pair.Client.TryUseSpareConnectionId());
        }

        Assert.False(pair.Connected.Server.IsClosed);
        pair.ClientNode.Write(pair.Client, [1]);
        Assert.True(Request(pair.ClientNode, 1));
        pair.Settle();
        Assert.False(pair.Connected.Server.IsClosed);
        for (int i = 0; i < 4; i++)
        {
            Request(pair.ClientNode, 1);
            pair.Settle();
            pair.Client.TryUseSpareConnectionId();
        }

        AssertFailed(pair, DtlsFailureReason.TooManyConnectionIdRequests, AlertDescription.TooManyCidsRequested);
        Assert.Equal(AlertDescription.TooManyCidsRequested, pair.Connected.Client.Failure?.Alert);
        Assert.Equal(52, (int)AlertDescription.TooManyCidsRequested);
    }

    [Theory]
    [InlineData(2047, false)]
    [InlineData(2048, false)]
    [InlineData(2049, true)]
    [InlineData(60_000, true)]
    public void A_few_bytes_of_a_long_message_cost_no_buffer(int length, bool isRefused)
    {
        using var pair = new IdentifiedPair();
        byte[] fragment = PlaintextRecords.Fragment(NewConnectionId, length, 2, 0, 10, new byte[10]);
        long before = pair.ServerNode.EngineAllocatedBytes;
        pair.Connected.ToServer(pair.Connected.FromClient.Seal(100, RecordForge.Handshake, fragment, connectionId: pair.IdOfServer));
        Assert.Equal(isRefused, pair.Connected.Server.IsClosed);
        Assert.InRange(pair.ServerNode.EngineAllocatedBytes - before, 0, 8192);
        if (isRefused)
            AssertFailed(pair, DtlsFailureReason.HandshakeMessageTooLarge, AlertDescription.IllegalParameter);
    }

    [Fact]
    public void A_long_message_that_comes_whole_is_taken()
    {
        using var pair = new IdentifiedPair();
        byte[][] connectionIds = new byte[300][];
        for (int i = 0; i < connectionIds.Length; i++)
            connectionIds[i] = [1, 2, 3, 4, 5, 6, 7, (byte)(i >> 8), (byte)i];
        pair.SendNewConnectionId(Spare, connectionIds);
        Assert.False(pair.Connected.Server.IsClosed);
        Assert.Equal(8, pair.Server.SpareConnectionIds);
    }

    [Fact]
    public void Connection_ids_are_never_given_up_without_an_acknowledgement()
    {
        using var pair = new IdentifiedPair();
        pair.Connected.AssertAlive();
        pair.Network.OnDeliver = static datagram => datagram.Destination != DtlsPair.ClientAddress;
        Assert.True(pair.ServerNode.Call(now => pair.Server.IssueConnectionIds(1, DtlsConnectionIdUsage.Immediate, now)));
        pair.Connected.Pair.Settle(TimeSpan.FromMinutes(30));
        Assert.Equal(DtlsFailureReason.RetransmissionLimit, pair.Connected.Server.Failure?.Reason);
    }

    private static bool Request(DtlsNode node, int count) => node.Call(now => node.Connection.RequestConnectionIds(count, now));

    private static void AssertFailed(IdentifiedPair pair, DtlsFailureReason? reason, AlertDescription alert)
    {
        Assert.NotNull(pair.Connected.Server.Failure);
        if (reason is not null)
            Assert.Equal(reason, pair.Connected.Server.Failure!.Reason);
        Assert.Equal(alert, pair.Connected.Server.Failure!.Alert);
    }
}
