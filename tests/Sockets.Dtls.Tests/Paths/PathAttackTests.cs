using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Paths;

/// <summary>What somebody who sees datagrams, copies them, and sends from any address can get out of path changes (RFC 9853 §8.1).</summary>
public sealed class PathAttackTests
{
    [Theory]
    [InlineData(DtlsPathValidation.Enhanced)]
    [InlineData(DtlsPathValidation.Basic)]
    public void Replays_of_everything_ever_sent_draw_no_answer(DtlsPathValidation validation)
    {
        using var pair = new MovingPair(validation);
        var seen = new List<byte[]>();
        pair.Forward = datagram =>
        {
            if (datagram.Source == MovingPair.Client)
                seen.Add([.. datagram.Payload]);
            return true;
        };
        for (int i = 0; i < 50; i++)
        {
            pair.FromClient();
            pair.FromServer();
            pair.Settle(20);
        }

        pair.Trace.Clear();
        foreach (byte[] datagram in seen)
        {
            pair.Pair.Server.Receive(MovingPair.Elsewhere, datagram);
            pair.Pair.Server.Receive(MovingPair.Further, datagram);
        }

        pair.Settle();
        Assert.Empty(pair.Trace.Entries);
        Assert.Equal(100UL, pair.ServerConnection.Statistics.Discarded(DiscardReason.Replayed));
        Assert.Equal(50, pair.ServerLog.Received.Count);
        pair.AssertAlive();
    }

    /// <summary>RFC 9146 §6: only what is newer than all before may mean that the peer has moved.</summary>
    [Fact]
    public void Records_that_were_held_back_are_delivered_and_begin_nothing()
    {
        using var pair = new MovingPair();
        var held = new List<byte[]>();
        pair.Forward = datagram =>
        {
            held.Add([.. datagram.Payload]);
            return false;
        };
        byte[] first = pair.FromClient();
        byte[] second = pair.FromClient();
        pair.Forward = static _ => true;
        pair.FromClient();
        pair.Settle();
        pair.Trace.Clear();
        foreach (byte[] datagram in held)
            pair.Pair.Server.Receive(MovingPair.Elsewhere, datagram);
        pair.Settle();
        Assert.Contains(pair.ServerLog.Received, received => received.AsSpan().SequenceEqual(first));
        Assert.Contains(pair.ServerLog.Received, received => received.AsSpan().SequenceEqual(second));
        Assert.Empty(pair.Trace.Entries);
        Assert.Equal(2UL, pair.ServerConnection.Statistics.RecordsFromOtherPaths);
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
    }

    /// <summary>RFC 9853 §2, §8.1.1: at most three bytes for each one that came from an address that is not validated.</summary>
    [Theory]
    [InlineData(DtlsPathValidation.Enhanced, 0)]
    [InlineData(DtlsPathValidation.Basic, 0)]
    [InlineData(DtlsPathValidation.Basic, 20)]
    public void A_victim_gets_no_more_than_three_bytes_for_each_that_was_forged_in_its_name(DtlsPathValidation validation, int clientLength)
    {
        using var pair = new MovingPair(validation, clientLength, serverLength: 1);
        long forged = 0;
        bool isRacing = false;
        pair.Forward = datagram =>
        {
            if (datagram.Source == MovingPair.Client && datagram.Payload.Length < 40 && isRacing)
            {
                // The copy wins, in the victim's name.
                pair.Pair.Server.Receive(MovingPair.Elsewhere, datagram.Payload);
                forged += datagram.Payload.Length;
                return false;
            }

            return true;
        };
        for (int i = 0; i < 200; i++)
        {
            isRacing = true;
            pair.FromClient(4);
            isRacing = false;
            pair.FromServer(1000);
            pair.Settle(i % 10 == 0 ? 2000 : 70);
            long answered = pair.Trace.To(MovingPair.Elsewhere).Sum(static entry => (long)entry.Bytes);
            Assert.InRange(answered, 0, 3 * forged);
        }

        Assert.True(forged > 0);
        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
        Assert.All(pair.Trace.To(MovingPair.Elsewhere), static entry => Assert.True(entry.IsChallenge));
        pair.AssertAlive();
    }

    [Fact]
    public void A_challenge_waits_when_it_would_be_more_than_three_times_what_came()
    {
        // 24 bytes came; a challenge with the longest connection ID is 80 and more.
        using var pair = new MovingPair(DtlsPathValidation.Basic, clientLength: 20, serverLength: 1);
        pair.Forward = static datagram => datagram.Destination != MovingPair.Elsewhere;
        byte[] small = Shortest(pair);
        pair.Pair.Server.Receive(MovingPair.Elsewhere, small);
        pair.Settle(400);
        int challenges = pair.Trace.To(MovingPair.Elsewhere).Count;
        Assert.InRange(pair.Trace.To(MovingPair.Elsewhere).Sum(static entry => entry.Bytes), 0, 3 * small.Length);
        Assert.InRange(challenges, 0, 1); // there is no room for the second
    }

    /// <summary>RFC 9853 §8.1.2 case 3: a forwarder that always wins the race gets nothing as long as the old path is alive.</summary>
    [Fact]
    public void A_faster_forwarder_does_not_get_onto_the_path()
    {
        using var pair = new MovingPair(clientLength: 5, withSpares: true);
        pair.Forward = datagram =>
        {
            if (datagram.Source == MovingPair.Client)
                pair.Pair.Server.Receive(MovingPair.Elsewhere, datagram.Payload);
            if (datagram.Source == MovingPair.Server && datagram.Destination == MovingPair.Elsewhere)
                pair.Pair.Client.Receive(MovingPair.Further, datagram.Payload);
            return true;
        };
        for (int i = 0; i < 100; i++)
        {
            pair.FromClient();
            pair.FromServer();
            pair.Settle(25);
        }

        Assert.Equal(MovingPair.Client, pair.ServerConnection.Path.Remote);
        Assert.Equal(MovingPair.Server, pair.ClientConnection.Path.Remote);
        Assert.Empty(pair.Trace.To(MovingPair.Elsewhere));
        Assert.True(pair.ServerConnection.Statistics.PathsRefused >= 30);
        Assert.Equal(0UL, pair.ServerConnection.Statistics.PathsValidated);
        Assert.Equal(4, pair.ServerConnection.SpareConnectionIds);
        pair.AssertNothingTwice();
        Assert.Equal(100, pair.ServerLog.Received.Count);
        Assert.Equal(100, pair.ClientLog.Received.Count);
    }

    [Fact]
    public void Whoever_only_guesses_makes_nothing_happen()
    {
        using var pair = new MovingPair();
        var random = new SeededRandom(9);
        byte[] connectionId = pair.ServerConnection.ConnectionId.ToArray();
        byte[] datagram = new byte[120];
        for (int i = 0; i < 1000; i++)
        {
            random.Fill(datagram);
            datagram[0] = 0x3F;
            connectionId.CopyTo(datagram, 1);
            datagram[11] = 0;
            datagram[12] = 100;
            pair.Pair.Server.Receive(DtlsNetwork.Address(100 + i, 1), datagram);
        }

        pair.Settle();
        Assert.Empty(pair.Trace.Entries);
        Assert.False(pair.ServerConnection.IsValidatingPath);
        Assert.Equal(0UL, pair.ServerConnection.Statistics.RecordsFromOtherPaths);
        pair.AssertAlive();
    }

    private static byte[] Shortest(MovingPair pair) => pair.ForgedByClient.Seal(3000, RecordForge.ApplicationData, [], withLength: false, connectionId: pair.ServerConnection.ConnectionId.ToArray());
}
