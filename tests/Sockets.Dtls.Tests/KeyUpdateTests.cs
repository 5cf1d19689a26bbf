using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>KeyUpdate under the ACK rules (RFC 9147 §8) and the limits that force it (§4.5.3).</summary>
public sealed class KeyUpdateTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [Conformance("RFC 9147", "8", "A KeyUpdate is acknowledged.", "Sockets.Dtls/DtlsConnection.Handshake.cs")]
    public void Keys_change_again_and_again_from_either_side(bool byClient, bool requestPeer)
    {
        using var pair = new ConnectedPair();
        DtlsNode node = byClient ? pair.Pair.Client : pair.Pair.Server;
        ConnectionLog other = byClient ? pair.Server : pair.Client;
        for (int i = 1; i <= 10; i++)
        {
            Assert.True(node.RequestKeyUpdate(node.Connection, requestPeer));
            pair.Pair.Settle();
            Assert.Equal(i, node.Log.Count(DtlsEventKind.WriteKeyUpdated));
            Assert.Equal(i, other.Count(DtlsEventKind.ReadKeyUpdated));
            Assert.Equal(requestPeer ? i : 0, other.Count(DtlsEventKind.WriteKeyUpdated));
            pair.AssertAlive();
        }
    }

    [Fact]
    public void Both_sides_at_once()
    {
        using var pair = new ConnectedPair();
        for (int i = 1; i <= 5; i++)
        {
            Assert.True(pair.Pair.Client.RequestKeyUpdate(pair.Client.Connection, true));
            Assert.True(pair.Pair.Server.RequestKeyUpdate(pair.Server.Connection, true));
            pair.Pair.Settle();
            pair.AssertAlive();
        }

        Assert.True(pair.Client.Count(DtlsEventKind.WriteKeyUpdated) >= 5);
        Assert.True(pair.Server.Count(DtlsEventKind.WriteKeyUpdated) >= 5);
    }

    [Fact]
    [Conformance("RFC 9147", "8", "Nothing is sent under new keys before the KeyUpdate is acknowledged.", "Sockets.Dtls/DtlsConnection.Transmit.cs")]
    public void The_old_keys_are_used_until_the_acknowledgement()
    {
        using var pair = new ConnectedPair();
        bool silent = true;
        pair.Pair.Network.OnDeliver = datagram => !silent || datagram.Destination != DtlsPair.ServerAddress;
        int epochBits = -1;
        pair.Pair.Network.OnSend = datagram =>
        {
            if (datagram.Source == DtlsPair.ClientAddress)
                epochBits = datagram.Payload[0] & 3;
            return true;
        };
        Assert.True(pair.Pair.Client.RequestKeyUpdate(pair.Client.Connection, false));
        pair.Pair.Settle(TimeSpan.FromMilliseconds(500));
        Assert.Equal(0, pair.Client.Count(DtlsEventKind.WriteKeyUpdated));
        pair.Pair.Client.Write(pair.Client.Connection, [1]);
        Assert.Equal(3, epochBits);
        silent = false;
        pair.Pair.Settle(TimeSpan.FromMinutes(1));
        Assert.Equal(1, pair.Client.Count(DtlsEventKind.WriteKeyUpdated));
        pair.Pair.Client.Write(pair.Client.Connection, [1]);
        Assert.Equal(0, epochBits);
        pair.Pair.Network.OnSend = null;
        pair.Pair.Settle();
        pair.AssertAlive();
    }

    [Fact]
    public void Late_records_of_the_old_keys_are_delivered_for_a_while()
    {
        using var pair = new ConnectedPair();
        byte[] late = pair.FromClient.Seal(60, RecordForge.ApplicationData, [1]);
        byte[] tooLate = pair.FromClient.Seal(61, RecordForge.ApplicationData, [2]);
        Assert.True(pair.Pair.Client.RequestKeyUpdate(pair.Client.Connection, false));
        pair.Pair.Settle();
        pair.AssertAlive();
        pair.ToServer(late);
        Assert.Contains(pair.Server.Received, static data => data.AsSpan().SequenceEqual(new byte[] { 1 }));
        pair.Pair.Settle(TimeSpan.FromMinutes(5));
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.UnknownEpoch, () => pair.ToServer(tooLate)));
        Assert.DoesNotContain(pair.Server.Received, static data => data.AsSpan().SequenceEqual(new byte[] { 2 }));
        pair.AssertAlive();
    }

    [Fact]
    public void The_next_keys_are_the_ones_of_the_standard()
    {
        foreach (CipherSuite suite in new[] { CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384 })
        {
            using var pair = new ConnectedPair(suite: suite);
            Assert.True(pair.Pair.Client.RequestKeyUpdate(pair.Client.Connection, false));
            pair.Pair.Settle();
            byte[] next = RecordForge.NextSecret(pair.Provider, suite, pair.Secrets["CLIENT_TRAFFIC_SECRET_0"]);
            using var forge = new RecordForge(pair.Provider, suite, next, 4);
            pair.ToServer(forge.Seal(200, RecordForge.ApplicationData, [9]));
            Assert.Equal([9], pair.Server.Received[^1]);
        }
    }

    [Fact]
    public void A_peer_that_does_nothing_but_update_is_cut_off()
    {
        using var pair = new ConnectedPair(server: static config => config with { MaxKeyUpdates = 8 });
        for (int i = 0; i < 9 && !pair.Client.IsClosed; i++)
        {
            pair.Pair.Client.RequestKeyUpdate(pair.Client.Connection, false);
            pair.Pair.Settle();
        }

        Assert.Equal(DtlsFailureReason.TooManyKeyUpdates, pair.Server.Failure?.Reason);
    }

    [Fact]
    public void The_limit_of_a_key_forces_an_update()
    {
        using var pair = new ConnectedPair(client: static config => config with { MaxRecordsPerKey = 64 });
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(DtlsWriteResult.Success, pair.Pair.Client.Write(pair.Client.Connection, [1, 2, 3]));
            pair.Pair.Settle(TimeSpan.FromMilliseconds(200));
        }

        Assert.Equal(1000, pair.Server.Received.Count);
        Assert.InRange(pair.Client.Count(DtlsEventKind.WriteKeyUpdated), 1000 / 64, 1000 / 32);
    }

    [Fact]
    public void The_limit_of_a_key_ends_a_connection_whose_peer_is_silent()
    {
        using var pair = new ConnectedPair(client: static config => config with { MaxRecordsPerKey = 64 });
        pair.Pair.Network.OnSend = static _ => false;
        int written = 0;
        DtlsWriteResult result = DtlsWriteResult.Success;
        while (result == DtlsWriteResult.Success && written <= 64)
        {
            result = pair.Pair.Client.Write(pair.Client.Connection, [1]);
            written += result == DtlsWriteResult.Success ? 1 : 0;
        }

        Assert.Equal(DtlsWriteResult.KeyLimitReached, result);
        Assert.InRange(written, 50, 64);
        Assert.Equal(DtlsFailureReason.KeyLimitReached, pair.Client.Failure?.Reason);
    }

    [Fact]
    [Conformance("RFC 9147", "4.5.3", "Records that fail authentication are counted for each key.", "Sockets.Dtls/Records/ReadEpoch.cs")]
    [Conformance("RFC 9147", "4.5.3", "At the limit of failed authentications the connection is closed at once.", "Sockets.Dtls/DtlsConnection.Receive.cs")]
    public void Too_many_forgeries_end_a_connection()
    {
        using var pair = new ConnectedPair(new LimitedCryptoProvider(TestProviders.Default, integrityLimit: 40));
        for (ulong i = 0; i < 200 && !pair.Server.IsClosed; i++)
        {
            byte[] forged = pair.FromClient.Seal(100 + i, RecordForge.ApplicationData, [1]);
            forged[^1] ^= 1;
            pair.ToServer(forged);
        }

        Assert.Equal(DtlsFailureReason.KeyLimitReached, pair.Server.Failure?.Reason);
        Assert.InRange(pair.Server.Statistics.Discarded(DiscardReason.AuthenticationFailed), 35UL, 41UL);
    }

    [Fact]
    public void Many_forgeries_have_both_sides_change_their_keys_before_the_limit()
    {
        using var pair = new ConnectedPair(new LimitedCryptoProvider(TestProviders.Default, integrityLimit: 40));
        for (ulong i = 0; i < 36; i++)
        {
            byte[] forged = pair.FromClient.Seal(100 + i, RecordForge.ApplicationData, [1]);
            forged[^1] ^= 1;
            pair.ToServer(forged);
        }

        pair.Pair.Settle(TimeSpan.FromMinutes(1));
        Assert.Equal(1, pair.Pair.Server.Log.Count(DtlsEventKind.ReadKeyUpdated));
        Assert.Equal(1, pair.Pair.Server.Log.Count(DtlsEventKind.WriteKeyUpdated));
        Assert.False(pair.Server.IsClosed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Keys_are_never_changed_without_an_acknowledgement(bool byClient)
    {
        using var pair = new ConnectedPair();
        pair.AssertAlive();
        DtlsNode node = byClient ? pair.Pair.Client : pair.Pair.Server;
        DtlsAddress other = byClient ? DtlsPair.ServerAddress : DtlsPair.ClientAddress;
        pair.Pair.Network.OnDeliver = datagram => datagram.Destination != other;
        Assert.True(node.RequestKeyUpdate(node.Connection, false));
        pair.Pair.Settle(TimeSpan.FromMinutes(30));
        Assert.Equal(0, node.Log.Count(DtlsEventKind.WriteKeyUpdated));
        Assert.Equal(DtlsFailureReason.RetransmissionLimit, node.Log.Failure?.Reason);
    }
}
