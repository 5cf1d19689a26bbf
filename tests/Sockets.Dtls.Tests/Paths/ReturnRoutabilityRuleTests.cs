using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Paths;

/// <summary>The rules of RFC 9853 for each message, one by one.</summary>
public sealed class ReturnRoutabilityRuleTests
{
    private const byte Challenge = 0;
    private const byte Response = 1;
    private const byte Drop = 2;

    // Beyond what the pair has sent, and within what can be told from 16 bits.
    private const ulong Later = 2000;

    // connection_id with 8 bytes, and rrc.
    private static ReadOnlySpan<byte> EightBytes => [0, 54, 0, 9, 8];

    private static ReadOnlySpan<byte> EmptyRrc => [0, 61, 0, 0];

    [Theory]
    [InlineData(null, 8)]
    [InlineData(8, null)]
    [InlineData(null, null)]
    public void Section_3_There_is_no_check_without_connection_ids(int? client, int? server)
    {
        using var pair = new MovingPair(clientLength: client, serverLength: server, withEndpoint: false);
        Assert.False(pair.ClientConnection.ChecksPaths);
        Assert.False(pair.ServerConnection.ChecksPaths);
        Assert.False(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
    }

    [Fact]
    public void Section_3_A_client_offers_rrc_with_connection_id_only()
    {
        DtlsConfig config = DtlsPair.Config(TestProviders.Default, 4);
        Assert.False(Offers(config));
        Assert.True(Offers(config with { ConnectionIdLength = 0 }));
        Assert.True(Offers(config with { ConnectionIdLength = 8, PathValidation = DtlsPathValidation.Basic }));
        Assert.False(Offers(config with { ConnectionIdLength = 8, PathValidation = DtlsPathValidation.None }));

        static bool Offers(DtlsConfig config) => Find(ClientHellos.Make(config)[0], EmptyRrc) > 0;
    }

    [Fact]
    public void Section_3_A_server_answers_rrc_with_connection_id_only()
    {
        Assert.Equal((true, true), Answers(static _ => { }));

        // connection_id becomes an extension that nobody knows.
        Assert.Equal((false, false), Answers(static hello =>
        {
            int at = Find(hello, EightBytes);
            hello[at] = hello[at + 1] = 0xFA;
        }));

        static (bool ConnectionId, bool Rrc) Answers(Action<byte[]> change)
        {
            using DtlsPair pair = DtlsPair.Create(client: WithConnectionId, server: WithConnectionId);
            byte[]? answer = null;
            pair.Network.OnSend = datagram =>
            {
                if (datagram.Source == DtlsPair.ClientAddress)
                    change(datagram.Payload);
                else
                    answer ??= datagram.Payload;
                return datagram.Source == DtlsPair.ClientAddress;
            };
            pair.Start();
            pair.Settle(TimeSpan.FromMilliseconds(1));
            int length = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(11));
            ReadOnlySpan<byte> hello = answer.AsSpan(0, 13 + length);
            return (Find(hello, EightBytes) > 0, Find(hello, EmptyRrc) > 0);
        }
    }

    /// <summary>RFC 8446 §4.2: an extension that was not offered, and one that is not empty as it has to be.</summary>
    [Theory]
    [InlineData(DtlsPathValidation.None, 0, AlertDescription.UnsupportedExtension)]
    [InlineData(DtlsPathValidation.Basic, 9, AlertDescription.DecodeError)]
    public void Section_3_A_client_refuses_an_answer_that_does_not_fit(DtlsPathValidation offered, byte length, AlertDescription alert)
    {
        using DtlsPair pair = DtlsPair.Create(client: config => WithConnectionId(config) with { PathValidation = offered }, server: static config => WithConnectionId(config) with { PathValidation = DtlsPathValidation.None });
        pair.Network.OnSend = datagram =>
        {
            int at = datagram.Source == DtlsPair.ServerAddress ? Find(datagram.Payload, EightBytes) : -1;
            if (at > 0)
            {
                byte[] other = length == 0 ? [0, 61, 0, 0, 0xFA, 0xFA, 0, 5] : [0, 54, 0, 1, 0, 0, 61, 0, 4];
                other.CopyTo(datagram.Payload, at);
            }

            return true;
        };
        pair.Start();
        pair.Settle(TimeSpan.FromMilliseconds(1));
        Assert.Equal(alert, pair.Client.Log.Failure?.Alert);
    }

