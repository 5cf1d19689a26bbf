using System;
using System.Collections.Generic;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>A silent peer is asked whether it is there, by what RFC 9147 §8 and RFC 9853 §5 have answered.</summary>
public sealed class LivenessTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    // The interval; 1, 2, 4 … 60 seconds for the question and seven repetitions (RFC 9147 §5.8.2), measured round trips aside.
    private static readonly TimeSpan Patience = Interval + TimeSpan.FromSeconds(1 + 2 + 4 + 8 + 16 + 32 + 60 + 60);

    public static TheoryData<bool, DtlsRole> Cases() =>
        new() { { false, DtlsRole.Client }, { false, DtlsRole.Server }, { true, DtlsRole.Client }, { true, DtlsRole.Server } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_peer_that_is_there_stays(bool checksPaths, DtlsRole role)
    {
        using DtlsPair pair = Connect(role, checksPaths);
        DtlsNode node = Node(pair, role);
        pair.Settle(TimeSpan.FromMinutes(10));
        Assert.False(pair.Client.Log.IsClosed || pair.Server.Log.IsClosed, pair.Describe());
        Assert.InRange(node.Log.Statistics.LivenessProbes, 18ul, 20ul);
        Assert.Equal(0ul, Other(pair, role).Log.Statistics.LivenessProbes);
        Assert.Equal(checksPaths ? 0 : (int)node.Log.Statistics.LivenessProbes, node.Log.Count(DtlsEventKind.WriteKeyUpdated));
        Assert.Equal(0ul, node.Log.Statistics.TotalDiscarded);
        AssertAlive(pair);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_peer_that_is_gone_is_given_up(bool checksPaths, DtlsRole role)
    {
        using DtlsPair pair = Connect(role, checksPaths);
        DtlsNode node = Node(pair, role);
        var sent = new List<MonotonicTime>();
        MonotonicTime start = pair.Network.Clock.Now;
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Source == node.Address)
                sent.Add(pair.Network.Clock.Now);
            return false;
        };
        pair.Settle(Patience - TimeSpan.FromSeconds(1));
        Assert.False(node.Log.IsClosed);
        Assert.Equal(start + Interval, sent[0]);
        Assert.Equal(8, sent.Count);
        pair.Settle(TimeSpan.FromSeconds(2));
        Assert.Equal(DtlsFailureReason.PeerUnreachable, node.Log.Failure?.Reason);
        Assert.Equal(1ul, node.Log.Statistics.LivenessProbes);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_anybody_can_send_postpones_nothing(bool checksPaths, DtlsRole role)
    {
        using DtlsPair pair = Connect(role, checksPaths);
        DtlsNode node = Node(pair, role);
        DtlsNode other = Other(pair, role);
        byte[] recorded = [];
        pair.Network.OnSend = datagram =>
        {
            recorded = [.. datagram.Payload];
            return true;
        };
        other.Write(other.Connection, [1, 2, 3]);
        pair.Settle(TimeSpan.Zero);
        MonotonicTime start = pair.Network.Clock.Now;
        pair.Network.OnSend = _ => false;
        for (int i = 0; i < 100 && !node.Log.IsClosed; i++)
        {
            node.Receive(other.Address, recorded); // a replay
            byte[] forged = [.. recorded];
            forged[^1] ^= 1;
            node.Receive(other.Address, forged);
            node.Receive(other.Address, [26, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 0, 0]); // an ACK in clear
            pair.Settle(TimeSpan.FromSeconds(3));
        }

        Assert.Equal(DtlsFailureReason.PeerUnreachable, node.Log.Failure?.Reason);
        Assert.InRange((pair.Network.Clock.Now - start).TotalSeconds, Patience.TotalSeconds - 1, Patience.TotalSeconds + 4);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_peer_that_speaks_is_not_asked_and_what_is_sent_to_it_does_not_matter(bool checksPaths, DtlsRole role)
    {
        using DtlsPair pair = Connect(role, checksPaths);
        DtlsNode node = Node(pair, role);
        DtlsNode other = Other(pair, role);
        for (int i = 0; i < 20; i++)
        {
            other.Write(other.Connection, [1]);
            pair.Settle(Interval - TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0ul, node.Log.Statistics.LivenessProbes);
        pair.Settle(TimeSpan.FromSeconds(1));
        pair.Network.OnSend = _ => false;
        for (int i = 0; i < 40; i++)
        {
            if (!node.Log.IsClosed)
                node.Write(node.Connection, [1]);
            pair.Settle(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(DtlsFailureReason.PeerUnreachable, node.Log.Failure?.Reason);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Lost_questions_and_answers_are_made_good(bool checksPaths, DtlsRole role)
    {
        using DtlsPair pair = Connect(role, checksPaths);
        pair.Client.Inbound.Options = pair.Server.Inbound.Options = new NetemOptions { Loss = 40, Delay = TimeSpan.FromMilliseconds(50) };
        pair.Settle(TimeSpan.FromMinutes(8));
        Assert.False(pair.Client.Log.IsClosed || pair.Server.Log.IsClosed, pair.Describe());
        Assert.InRange(Node(pair, role).Log.Statistics.LivenessProbes, 4ul, 16ul);
        pair.Client.Inbound.Options = pair.Server.Inbound.Options = NetemOptions.Perfect;
        pair.Settle(TimeSpan.FromMinutes(5));
        AssertAlive(pair);
    }

    [Fact]
    public void Key_updates_without_data_end_before_the_peers_patience_does()
    {
        using DtlsPair pair = Connect(DtlsRole.Client, checksPaths: false);
        pair.Settle(TimeSpan.FromHours(3));
        Assert.False(pair.Client.Log.IsClosed, pair.Describe());
        Assert.Equal(24ul, pair.Client.Log.Statistics.LivenessProbes);
        AssertAlive(pair); // which has data written, so that it goes on
        pair.Settle(TimeSpan.FromHours(3));
        Assert.Equal(48ul, pair.Client.Log.Statistics.LivenessProbes);
        AssertAlive(pair);
    }

    [Fact]
    public void Challenges_go_on_and_on()
    {
        using DtlsPair pair = Connect(DtlsRole.Client, checksPaths: true);
        pair.Settle(TimeSpan.FromHours(3));
        Assert.InRange(pair.Client.Log.Statistics.LivenessProbes, 355ul, 360ul);
        AssertAlive(pair);
    }

    [Fact]
    public void Nobody_is_asked_unless_it_was_configured()
    {
        using DtlsPair pair = DtlsPair.Create();
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromMinutes(10));
        int before = pair.Network.DatagramsSent;
        pair.Settle(TimeSpan.FromHours(5));
        Assert.Equal(before, pair.Network.DatagramsSent);
    }

    [Fact]
    public void The_interval_fits_the_idle_timeout()
    {
        DtlsConfig config = DtlsPair.Config(TestProviders.Default, 1);
        Assert.Throws<ArgumentException>(() => (config with { LivenessInterval = TimeSpan.FromMilliseconds(999) }).Validate());
        Assert.Throws<ArgumentException>(() => (config with { LivenessInterval = Interval, IdleTimeout = Interval }).Validate());
        (config with { LivenessInterval = Interval, IdleTimeout = Interval + TimeSpan.FromTicks(1) }).Validate();
    }

    private static DtlsNode Node(DtlsPair pair, DtlsRole role) => role == DtlsRole.Client ? pair.Client : pair.Server;

    private static DtlsNode Other(DtlsPair pair, DtlsRole role) => role == DtlsRole.Client ? pair.Server : pair.Client;

    private static DtlsPair Connect(DtlsRole role, bool checksPaths)
    {
        DtlsConfig Configure(DtlsConfig config, bool asks) => config with
        {
            LivenessInterval = asks ? Interval : null,
            ConnectionIdLength = checksPaths ? 4 : null,
            UseMeasuredRoundTrip = false,
        };
        DtlsPair pair = DtlsPair.Create(
            client: config => Configure(config, role == DtlsRole.Client), server: config => Configure(config, role == DtlsRole.Server));
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromSeconds(2)); // the last ACK, and no timer but ours
        Assert.Equal(checksPaths, pair.Client.Connection.ChecksPaths);
        DtlsNode other = Other(pair, role);
        other.Write(other.Connection, [0]);
        pair.Settle(TimeSpan.Zero);
        return pair;
    }

    private static void AssertAlive(DtlsPair pair)
    {
        foreach ((DtlsNode from, DtlsNode to) in (ReadOnlySpan<(DtlsNode, DtlsNode)>)[(pair.Client, pair.Server), (pair.Server, pair.Client)])
        {
            int before = to.Log.Received.Count;
            Assert.Equal(DtlsWriteResult.Success, from.Write(from.Connection, [5]));
            pair.Settle(TimeSpan.FromMilliseconds(1));
            Assert.Equal(before + 1, to.Log.Received.Count);
        }
    }
}
