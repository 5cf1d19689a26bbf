using System;
using System.Collections.Generic;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>What somebody off the path can send into a conversation at each of its steps.</summary>
public sealed class InjectionTests
{
    private const byte ChangeCipherSpec = 20;
    private const byte ServerHello = 2;
    private const byte EncryptedExtensions = 8;

    /// <summary>Dropped at every step and each counted once under the reason.</summary>
    private static readonly Dictionary<string, (byte[] Datagram, DiscardReason Reason)> Noise = new()
    {
        ["no content type"] = ([0x00, 1, 2, 3], DiscardReason.InvalidHeader),
        ["beyond the unified header"] = ([0x40, 1, 2, 3, .. new byte[40]], DiscardReason.InvalidHeader),
        ["all ones"] = ([0xFF, .. new byte[60]], DiscardReason.InvalidHeader),
        ["cut plaintext header"] = ([22, 0xFE, 0xFD, 0, 0], DiscardReason.Truncated),
        ["cut plaintext record"] = (PlaintextRecords.Record(22, new byte[20], length: 21), DiscardReason.Truncated),
        ["connection ID"] = ([0x3F, .. new byte[60]], DiscardReason.UnexpectedConnectionId),
        ["connection ID, shortest form"] = ([0x30, .. new byte[60]], DiscardReason.UnexpectedConnectionId),
        ["cut unified header"] = ([0x2E, 0], DiscardReason.Truncated),
        ["epoch 1"] = ([0x2D, 0, 1, 0, 40, .. new byte[40]], DiscardReason.UnknownEpoch),
    };

    public static TheoryData<string> NoiseNames() => [.. Noise.Keys];

    [Theory]
    [MemberData(nameof(NoiseNames))]
    public void Noise_is_counted_under_its_reason_at_every_step(string name)
    {
        (byte[] datagram, DiscardReason reason) = Noise[name];
        using DtlsPair pair = Make();
        AtEveryStep(pair, node =>
        {
            ulong before = node.Connection.Statistics.Discarded(reason);
            ulong all = node.Connection.Statistics.TotalDiscarded;
            node.Receive(Peer(node), datagram);
            Assert.Equal(before + 1, node.Connection.Statistics.Discarded(reason));
            Assert.Equal(all + 1, node.Connection.Statistics.TotalDiscarded);
        });
    }

    [Fact]
    public void An_empty_datagram_is_nothing()
    {
        using DtlsPair pair = Make();
        AtEveryStep(pair, static node => node.Receive(Peer(node), []));
    }

    [Fact]
    public void The_largest_datagram_is_dropped()
    {
        byte[] huge = new SeededRandom(5).Bytes(65_507);
        using DtlsPair pair = Make();
        AtEveryStep(pair, node =>
        {
            foreach (byte first in new byte[] { 0x2E, 0x22, 22, 23, 0x80 })
            {
                huge[0] = first;
                node.Receive(Peer(node), huge);
            }
        });
    }

    [Fact]
    public void Unprotected_alerts_do_not_end_a_handshake_that_goes_on()
    {
        using DtlsPair pair = Make();
        AtEveryStep(pair, node =>
        {
            foreach (byte description in new byte[] { 0, 10, 40, 90 })
            {
                ulong before = node.Connection.Statistics.TotalDiscarded;
                node.Receive(Peer(node), PlaintextRecords.Record(21, [2, description]));
                if (node.Connection.State == DtlsState.Connected)
                    Assert.Equal(before + 1, node.Connection.Statistics.TotalDiscarded);
            }
        });
    }

    [Fact]
    public void A_refused_client_hello_ends_the_clients_handshake()
    {
        using DtlsPair pair = Make();
        pair.Network.OnSend = static _ => false;
        pair.Start();
        pair.Client.Receive(DtlsPair.ServerAddress, PlaintextRecords.Record(21, [2, (byte)AlertDescription.HandshakeFailure]));

        // It may be forged, so that it is believed only when nothing better comes.
        Assert.False(pair.Client.Log.IsClosed);
        pair.Settle();
        Assert.Equal(DtlsFailureReason.PeerAlert, pair.Client.Log.Failure?.Reason);
        Assert.Equal(AlertDescription.HandshakeFailure, pair.Client.Log.Failure?.Alert);
    }

    [Fact]
    public void Unprotected_acknowledgements_stop_nothing()
    {
        var random = new SeededRandom(6);
        using DtlsPair pair = Make();
        AtEveryStep(pair, node =>
        {
            node.Receive(Peer(node), PlaintextRecords.Record(26, []));
            node.Receive(Peer(node), PlaintextRecords.Record(26, [0, 0]));
            node.Receive(Peer(node), PlaintextRecords.Record(26, [0, 16]));
            node.Receive(Peer(node), PlaintextRecords.Record(26, [0, 3, 1, 2, 3]));
            node.Receive(Peer(node), PlaintextRecords.Record(26, [0xFF, 0xF0, .. random.Bytes(64)]));

            // Records of epochs that are still to come.
            node.Receive(Peer(node), PlaintextRecords.Record(26, [0, 16, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0]));
        });
    }