    [Fact]
    public void Section_3_The_messages_are_an_error_where_they_were_not_agreed_on()
    {
        using var pair = new MovingPair(DtlsPathValidation.None);
        pair.Pair.Server.Receive(MovingPair.Client, pair.SealByClient(Later, RecordForge.ReturnRoutabilityCheck, Message(Challenge, 1)));
        Assert.Equal(DtlsFailureReason.UnexpectedRecord, pair.ServerLog.Failure?.Reason);
        Assert.Equal(AlertDescription.UnexpectedMessage, pair.ServerLog.Failure?.Alert);
        Assert.Empty(pair.Trace.Where(static entry => entry.IsResponse));
    }

    [Fact]
    public void Section_4_In_clear_or_forged_they_are_nothing()
    {
        using var pair = new MovingPair();
        byte[] plain = [RecordForge.ReturnRoutabilityCheck, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 99, 0, 9, .. Message(Challenge, 1)];
        pair.Pair.Server.Receive(MovingPair.Elsewhere, plain);
        pair.Pair.Server.Receive(MovingPair.Client, plain);
        byte[] forged = pair.SealByClient(Later, RecordForge.ReturnRoutabilityCheck, Message(Challenge, 1));
        forged[^1] ^= 1;
        pair.Pair.Server.Receive(MovingPair.Elsewhere, forged);
        pair.Settle(50);
        Assert.Empty(pair.Trace.Entries);
        Assert.Equal(1UL, pair.ServerConnection.Statistics.Discarded(DiscardReason.AuthenticationFailed));
        pair.AssertAlive();
    }

    [Fact]
    public void Section_4_Unknown_and_malformed_messages_are_ignored_and_counted()
    {
        using var pair = new MovingPair();
        byte[][] messages = [Message(3, 1), Message(254, 1), Message(Challenge, 1)[..8], [.. Message(Challenge, 1), 0], [], [Challenge], Message(Response, 1), Message(Drop, 1)];
        for (int i = 0; i < messages.Length; i++)
            pair.Pair.Server.Receive(MovingPair.Client, pair.SealByClient(Later + (ulong)i, RecordForge.ReturnRoutabilityCheck, messages[i]));
        pair.Settle(50);
        Assert.Empty(pair.Trace.Entries);
        Assert.Equal((ulong)messages.Length, pair.ServerConnection.Statistics.Discarded(DiscardReason.InvalidPathMessage));
        Assert.Null(pair.ServerLog.Failure);
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
    }

    [Fact]
    public void Section_5_An_address_that_is_not_validated_gets_no_data()
    {
        using var pair = new MovingPair(DtlsPathValidation.Basic);
        pair.Forward = static datagram => datagram.Destination != MovingPair.Elsewhere;
        pair.Network.Rebind(MovingPair.Client, MovingPair.Elsewhere);
        for (int i = 0; i < 30; i++)
        {
            pair.FromClient();
            pair.FromServer(1000);
            pair.Settle(30);
        }

        Assert.NotEmpty(pair.Trace.To(MovingPair.Elsewhere));
        Assert.All(pair.Trace.To(MovingPair.Elsewhere), static entry => Assert.True(entry.IsChallenge));
    }

    [Fact]
    public void Section_5_2_Whoever_is_still_there_is_not_moved()
    {
        using var pair = new MovingPair();
        Race(pair);
        PathTrace.Entry asked = Assert.Single(pair.Trace.Where(static entry => entry.IsChallenge));
        Assert.Equal(MovingPair.Client, asked.Destination);
        PathTrace.Entry answer = Assert.Single(pair.Trace.Where(static entry => entry.IsResponse));
        Assert.Equal((asked.Cookie, MovingPair.Client), (answer.Cookie, answer.Source));
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
        Assert.Empty(pair.Trace.To(MovingPair.Elsewhere));
        Assert.Equal(1UL, pair.ServerConnection.Statistics.PathsRefused);
        pair.AssertAlive();
    }

