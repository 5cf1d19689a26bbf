using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Paths;

/// <summary>Moving on one's own account: probed first, then used (RFC 9853 §5, §8.1.2 case 2; RFC 9147 §9).</summary>
public sealed class MigrationTests
{
    public static TheoryData<DtlsPathValidation, int, bool> Ways()
    {
        var data = new TheoryData<DtlsPathValidation, int, bool>();
        foreach (DtlsPathValidation validation in (DtlsPathValidation[])[DtlsPathValidation.Enhanced, DtlsPathValidation.Basic])
        {
            foreach (int clientLength in (int[])[0, 5])
            {
                data.Add(validation, clientLength, true);
                data.Add(validation, clientLength, false);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_client_moves_in_mid_conversation_without_a_handshake_and_without_a_loss(DtlsPathValidation validation, int clientLength, bool withEndpoint)
    {
        using var pair = new MovingPair(validation, clientLength, withEndpoint: withEndpoint);
        var sent = new List<byte[]>();
        var answered = new List<byte[]>();
        for (int i = 0; i < 60; i++)
        {
            if (i == 20)
                Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
            sent.Add(pair.FromClient());
            answered.Add(pair.FromServer());
            pair.Settle(3);
        }

        pair.Settle();
        Assert.Equal(MovingPair.Elsewhere, pair.ClientConnection.Path.Local);
        Assert.Equal(MovingPair.Elsewhere, pair.ServerConnection.Path.Remote);
        Assert.Equal(1, pair.ClientLog.Count(DtlsEventKind.PathChanged));
        Assert.Equal(1, pair.ServerLog.Count(DtlsEventKind.PathChanged));
        Assert.Equal(Sorted(sent), Sorted(pair.ServerLog.Received));
        Assert.Equal(Sorted(answered), Sorted(pair.ClientLog.Received));
        Assert.DoesNotContain(pair.Trace.Entries, static entry => entry.Type == RecordForge.Handshake);
        pair.Network.RemoveAddress(MovingPair.Client);
        pair.AssertAlive();
    }

    /// <summary>RFC 9853 §5.2: who has moved answers a challenge on the path it has left with path_drop, and the new one is asked then.</summary>
    [Fact]
    [Conformance("RFC 9853", "4", "All three types of messages are understood.", "Sockets.Dtls/Paths/PathMessage.cs")]
    [Conformance("RFC 9853", "5.2", "On a path that is not preferred any more a challenge is answered by path_drop.", "Sockets.Dtls/Paths/PathValidator.cs")]
    [Conformance("RFC 9853", "5.2", "After a path_drop on the old path the new address is checked.", "Sockets.Dtls/Paths/PathValidator.cs")]
    public void The_old_path_is_dropped_and_the_new_one_asked()
    {
        using var pair = new MovingPair();
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
        pair.Settle();
        PathTrace.Entry toOld = Assert.Single(pair.Trace.Where(static entry => entry.IsChallenge && entry.Destination == MovingPair.Client));
        PathTrace.Entry drop = Assert.Single(pair.Trace.Where(static entry => entry.IsDrop));
        PathTrace.Entry toNew = Assert.Single(pair.Trace.Where(static entry => entry.IsChallenge && entry.Destination == MovingPair.Elsewhere));
        Assert.Equal(toOld.Cookie, drop.Cookie);
        Assert.Equal(MovingPair.Client, drop.Source);
        Assert.Equal(drop.At + MovingPair.Delay, toNew.At);
        PathTrace.Entry response = Assert.Single(pair.Trace.Where(entry => entry.IsResponse && entry.Cookie == toNew.Cookie));
        Assert.Equal(MovingPair.Elsewhere, response.Source);
        Assert.Equal(MovingPair.Elsewhere, pair.ServerConnection.Path.Remote);
    }

    /// <summary>RFC 9147 §9, RFC 9853 §9: no connection ID is seen on both paths, in either direction.</summary>
    [Fact]
    public void Each_path_has_connection_ids_of_its_own()
    {
        using var pair = new MovingPair(clientLength: 5, withSpares: true);
        int spares = pair.ClientConnection.SpareConnectionIds;
        pair.AssertAlive();
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
        for (int i = 0; i < 30; i++)
        {
            pair.FromClient();
            pair.FromServer();
            pair.Settle(3);
        }

        pair.Settle();
        pair.AssertAlive();
        Assert.Equal(spares - 1, pair.ClientConnection.SpareConnectionIds);
        string[] before = ConnectionIdsSeen(pair, MovingPair.Client);
        string[] after = ConnectionIdsSeen(pair, MovingPair.Elsewhere);
        Assert.Equal(2, before.Length);
        Assert.Equal(2, after.Length);
        Assert.Empty(before.Intersect(after));
    }

    [Fact]
    public void Without_a_spare_it_moves_all_the_same()
    {
        using var pair = new MovingPair();
        Assert.Equal(0, pair.ClientConnection.SpareConnectionIds);
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
        pair.Settle();
        Assert.Equal(MovingPair.Elsewhere, pair.ServerConnection.Path.Remote);
        pair.AssertAlive();
    }

    [Fact]
    public void A_path_that_does_not_answer_is_given_up()
    {
        using var pair = new MovingPair(withSpares: true);
        pair.Forward = static datagram => datagram.Source != MovingPair.Elsewhere;
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
        Assert.True(pair.ClientConnection.IsValidatingPath);
        pair.Settle();
        Assert.Equal(1, pair.ClientLog.Count(DtlsEventKind.PathValidationFailed));
        Assert.Equal(0, pair.ClientLog.Count(DtlsEventKind.PathChanged));
        Assert.Equal(1UL, pair.ClientConnection.Statistics.PathsFailed);
        Assert.Equal(MovingPair.Client, pair.ClientConnection.Path.Local);
        Assert.Equal(MonotonicTime.Never, pair.ClientConnection.NextTimeout);
        pair.AssertAlive();
    }

    [Fact]
    public void A_path_that_works_in_one_direction_only_is_not_used()
    {
        using var pair = new MovingPair();
        pair.Forward = static datagram => datagram.Destination != MovingPair.Elsewhere;
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
        pair.Settle(30_000);
        Assert.Equal(MovingPair.Client, pair.ClientConnection.Path.Local);
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
        pair.AssertAlive();
    }

    [Fact]
    public void A_move_can_be_changed_on_the_way_and_undone()
    {
        using var pair = new MovingPair(withSpares: true);
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
        pair.Settle(5);
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Further));
        pair.Settle();
        Assert.Equal(MovingPair.Further, pair.ClientConnection.Path.Local);
        pair.FromClient();
        pair.Settle();
        Assert.Equal(MovingPair.Further, pair.ServerConnection.Path.Remote);
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Client));
        pair.Settle();
        Assert.Equal(MovingPair.Client, pair.ClientConnection.Path.Local);
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
        pair.AssertAlive();
        pair.AssertNothingTwice();
    }

    [Theory]
    [InlineData(DtlsPathValidation.Enhanced)]
    [InlineData(DtlsPathValidation.Basic)]
    public void Both_sides_can_move_at_once(DtlsPathValidation validation)
    {
        using var pair = new MovingPair(validation, clientLength: 5, withSpares: true);
        DtlsAddress newServer = DtlsNetwork.Address(9, MovingPair.Server.Port);
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
        Assert.True(pair.Pair.Server.Migrate(pair.ServerConnection, newServer));
        for (int i = 0; i < 100; i++)
        {
            pair.FromClient();
            pair.FromServer();
            pair.Settle(50);
        }

        Assert.Equal(new DtlsPath(newServer, MovingPair.Elsewhere), pair.ClientConnection.Path);
        Assert.Equal(new DtlsPath(MovingPair.Elsewhere, newServer), pair.ServerConnection.Path);
        pair.AssertNothingTwice();
        pair.AssertAlive();
    }

    [Fact]
    public void A_server_can_move_too_where_the_client_has_a_connection_id()
    {
        using var pair = new MovingPair(clientLength: 5, withSpares: true);
        DtlsAddress newServer = DtlsNetwork.Address(9, MovingPair.Server.Port);
        Assert.True(pair.Pair.Server.Migrate(pair.ServerConnection, newServer));
        pair.Settle();
        Assert.Equal(newServer, pair.ClientConnection.Path.Remote);
        Assert.Equal(newServer, pair.ServerConnection.Path.Local);
        pair.AssertAlive();
    }

    [Fact]
    public void Nobody_moves_without_the_check_or_where_the_peer_could_not_tell_who_it_is()
    {
        using var unchecked_ = new MovingPair(DtlsPathValidation.None);
        Assert.False(unchecked_.Pair.Client.Migrate(unchecked_.ClientConnection, MovingPair.Elsewhere));
        unchecked_.Settle();
        Assert.Empty(unchecked_.Trace.Entries);

        using var unknown = new MovingPair(clientLength: 5, serverLength: 0);
        Assert.False(unknown.Pair.Client.Migrate(unknown.ClientConnection, MovingPair.Elsewhere));
        Assert.False(unknown.Pair.Server.Migrate(unknown.ServerConnection, unknown.ServerConnection.Path.Local));
        unknown.Settle();
        Assert.Empty(unknown.Trace.Entries);
    }

    [Fact]
    public void A_key_update_under_way_is_finished_on_the_new_path()
    {
        using var pair = new MovingPair(withSpares: true);
        pair.Forward = static datagram => datagram.Source != MovingPair.Client || datagram.Payload.Length > 60; // the KeyUpdate is lost
        pair.Pair.Client.RequestKeyUpdate(pair.ClientConnection, true);
        pair.Settle(20);
        pair.Forward = static _ => true;
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
        pair.Settle(150);
        Assert.Equal(MovingPair.Elsewhere, pair.ClientConnection.Path.Local);
        pair.Network.RemoveAddress(MovingPair.Client);
        pair.Settle();
        Assert.Equal(1, pair.ClientLog.Count(DtlsEventKind.WriteKeyUpdated));
        Assert.Equal(1, pair.ClientLog.Count(DtlsEventKind.ReadKeyUpdated));
        pair.AssertAlive();
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Further));
        pair.Settle();
        Assert.Equal(MovingPair.Further, pair.ServerConnection.Path.Remote);
        pair.AssertAlive();
    }

    [Fact]
    public void Connection_ids_that_replace_all_others_replace_that_of_the_new_path_too()
    {
        using var pair = new MovingPair(withSpares: true);
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
        Assert.True(pair.ServerConnection.IssueConnectionIds(2, DtlsConnectionIdUsage.Immediate, pair.Now));
        pair.Pair.Server.Drain();
        pair.Settle();
        byte[] current = pair.ServerConnection.ConnectionId.ToArray();
        Assert.Equal(current, pair.ClientConnection.PeerConnectionId.ToArray());
        Assert.Equal(MovingPair.Elsewhere, pair.ServerConnection.Path.Remote);
        pair.AssertAlive();
    }

    /// <summary>A path that was tried in vain costs its connection ID and no other: the peer goes on with the one it had.</summary>
    [Fact]
    public void A_connection_id_that_was_only_tried_does_not_retire_the_one_in_use()
    {
        using var pair = new MovingPair(DtlsPathValidation.Basic, clientLength: 5, withSpares: true);
        byte[] inUse = pair.ClientConnection.ConnectionId.ToArray();
        pair.Network.Rebind(MovingPair.Client, MovingPair.Elsewhere);
        pair.FromClient();
        pair.Forward = static datagram => datagram.Source != MovingPair.Elsewhere;
        pair.Settle();
        Assert.Equal(1UL, pair.ServerConnection.Statistics.PathsFailed);
        Assert.NotEqual(inUse, pair.Trace.To(MovingPair.Elsewhere)[0].ConnectionId);
        byte[]? datagram = null;
        pair.Forward = sent =>
        {
            if (sent.Source == MovingPair.Server)
                datagram = sent.Payload;
            return false;
        };
        Assert.True(pair.ClientConnection.IssueConnectionIds(3, DtlsConnectionIdUsage.Spare, pair.Now));
        pair.Pair.Client.Drain();
        byte[] message = pair.FromServer();
        pair.Pair.Client.Receive(MovingPair.Server, datagram);
        Assert.Contains(pair.ClientLog.Received, received => received.AsSpan().SequenceEqual(message));
    }

    private static string[] Sorted(IEnumerable<byte[]> messages) => [.. messages.Select(Convert.ToHexString).Order(StringComparer.Ordinal)];

    private static string[] ConnectionIdsSeen(MovingPair pair, DtlsAddress address) =>
    [
        .. pair.Trace.Where(entry => entry.Source == address || entry.Destination == address)
            .Select(static entry => Convert.ToHexString(entry.ConnectionId)).Distinct(),
    ];
}
