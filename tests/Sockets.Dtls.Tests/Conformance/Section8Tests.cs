using System;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Conformance;

/// <summary>RFC 9147 §8 and §6.1: key updates and the last epoch.</summary>
public sealed class Section8Tests
{
    private const byte KeyUpdate = 24;

    /// <summary>As far as we send; see DtlsConnection.KeyUpdate.cs.</summary>
    private const int LastEpoch = 0xFFFF;

    [Fact]
    [Conformance("RFC 9147", "8", "The keys before a KeyUpdate stay readable until a record of the new ones has been opened.", "Sockets.Dtls/DtlsConnection.Receive.cs")]
    public void Section_8_The_old_keys_stay_until_the_new_ones_are_seen()
    {
        using var pair = new ConnectedPair();
        pair.ToServer(pair.FromClient.Seal(100, RecordForge.Handshake, PlaintextRecords.Fragment(KeyUpdate, 1, 2, 0, 1, [0])));
        Assert.Equal(1, pair.Server.Count(DtlsEventKind.ReadKeyUpdated));

        // The client never hears of it, and goes on with the old keys for hours.
        pair.Pair.Network.OnSend = static _ => false;
        pair.Pair.Settle(TimeSpan.FromHours(3));
        pair.ToServer(pair.FromClient.Seal(101, RecordForge.ApplicationData, [1]));
        Assert.Single(pair.Server.Received);
    }

    [Fact]
    [Conformance("RFC 9147", "8", "A receiver does not hold the peer to a last epoch.", "Sockets.Dtls/DtlsConnection.Handshake.cs")]
    public void Section_8_A_receiver_knows_no_last_epoch()
    {
        using var pair = new ConnectedPair(server: static config => config with { MaxKeyUpdates = int.MaxValue });
        pair.Pair.Network.OnSend = static _ => false;
        byte[] secret = pair.Secrets["CLIENT_TRAFFIC_SECRET_0"];

        // message_seq ends the updates; it allows two more epochs than we use ourselves.
        for (int sequence = 2; sequence <= ushort.MaxValue; sequence++)
        {
            using var forge = new RecordForge(pair.Provider, pair.Suite, secret, sequence + 1);
            pair.ToServer(forge.Seal(sequence == 2 ? 100UL : 0, RecordForge.Handshake, PlaintextRecords.Fragment(KeyUpdate, 1, sequence, 0, 1, [0])));
            secret = RecordForge.NextSecret(pair.Provider, pair.Suite, secret);
        }

        Assert.Equal(ushort.MaxValue - 1, pair.Server.Count(DtlsEventKind.ReadKeyUpdated));
        using var last = new RecordForge(pair.Provider, pair.Suite, secret, ushort.MaxValue + 2);
        pair.ToServer(last.Seal(0, RecordForge.ApplicationData, [1]));
        Assert.Single(pair.Server.Received);
    }

    [Fact]
    [Conformance("RFC 9147", "4.2.1", "An epoch never wraps.", "Sockets.Dtls/DtlsConnection.KeyUpdate.cs")]
    [Conformance("RFC 9147", "4.2.1", "At the last epoch a connection ends with its key; another one takes a new handshake.", "Sockets.Dtls/DtlsConnection.Transmit.cs")]
    [Conformance("RFC 9147", "6.1", "A connection that would have to wrap its epoch is terminated.", "Sockets.Dtls/DtlsConnection.Transmit.cs")]
    [Conformance("RFC 9147", "8", "A sender does not let its epoch exceed 2^48 - 1 (ours ends at 2^16 - 1).", "Sockets.Dtls/DtlsConnection.KeyUpdate.cs")]
    [Conformance("RFC 9147", "8", "update_requested is not obeyed beyond the last epoch.", "Sockets.Dtls/DtlsConnection.KeyUpdate.cs")]
    public void Section_8_The_last_epoch_is_the_last()
    {
        using var pair = new ConnectedPair(
            client: static config => config with { MaxRecordsPerKey = 256 },
            server: static config => config with { MaxKeyUpdates = int.MaxValue });
        for (int epoch = ConnectedPair.ApplicationEpoch; epoch < LastEpoch; epoch++)
        {
            Assert.True(pair.Pair.Client.RequestKeyUpdate(pair.Client.Connection, false));
            pair.Pair.Settle(TimeSpan.FromMilliseconds(300));
        }

        Assert.Equal(LastEpoch - ConnectedPair.ApplicationEpoch, pair.Client.Count(DtlsEventKind.WriteKeyUpdated));
        Assert.False(pair.Pair.Client.RequestKeyUpdate(pair.Client.Connection, false));

        Assert.True(pair.Pair.Server.RequestKeyUpdate(pair.Server.Connection, true));
        pair.Pair.Settle();
        Assert.Equal(1, pair.Client.Count(DtlsEventKind.ReadKeyUpdated));
        Assert.Equal(LastEpoch - ConnectedPair.ApplicationEpoch, pair.Client.Count(DtlsEventKind.WriteKeyUpdated));
        pair.AssertAlive();

        DtlsWriteResult result = DtlsWriteResult.Success;
        for (int i = 0; i <= 256 && result == DtlsWriteResult.Success; i++)
            result = pair.Pair.Client.Write(pair.Client.Connection, [1]);
        Assert.Equal(DtlsWriteResult.KeyLimitReached, result);
        Assert.Equal(DtlsFailureReason.KeyLimitReached, pair.Client.Failure?.Reason);
        Assert.Equal(LastEpoch - ConnectedPair.ApplicationEpoch, pair.Client.Count(DtlsEventKind.WriteKeyUpdated));
    }
}