    [Theory]
    [InlineData(ChangeCipherSpec, new byte[] { 1 })]
    [InlineData(ChangeCipherSpec, new byte[] { })]
    [InlineData(23, new byte[] { 1, 2, 3 })]
    [InlineData(24, new byte[] { 1, 2, 3 })]
    [InlineData(25, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18 })]
    public void Record_types_without_a_place_are_dropped(byte contentType, byte[] content)
    {
        using DtlsPair pair = Make();
        AtEveryStep(pair, node =>
        {
            ulong before = node.Connection.Statistics.TotalDiscarded;
            node.Receive(Peer(node), PlaintextRecords.Record(contentType, content));
            Assert.Equal(before + 1, node.Connection.Statistics.TotalDiscarded);
        });
    }

    [Fact]
    public void Unprotected_records_of_other_epochs_are_dropped()
    {
        using DtlsPair pair = Make();
        byte[] fragment = PlaintextRecords.Fragment(ServerHello, 40, 0, 0, 40, new byte[40]);
        AtEveryStep(pair, node =>
        {
            foreach (byte[] record in new[]
            {
                PlaintextRecords.Record(22, fragment, epoch: 1),
                PlaintextRecords.Record(22, fragment, epoch: 2),
                PlaintextRecords.Record(22, fragment, epoch: 0xFFFF),
            })
            {
                ulong before = node.Connection.Statistics.TotalDiscarded;
                node.Receive(Peer(node), record);
                Assert.Equal(before + 1, node.Connection.Statistics.TotalDiscarded);
            }
        });
    }

    [Fact]
    public void Fragments_that_contradict_themselves_are_dropped()
    {
        using DtlsPair pair = Make();
        byte[] body = new byte[64];
        AtEveryStep(pair, node =>
        {
            foreach (byte type in new byte[] { 1, ServerHello, 11, 20, 24 })
            {
                foreach (byte[] fragment in new[]
                {
                    // Longer than the message, offset beyond it, both overflowing 24 bits, and more than the record holds.
                    PlaintextRecords.Fragment(type, 40, 0, 0, 64, body),
                    PlaintextRecords.Fragment(type, 40, 0, 40, 64, body),
                    PlaintextRecords.Fragment(type, 100, 0, 60, 64, body),
                    PlaintextRecords.Fragment(type, 0xFFFFFF, 0, 0xFFFFFF, 64, body),
                    PlaintextRecords.Fragment(type, 0xFFFFFF, 0, 0xFFFFC0, 64, body),
                    PlaintextRecords.Fragment(type, 0xFFFFFF, 0, 0, 0xFFFFFF, body),
                    PlaintextRecords.Fragment(type, 100, 0, 0, 65, body),
                    PlaintextRecords.Fragment(type, 0xFFFFFF, 0, 0, 64, body),
                    PlaintextRecords.Fragment(type, 64, 0, 0, 64, body)[..11],
                    [],
                })
                {
                    ulong before = node.Connection.Statistics.TotalDiscarded;
                    node.Receive(Peer(node), PlaintextRecords.Record(22, fragment));
                    Assert.Equal(before + 1, node.Connection.Statistics.TotalDiscarded);
                }
            }
        });
    }

    [Fact]
    public void Fragments_far_ahead_are_dropped()
    {
        using DtlsPair pair = Make();
        AtEveryStep(pair, static node =>
        {
            foreach (int sequence in new[] { 50, 1000, 0x7FFF, 0xFFFF })
            {
                ulong before = node.Connection.Statistics.TotalDiscarded;
                node.Receive(Peer(node), PlaintextRecords.Record(22, PlaintextRecords.Fragment(11, 64, sequence, 0, 64, new byte[64])));
                Assert.Equal(before + 1, node.Connection.Statistics.TotalDiscarded);
            }
        });
    }

    /// <summary>A message that only comes protected may not be prepared from unprotected fragments.</summary>
    [Fact]
    public void Unprotected_fragments_of_later_messages_do_not_spoil_them()
    {
        using DtlsPair pair = Make();
        AtEveryStep(pair, static node =>
        {
            if (node.Address != DtlsPair.ClientAddress)
                return;
            for (int sequence = 1; sequence < 6; sequence++)
                node.Receive(Peer(node), PlaintextRecords.Record(22, PlaintextRecords.Fragment(EncryptedExtensions, 30, sequence, 0, 10, new byte[10])));
        });
    }

    [Fact]
    public void Protected_records_before_there_are_keys_are_dropped()
    {
        var random = new SeededRandom(8);
        using DtlsPair pair = Make();
        pair.Start();
        foreach (int epoch in new[] { 1, 2, 3 })
        {
            byte[] record = [(byte)(0x2C | epoch), 0, 1, 0, 60, .. random.Bytes(60)];
            foreach (DtlsNode node in new[] { pair.Client, pair.Server })
            {
                ulong before = node.Connection.Statistics.Discarded(DiscardReason.UnknownEpoch);
                node.Receive(Peer(node), record);
                Assert.Equal(before + 1, node.Connection.Statistics.Discarded(DiscardReason.UnknownEpoch));
            }
        }

        pair.DriveUntil(() => pair.IsConnected);
    }

    /// <summary>Hostile fragments before the handshake is done hold no more memory than the budget says.</summary>
    [Fact]
    public void Fragments_hold_no_more_than_the_budget()
    {
        const int Budget = 131_072;
        using DtlsPair pair = Make();
        pair.Network.OnSend = static _ => false;
        pair.Start();
        long before = pair.Client.EngineAllocatedBytes;
        for (int sequence = 0; sequence < 64; sequence++)
        {
            for (int offset = 0; offset < 60_000; offset += 1000)
            {
                pair.Client.Receive(
                    DtlsPair.ServerAddress,
                    PlaintextRecords.Record(22, PlaintextRecords.Fragment(ServerHello, 60_001, sequence, offset, 500, new byte[500])));
            }
        }

        Assert.InRange(pair.Client.EngineAllocatedBytes - before, 0, 4 * Budget);
        Assert.True(pair.Client.Connection.Statistics.TotalDiscarded > 3000);
    }

    private static DtlsPair Make() => DtlsPair.Create(
        client: static config => config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] },
        server: static config => config with { ClientAuthentication = DtlsClientAuthentication.Required });

    private static DtlsAddress Peer(DtlsNode node) => node.Address == DtlsPair.ServerAddress ? DtlsPair.ClientAddress : DtlsPair.ServerAddress;

    /// <summary>Runs a whole handshake and some data, with <paramref name="disturb"/> at both sides before and after each step.</summary>
    private static void AtEveryStep(DtlsPair pair, Action<DtlsNode> disturb)
    {
        pair.Start();
        Disturb();
        while (!pair.IsConnected)
        {
            Assert.True(pair.Step(), $"nothing is due any more: {pair.Describe()}");
            Disturb();
            Assert.False(pair.AnyFailed, pair.Describe());
        }

        pair.Settle();
        Disturb();
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, [1, 2]));
        Assert.Equal(DtlsWriteResult.Success, pair.Server.Write(pair.Server.Connection, [3, 4]));
        pair.Settle();
        Assert.Equal([1, 2], Assert.Single(pair.Server.Log.Received));
        Assert.Equal([3, 4], Assert.Single(pair.Client.Log.Received));

        void Disturb()
        {
            disturb(pair.Client);
            disturb(pair.Server);
        }
    }

    [Fact]
    public void A_forged_alert_is_forgotten_when_the_peer_shows_its_keys()
    {
        using DtlsPair pair = DtlsPair.Create(server: static config => config with { MaxDatagramSize = 300, MinDatagramSize = 256 });
        MonotonicTime late = pair.Network.Clock.Now + TimeSpan.FromSeconds(10);
        int delivered = 0;
        pair.Network.OnDeliver = datagram =>
            datagram.Destination == DtlsPair.ServerAddress || ++delivered <= 2 || pair.Network.Clock.Now > late;
        pair.Start();
        pair.DriveUntil(() => delivered > 0);
        pair.Server.Receive(DtlsPair.ClientAddress, PlaintextRecords.Record(21, [2, (byte)AlertDescription.HandshakeFailure]));
        pair.DriveUntil(() => pair.IsConnected || pair.AnyFailed);
        Assert.True(pair.Server.Log.IsConnected, pair.Describe());
        Assert.True(pair.Server.Connection.Statistics.Retransmissions > 0);
    }

    [Fact]
    public void Records_too_short_to_open_are_not_kept_for_later()
    {
        using DtlsPair pair = Make();
        pair.Client.VerificationDelay = TimeSpan.FromSeconds(5);
        pair.Start();
        pair.DriveUntil(() => pair.Client.Connection.State == DtlsState.WaitCertificateVerification);
        long before = pair.Client.EngineAllocatedBytes;
        for (int i = 0; i < 5000; i++)
            pair.Client.Receive(DtlsPair.ServerAddress, [0x23, (byte)i]);
        Assert.Equal(5000UL, pair.Client.Connection.Statistics.Discarded(DiscardReason.UnknownEpoch));
        Assert.InRange(pair.Client.EngineAllocatedBytes - before, 0, 100_000);
        pair.DriveUntil(() => pair.IsConnected);
    }

    [Theory]
    [InlineData(11, 60_000)]
    [InlineData(1, 60_000)]
    [InlineData(4, 60_000)]
    [InlineData(24, 60_000)]
    public void A_message_without_a_place_after_the_handshake_is_refused_at_its_first_fragment(byte type, int length)
    {
        // The client's messages so far were ClientHello and Finished; two further ones are ahead of their turn.
        for (int sequence = 2; sequence < 5; sequence++)
        {
            using var pair = new ConnectedPair();
            long before = pair.Pair.Server.EngineAllocatedBytes;
            pair.ToServer(pair.FromClient.Seal(100, RecordForge.Handshake, PlaintextRecords.Fragment(type, length, sequence, 0, 10, new byte[10])));
            Assert.True(pair.Server.IsClosed);
            Assert.False(pair.Server.Failure?.FromPeer);
            Assert.InRange(pair.Pair.Server.EngineAllocatedBytes - before, 0, length / 2);
        }
    }
}