    [Fact]
    public void Section_5_2_Whoever_has_left_says_so_and_is_asked_at_the_new_path()
    {
        using var pair = new MovingPair();
        Assert.True(pair.Pair.Client.Migrate(pair.ClientConnection, MovingPair.Elsewhere));
        pair.Settle(60);
        List<PathTrace.Entry> byServer = pair.Trace.Where(static entry => entry.IsChallenge && entry.Source == MovingPair.Server);
        Assert.Equal([MovingPair.Client, MovingPair.Elsewhere], byServer.Select(static entry => entry.Destination));
        PathTrace.Entry drop = Assert.Single(pair.Trace.Where(static entry => entry.IsDrop));
        Assert.Equal((byServer[0].Cookie, MovingPair.Client), (drop.Cookie, drop.Source));
        Assert.Equal(MovingPair.Elsewhere, pair.ServerConnection.Path.Remote);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Section_5_2_and_5_5_The_old_path_has_three_round_trips_or_a_second(bool isMeasured)
    {
        using var pair = new MovingPair(server: config => config with { UseMeasuredRoundTrip = isMeasured });
        TimeSpan timeout = isMeasured ? 2 * pair.ServerConnection.InitialRetransmitTimeout : TimeSpan.FromSeconds(1);
        Assert.Equal(isMeasured, pair.ServerConnection.InitialRetransmitTimeout < TimeSpan.FromSeconds(1));
        pair.Network.Rebind(MovingPair.Client, MovingPair.Elsewhere);
        pair.Network.OnDeliver = static datagram => datagram.Source != MovingPair.Server; // the client hears nothing at all
        pair.FromClient();
        pair.Settle();
        List<PathTrace.Entry> old = pair.Trace.Where(static entry => entry.IsChallenge && entry.Destination == MovingPair.Client);
        List<PathTrace.Entry> asked = pair.Trace.Where(static entry => entry.IsChallenge && entry.Destination == MovingPair.Elsewhere);

        // §5.3: paced, one each round trip; §5.5: T from the first.
        Assert.Equal(3, old.Count);
        Assert.Equal(old[0].At + timeout, asked[0].At);
        Assert.Equal(old[0].At + (timeout / 3), old[1].At);
        Assert.Equal(1UL, pair.ServerConnection.Statistics.PathsFailed);
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
        Assert.Equal(MonotonicTime.Never, pair.ServerConnection.NextTimeout);
    }

    [Fact]
    public void Section_5_3_No_cookie_is_used_twice()
    {
        using var pair = new MovingPair();
        pair.Network.Rebind(MovingPair.Client, MovingPair.Elsewhere);
        pair.Network.OnDeliver = static datagram => datagram.Source != MovingPair.Server;
        for (int i = 0; i < 5; i++)
        {
            pair.FromClient(1000);
            pair.Settle();
        }

        ulong[] cookies = [.. pair.Trace.Where(static entry => entry.IsChallenge).Select(static entry => entry.Cookie)];
        Assert.Equal(5 * 6, cookies.Length);
        Assert.Equal(cookies.Length, cookies.Distinct().Count());
        Assert.DoesNotContain(0UL, cookies);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Section_5_4_Each_challenge_is_answered_once_at_once_and_where_it_came_from(bool isElsewhere)
    {
        using var pair = new MovingPair();
        DtlsAddress source = isElsewhere ? MovingPair.Elsewhere : MovingPair.Client;
        byte[] first = pair.SealByClient(Later, RecordForge.ReturnRoutabilityCheck, Message(Challenge, 77));
        byte[] older = pair.SealByClient(Later - 1, RecordForge.ReturnRoutabilityCheck, Message(Challenge, 76));
        pair.Pair.Server.Receive(source, first);
        pair.Pair.Server.Receive(source, older);
        pair.Pair.Server.Receive(source, first);
        pair.Pair.Server.Receive(MovingPair.Further, first);
        Assert.Equal([77UL, 76UL], pair.Trace.Where(static entry => entry.IsResponse).Select(static entry => entry.Cookie));
        Assert.All(pair.Trace.Where(static entry => entry.IsResponse), entry => Assert.Equal(source, entry.Destination));
        Assert.Equal(0UL, pair.ServerConnection.Statistics.Discarded(DiscardReason.InvalidPathMessage));
    }

    [Fact]
    public void Section_5_4_Answers_to_nothing_and_from_elsewhere_change_nothing()
    {
        using var pair = new MovingPair(DtlsPathValidation.Basic);
        pair.Forward = static datagram => datagram.Destination != MovingPair.Elsewhere;
        pair.Network.Rebind(MovingPair.Client, MovingPair.Elsewhere);
        pair.FromClient();
        pair.Settle(15);
        ulong cookie = Assert.Single(pair.Trace.Where(static entry => entry.IsChallenge)).Cookie;
        Assert.True(pair.ServerConnection.IsValidatingPath);

        // A cookie nobody sent, and the right one from where it was not sent to: whoever forwards it is no more there than before.
        pair.Pair.Server.Receive(MovingPair.Elsewhere, pair.SealByClient(Later, RecordForge.ReturnRoutabilityCheck, Message(Response, cookie + 1)));
        pair.Pair.Server.Receive(MovingPair.Elsewhere, pair.SealByClient(Later + 1, RecordForge.ReturnRoutabilityCheck, Message(Drop, cookie + 1)));
        pair.Pair.Server.Receive(MovingPair.Further, pair.SealByClient(Later + 2, RecordForge.ReturnRoutabilityCheck, Message(Response, cookie)));
        pair.Pair.Server.Receive(MovingPair.Client, pair.SealByClient(Later + 3, RecordForge.ReturnRoutabilityCheck, Message(Response, cookie)));
        Assert.Equal(4UL, pair.ServerConnection.Statistics.Discarded(DiscardReason.InvalidPathMessage));
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
        Assert.Null(pair.ServerLog.Failure);

        pair.Pair.Server.Receive(MovingPair.Elsewhere, pair.SealByClient(Later + 4, RecordForge.ReturnRoutabilityCheck, Message(Response, cookie)));
        Assert.Equal(MovingPair.Elsewhere, pair.ServerConnection.Path.Remote);
    }

    [Fact]
    public void A_late_answer_of_the_old_path_still_keeps_the_connection_there()
    {
        using var pair = new MovingPair(server: static config => config with { UseMeasuredRoundTrip = false });
        pair.Forward = static datagram => datagram.Destination == MovingPair.Client;
        pair.Network.OnDeliver = static datagram => datagram.Destination != MovingPair.Client;
        Deliver(pair, MovingPair.Elsewhere, pair.SealByClient(Later, RecordForge.ApplicationData, [1]));
        pair.Settle(1100);
        Assert.Contains(pair.Trace.To(MovingPair.Elsewhere), static entry => entry.IsChallenge);
        ulong cookie = pair.Trace.To(MovingPair.Client)[0].Cookie;
        pair.Pair.Server.Receive(MovingPair.Client, pair.SealByClient(Later + 1, RecordForge.ReturnRoutabilityCheck, Message(Response, cookie)));
        Assert.False(pair.ServerConnection.IsValidatingPath);
        Assert.Equal(1UL, pair.ServerConnection.Statistics.PathsRefused);
    }

    [Fact]
    public void More_challenges_than_can_wait_are_counted()
    {
        using var pair = new MovingPair();
        var sink = new CollectingSink(pair.Pair.Server);
        for (ulong i = 0; i < 10; i++)
            pair.ServerConnection.HandleDatagram(new DtlsPath(MovingPair.Client, MovingPair.Server), pair.SealByClient(Later + i, RecordForge.ReturnRoutabilityCheck, Message(Challenge, i)), pair.Now, ref sink);
        pair.Pair.Server.Drain();
        Assert.Equal(8, pair.Trace.Where(static entry => entry.IsResponse).Count);
        Assert.Equal(2UL, pair.ServerConnection.Statistics.Discarded(DiscardReason.InvalidPathMessage));
    }

    private static int Find(ReadOnlySpan<byte> message, ReadOnlySpan<byte> part) => message.IndexOf(part);

    private static void Deliver(MovingPair pair, DtlsAddress source, byte[] datagram) => pair.Pair.Server.Receive(source, datagram);

    /// <summary>Somebody forwards a datagram of the client, faster than it comes by itself.</summary>
    private static void Race(MovingPair pair)
    {
        pair.Forward = datagram =>
        {
            if (datagram.Source == MovingPair.Client && datagram.Payload.Length > 100)
                pair.Pair.Server.Receive(MovingPair.Elsewhere, datagram.Payload);
            return true;
        };
        pair.FromClient();
        pair.Forward = static _ => true;
        pair.Settle();
    }

    private static DtlsConfig WithConnectionId(DtlsConfig config) => config with { ConnectionIdLength = 8 };

    private static byte[] Message(byte type, ulong cookie)
    {
        byte[] message = new byte[9];
        message[0] = type;
        BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(1), cookie);
        return message;
    }
}
