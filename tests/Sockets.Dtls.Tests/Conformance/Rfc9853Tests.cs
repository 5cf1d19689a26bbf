using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Records;
using Sockets.Dtls.Tests.Paths;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Conformance;

/// <summary>RFC 9853: the return routability check.</summary>
public sealed class Rfc9853Tests
{
    private const ushort ConnectionId = 54;
    private const ushort ReturnRoutabilityCheck = 61;
    private const byte Challenge = 0;
    private const byte Response = 1;
    private const byte Unknown = 3;

    [Fact]
    [Conformance("RFC 9853", "3", "A client that offers rrc offers connection_id too.", "Sockets.Dtls/Handshake/ClientHandshake.ConnectionIds.cs")]
    public void Section_3_No_check_is_offered_without_connection_ids()
    {
        DtlsConfig config = DtlsPair.Config(TestProviders.Default, 9) with { PathValidation = DtlsPathValidation.Basic };
        Assert.Null(HelloView.First(config).Extension(ReturnRoutabilityCheck));
        HelloView both = HelloView.First(config with { ConnectionIdLength = 0 });
        Assert.NotNull(both.Extension(ReturnRoutabilityCheck));
        Assert.NotNull(both.Extension(ConnectionId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Conformance("RFC 9853", "3", "A server answers no rrc that comes without connection_id.", "Sockets.Dtls/Handshake/ServerHandshake.ConnectionIds.cs")]
    public void Section_3_No_check_is_agreed_on_without_connection_ids(bool offersConnectionIds)
    {
        using WatchedPair pair = WatchedPair.WithConnectionIds(null, 8, DtlsPathValidation.Basic);
        pair.Passes = static (_, _) => false;
        pair.Pair.Start();
        HelloView hello = HelloView.First(DtlsPair.Config(TestProviders.Default, 9) with { PathValidation = DtlsPathValidation.Basic, ConnectionIdLength = 0 });
        if (!offersConnectionIds)
            hello = hello with { Extensions = [.. hello.Extensions.Where(static extension => extension.Type != ConnectionId)] };
        Assert.NotNull(hello.Extension(ReturnRoutabilityCheck));
        pair.ToServer(hello.ToDatagram());
        byte[] answer = pair.FromServer[0].Fragments()[0].Body;
        Assert.Equal(offersConnectionIds, answer.AsSpan().IndexOf([(byte)0, (byte)ReturnRoutabilityCheck, (byte)0, (byte)0]) > 0);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [Conformance("RFC 9853", "3", "The check is not used unless both sides have agreed on it.", "Sockets.Dtls/DtlsConnection.Paths.cs")]
    public void Section_3_No_check_without_agreement(bool clientHasIt, bool serverHasIt)
    {
        using var pair = new MovingPair(
            client: config => config with { PathValidation = clientHasIt ? DtlsPathValidation.Basic : DtlsPathValidation.None },
            server: config => config with { PathValidation = serverHasIt ? DtlsPathValidation.Basic : DtlsPathValidation.None });
        Assert.False(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Further));
        pair.Network.Rebind(MovingPair.Client, MovingPair.Elsewhere);
        pair.FromClient();
        pair.Settle();
        Assert.DoesNotContain(pair.Trace.Entries, static entry => entry.Type == RecordForge.ReturnRoutabilityCheck);
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
        pair.Pair.Server.Receive(MovingPair.Client, pair.SealByClient(1000, RecordForge.ReturnRoutabilityCheck, Message(Challenge, 7)));
        Assert.Equal(AlertDescription.UnexpectedMessage, pair.ServerLog.Failure?.Alert);
    }

    [Fact]
    [Conformance("RFC 9853", "4", "Its messages go, and are heard, under the keys of the connection only.", "Sockets.Dtls/DtlsConnection.Paths.cs")]
    public void Section_4_Messages_are_protected_by_the_keys_in_use()
    {
        using WatchedPair pair = WatchedPair.WithConnectionIds(0, 8, DtlsPathValidation.Basic);
        pair.Pair.DriveToConnected();
        pair.Pair.Settle(TimeSpan.FromSeconds(1));
        pair.Forget();
        byte[] connectionId = pair.Pair.Server.Connection.ConnectionId.ToArray();
        using RecordForge handshake = pair.Forge(client: true, epoch: 2);
        using RecordForge application = pair.Forge(client: true);
        pair.ToServer(PlaintextRecords.Record(RecordForge.ReturnRoutabilityCheck, Message(Challenge, 5)));
        pair.ToServer(handshake.Seal(100, RecordForge.ReturnRoutabilityCheck, Message(Challenge, 6), connectionId: connectionId));
        Assert.Empty(pair.FromServer);
        pair.ToServer(application.Seal(100, RecordForge.ReturnRoutabilityCheck, Message(Challenge, 7), connectionId: connectionId));
        SentRecordView response = Assert.Single(pair.FromServer);
        Assert.Equal(3UL, response.Epoch);
        Assert.Equal(RecordForge.ReturnRoutabilityCheck, response.Type);
        Assert.Equal(Message(Response, 7), response.Content);
    }

    [Fact]
    [Conformance("RFC 9853", "4", "A message of an unknown type is ignored.", "Sockets.Dtls/Paths/PathMessage.cs")]
    public void Section_4_Unknown_messages_are_ignored()
    {
        using MovingPair pair = Rebound(DtlsPathValidation.Basic, static entry => !entry.IsResponse, out PathTrace.Entry challenge);
        pair.Pair.Server.Receive(MovingPair.Elsewhere, pair.SealByClient(1000, RecordForge.ReturnRoutabilityCheck, [Unknown, .. challenge.Content[1..]]));
        Assert.False(pair.ServerLog.IsClosed);
        Assert.True(pair.ServerConnection.IsValidatingPath);
        pair.Pair.Server.Receive(MovingPair.Elsewhere, pair.SealByClient(1001, RecordForge.ReturnRoutabilityCheck, [Response, .. challenge.Content[1..]]));
        Assert.Equal(MovingPair.Elsewhere, pair.ServerConnection.Path.Remote);
    }

    [Fact]
    [Conformance("RFC 9853", "5.2", "On a path that is still preferred a challenge is answered by path_response.", "Sockets.Dtls/Paths/PathValidator.cs")]
    [Conformance("RFC 9853", "5.2", "After a path_response on the old path the old address stays in use.", "Sockets.Dtls/Paths/PathValidator.cs")]
    public void Section_5_2_A_forwarded_datagram_moves_nobody()
    {
        using var pair = new MovingPair(DtlsPathValidation.Enhanced);
        Forward(pair);
        pair.Settle();
        PathTrace.Entry challenge = Assert.Single(pair.Trace.Where(static entry => entry.IsChallenge));
        Assert.Equal(MovingPair.Client, challenge.Destination);
        PathTrace.Entry answer = Assert.Single(pair.Trace.Where(entry => entry.Source == MovingPair.Client && entry.Type == RecordForge.ReturnRoutabilityCheck));
        Assert.True(answer.IsResponse);
        Assert.Equal(challenge.Cookie, answer.Cookie);
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
        Assert.Empty(pair.Trace.To(MovingPair.Elsewhere));
        Assert.Equal(1UL, pair.ServerConnection.Statistics.PathsRefused);
        pair.AssertAlive();
    }

    [Theory]
    [InlineData(DtlsPathValidation.Basic)]
    [InlineData(DtlsPathValidation.Enhanced)]
    [Conformance("RFC 9853", "5.3", "Every path_challenge has random data of its own.", "Sockets.Dtls/DtlsConnection.Paths.cs")]
    public void Section_5_3_Every_challenge_is_new(DtlsPathValidation validation)
    {
        using MovingPair pair = Rebound(validation, static entry => !entry.IsResponse, out _);
        for (int i = 0; i < 4; i++)
        {
            pair.FromClient();
            pair.Settle();
        }

        List<PathTrace.Entry> challenges = pair.Trace.Where(static entry => entry.IsChallenge);
        Assert.True(challenges.Count > 8);
        Assert.Equal(challenges.Count, challenges.Select(static entry => entry.Cookie).Distinct().Count());
    }

    [Fact]
    [Conformance("RFC 9853", "5.4", "An answer is not delayed.", "Sockets.Dtls/DtlsConnection.Transmit.cs")]
    public void Section_5_4_Answers_are_not_delayed()
    {
        using var pair = new MovingPair(DtlsPathValidation.Enhanced);
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
        pair.Settle();
        List<PathTrace.Entry> challenges = pair.Trace.Where(static entry => entry.IsChallenge);
        Assert.Equal(3, challenges.Count); // the client's, and the server's on either path
        foreach (PathTrace.Entry challenge in challenges)
        {
            PathTrace.Entry answer = Assert.Single(pair.Trace.Where(entry => (entry.IsResponse || entry.IsDrop) && entry.Cookie == challenge.Cookie));
            Assert.Equal(challenge.At + MovingPair.Delay, answer.At);
        }
    }

    [Fact]
    [Conformance("RFC 9853", "5.4", "Each valid path_challenge gets exactly one answer.", "Sockets.Dtls/Paths/PathValidator.cs")]
    public void Section_5_4_One_answer_a_challenge()
    {
        using var pair = new MovingPair();
        byte[] once = pair.SealByClient(1000, RecordForge.ReturnRoutabilityCheck, Message(Challenge, 7));
        for (int i = 0; i < 3; i++)
            pair.Pair.Server.Receive(MovingPair.Client, once);
        pair.Pair.Server.Receive(MovingPair.Client, pair.SealByClient(1001, RecordForge.ReturnRoutabilityCheck, Message(Challenge, 8)));
        pair.Settle();
        Assert.Equal([7UL, 8UL], pair.Trace.Where(static entry => entry.IsResponse).Select(static entry => entry.Cookie));
    }

    [Fact]
    [Conformance("RFC 9853", "5.4", "An answer goes to where its challenge came from.", "Sockets.Dtls/Paths/PathValidator.cs")]
    public void Section_5_4_Answers_go_back_where_the_challenge_came_from()
    {
        using var pair = new MovingPair(serverLength: 8);
        byte[] challenge = pair.SealByClient(1000, RecordForge.ReturnRoutabilityCheck, Message(Challenge, 7));
        pair.Pair.Server.Receive(MovingPair.Further, challenge);
        PathTrace.Entry response = Assert.Single(pair.Trace.Where(static entry => entry.IsResponse));
        Assert.Equal(MovingPair.Further, response.Destination);
        Assert.Equal(7UL, response.Cookie);
    }

    [Fact]
    [Conformance("RFC 9853", "5.4", "An invalid answer is dropped without a word.", "Sockets.Dtls/Paths/PathValidator.cs")]
    public void Section_5_4_Invalid_answers_are_dropped()
    {
        using MovingPair pair = Rebound(DtlsPathValidation.Basic, static entry => !entry.IsResponse, out PathTrace.Entry challenge);
        int sent = pair.Trace.Entries.Count;
        ulong before = pair.ServerConnection.Statistics.Discarded(DiscardReason.InvalidPathMessage);
        pair.Pair.Server.Receive(MovingPair.Elsewhere, pair.SealByClient(1000, RecordForge.ReturnRoutabilityCheck, Message(Response, challenge.Cookie ^ 1)));
        pair.Pair.Server.Receive(MovingPair.Further, pair.SealByClient(1001, RecordForge.ReturnRoutabilityCheck, Message(Response, challenge.Cookie)));
        pair.Pair.Server.Receive(MovingPair.Elsewhere, pair.SealByClient(1002, RecordForge.ReturnRoutabilityCheck, [Response, 1, 2]));
        Assert.Equal(before + 3, pair.ServerConnection.Statistics.Discarded(DiscardReason.InvalidPathMessage));
        Assert.Equal(sent, pair.Trace.Entries.Count);
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
        Assert.True(pair.ServerConnection.IsValidatingPath);
        Assert.False(pair.ServerLog.IsClosed);
    }

    /// <summary>The client's address has changed, and the server has sent its first challenge there.</summary>
    private static MovingPair Rebound(DtlsPathValidation validation, Predicate<PathTrace.Entry> passes, out PathTrace.Entry challenge)
    {
        var pair = new MovingPair(validation);
        pair.Forward = _ => passes(pair.Trace.Entries[^1]);
        pair.Network.Rebind(MovingPair.Client, MovingPair.Elsewhere);
        pair.FromClient();
        pair.Settle(15);
        challenge = pair.Trace.Where(static entry => entry.IsChallenge)[^1];
        return pair;
    }

    /// <summary>Somebody is faster than the network, and passes on a datagram of the client's from an address of their own.</summary>
    private static void Forward(MovingPair pair)
    {
        Func<NetemDatagram, bool> forward = pair.Forward;
        pair.Forward = datagram =>
        {
            pair.Forward = forward;
            pair.Network.After(TimeSpan.FromMilliseconds(1), () => pair.Pair.Server.Receive(MovingPair.Elsewhere, datagram.Payload));
            return true;
        };
        pair.FromClient();
    }

    private static byte[] Message(byte type, ulong cookie)
    {
        byte[] message = new byte[9];
        message[0] = type;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(1), cookie);
        return message;
    }
}
