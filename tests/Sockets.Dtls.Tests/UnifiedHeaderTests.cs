using System;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>Every form of the unified header on receipt (RFC 9147 §4, figure 3), and what is dropped.</summary>
public sealed class UnifiedHeaderTests
{
    public static TheoryData<CipherSuite, bool, bool> Forms()
    {
        var data = new TheoryData<CipherSuite, bool, bool>();
        foreach (CipherSuite suite in new[] { CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384, CipherSuite.ChaCha20Poly1305Sha256 })
        {
            foreach (bool wide in new[] { true, false })
            {
                foreach (bool withLength in new[] { true, false })
                    data.Add(suite, wide, withLength);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_form_is_understood(CipherSuite suite, bool wideSequence, bool withLength)
    {
        foreach (CryptoProvider provider in TestProviders.All.Where(provider => provider.CipherSuites.Contains(suite)))
        {
            using var pair = new ConnectedPair(provider, suite);
            for (ulong i = 0; i < 20; i++)
                pair.ToServer(pair.FromClient.Seal(40 + i, RecordForge.ApplicationData, [(byte)i, 2, 3], wideSequence, withLength, padding: (int)i));
            Assert.Equal(20, pair.Server.Received.Count);
            for (int i = 0; i < 20; i++)
                Assert.Equal([(byte)i, 2, 3], pair.Server.Received[i]);
            Assert.Equal(0UL, pair.Server.Statistics.Discarded(DiscardReason.AuthenticationFailed));
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_connection_id_that_was_not_negotiated_is_dropped(CipherSuite suite, bool wideSequence, bool withLength)
    {
        using var pair = new ConnectedPair(suite: suite);
        foreach (byte[] connectionId in new byte[][] { [], [1], [1, 2, 3, 4, 5, 6, 7, 8] })
        {
            byte[] record = pair.FromClient.Seal(50, RecordForge.ApplicationData, [1], wideSequence, withLength, connectionId: connectionId);
            Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.UnexpectedConnectionId, () => pair.ToServer(record)));
        }

        Assert.Empty(pair.Server.Received);
        pair.AssertAlive();
    }

    [Fact]
    public void A_datagram_may_hold_several_records_and_the_last_needs_no_length()
    {
        using var pair = new ConnectedPair();
        byte[] datagram =
        [
            .. pair.FromClient.Seal(30, RecordForge.ApplicationData, [1]),
            .. pair.FromClient.Seal(31, RecordForge.ApplicationData, [2], wideSequence: false),
            .. pair.FromClient.Seal(32, RecordForge.ApplicationData, [3], withLength: false),
        ];
        pair.ToServer(datagram);
        Assert.Equal([[1], [2], [3]], pair.Server.Received);
    }

    [Fact]
    public void A_bad_record_does_not_spoil_its_neighbours()
    {
        using var pair = new ConnectedPair();
        byte[] bad = pair.FromClient.Seal(31, RecordForge.ApplicationData, [2]);
        bad[^1] ^= 1;
        byte[] datagram =
        [
            .. pair.FromClient.Seal(30, RecordForge.ApplicationData, [1]),
            .. bad,
            .. pair.FromClient.Seal(32, RecordForge.ApplicationData, [3]),
        ];
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.AuthenticationFailed, () => pair.ToServer(datagram)));
        Assert.Equal([[1], [3]], pair.Server.Received);
    }

    [Fact]
    public void Numbers_are_reconstructed_far_ahead_and_behind()
    {
        using var pair = new ConnectedPair();
        ulong[] numbers = [100, 100 + 0x7000, 100 + 0xE000, 0xFFFF, 0x1_0000, 0x1_0010, 0x1_0001, 0xFFFE, 0x1_8000, 0x2_0000];
        foreach (ulong number in numbers)
            pair.ToServer(pair.FromClient.Seal(number, RecordForge.ApplicationData, [(byte)number]));
        Assert.Equal(numbers.Length, pair.Server.Received.Count);
    }

    [Fact]
    public void Eight_bit_numbers_are_reconstructed_across_their_wrap()
    {
        using var pair = new ConnectedPair();
        for (ulong number = 20; number < 1000; number += 7)
            pair.ToServer(pair.FromClient.Seal(number, RecordForge.ApplicationData, [(byte)number], wideSequence: false));
        Assert.Equal(140, pair.Server.Received.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Other_epochs_are_dropped(int epochBits)
    {
        using var pair = new ConnectedPair();
        pair.Pair.Settle(TimeSpan.FromMinutes(10));
        byte[] record = pair.FromClient.Seal(30, RecordForge.ApplicationData, [1], epochBits: epochBits);
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.UnknownEpoch, () => pair.ToServer(record)));
        pair.AssertAlive();
    }

    [Fact]
    public void Short_and_cut_records_are_dropped()
    {
        using var pair = new ConnectedPair();
        byte[] record = pair.FromClient.Seal(30, RecordForge.ApplicationData, new byte[100]);
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.Truncated, () => pair.ToServer(record.AsSpan(0, record.Length - 1))));
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.Truncated, () => pair.ToServer(record.AsSpan(0, 3))));

        // The tag alone, and less than it.
        byte[] tagOnly = [0x2F, 0, 30, 0, 16, .. new byte[16]];
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.AuthenticationFailed, () => pair.ToServer(tagOnly)));
        byte[] less = [0x2F, 0, 30, 0, 15, .. new byte[15]];
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.TooShort, () => pair.ToServer(less)));
        byte[] empty = [0x2F, 0, 30, 0, 0];
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.TooShort, () => pair.ToServer(empty)));
        pair.AssertAlive();
    }

    // RFC 8446 §5.4: no content type, no connection. One that nobody with the keys has made ends nothing.
    [Fact]
    public void A_record_of_nothing_but_a_tag_ends_the_connection()
    {
        foreach (CryptoProvider provider in TestProviders.All)
        {
            foreach (CipherSuite suite in new[] { CipherSuite.Aes128GcmSha256, CipherSuite.Aes256GcmSha384 })
            {
                using var pair = new ConnectedPair(provider, suite);
                byte[] forged = pair.FromClient.SealNothing(31);
                forged[^1] ^= 1;
                Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.AuthenticationFailed, () => pair.ToServer(forged)));
                pair.AssertAlive();
                pair.ToServer(pair.FromClient.SealNothing(31));
                Assert.Equal(DtlsFailureReason.UnexpectedMessage, pair.Server.Failure?.Reason);
                Assert.Equal(AlertDescription.UnexpectedMessage, pair.Server.Failure?.Alert);
            }
        }
    }

    [Fact]
    public void Records_beyond_the_longest_are_dropped_unread()
    {
        using var pair = new ConnectedPair();
        byte[] record = [0x2F, 0, 30, 0x41, 0x01, .. new byte[0x4101]];
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.TooLong, () => pair.ToServer(record)));
        pair.AssertAlive();
    }

    [Fact]
    public void The_longest_record_is_accepted()
    {
        using var pair = new ConnectedPair();
        byte[] content = new SeededRandom(1).Bytes(1 << 14);
        pair.ToServer(pair.FromClient.Seal(30, RecordForge.ApplicationData, content));
        Assert.Equal(content, Assert.Single(pair.Server.Received));
    }

    [Fact]
    public void Authenticated_content_beyond_the_longest_ends_the_connection()
    {
        using var pair = new ConnectedPair();
        pair.ToServer(pair.FromClient.Seal(30, RecordForge.ApplicationData, new byte[(1 << 14) + 1]));
        Assert.Equal(DtlsFailureReason.RecordOverflow, pair.Server.Failure?.Reason);
        Assert.Equal(AlertDescription.RecordOverflow, pair.Server.Failure?.Alert);
    }

    [Fact]
    public void An_empty_record_is_no_end_of_anything()
    {
        using var pair = new ConnectedPair();
        pair.ToServer(pair.FromClient.Seal(30, RecordForge.ApplicationData, []));
        pair.ToServer(pair.FromClient.Seal(31, RecordForge.ApplicationData, [], padding: 30));
        pair.AssertAlive();
    }

    [Fact]
    public void A_record_without_a_content_type_ends_the_connection()
    {
        using var pair = new ConnectedPair();
        pair.ToServer(pair.FromClient.Seal(30, 0, [], padding: 30));
        Assert.Equal(AlertDescription.UnexpectedMessage, pair.Server.Failure?.Alert);
    }
}
