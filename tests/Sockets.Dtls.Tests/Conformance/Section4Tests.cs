using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Conformance;

/// <summary>RFC 9147 §4: the record layer.</summary>
public sealed class Section4Tests
{
    private const ulong LastPlaintextNumber = (1UL << 48) - 1;

    [Fact]
    [Conformance("RFC 9147", "4", "Plaintext records are never numbered beyond 2^48 - 1, however the client numbers its own.", "Sockets.Dtls/DtlsEndpoint.Admission.cs")]
    public void Section_4_Plaintext_numbers_stay_within_48_bits()
    {
        using DtlsPair pair = DtlsPair.Create(endpoint: new DtlsEndpointConfig());
        List<ulong> epochAndNumber = [];
        bool isLost = true;
        pair.Network.OnDeliver = datagram =>
        {
            if (datagram.Destination == DtlsPair.ServerAddress && datagram.Payload[0] == RecordForge.Handshake)
                BinaryPrimitives.WriteUInt64BigEndian(datagram.Payload.AsSpan(3), LastPlaintextNumber);
            return true;
        };
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Source != DtlsPair.ServerAddress || datagram.Payload[0] != RecordForge.Handshake)
                return true;
            epochAndNumber.Add(BinaryPrimitives.ReadUInt64BigEndian(datagram.Payload.AsSpan(3)));
            isLost &= epochAndNumber.Count < 4;
            return epochAndNumber.Count == 1 || !isLost;
        };
        pair.DriveToConnected();
        Assert.True(epochAndNumber.Count >= 4);
        Assert.All(epochAndNumber, static value => Assert.InRange(value, 0UL, LastPlaintextNumber));
    }

    [Fact]
    [Conformance("RFC 9147", "4", "Every plaintext record but the initial ClientHello carries the version of DTLS 1.2.", "Sockets.Dtls/Records/PlaintextHeader.cs")]
    public void Section_4_Plaintext_records_carry_the_legacy_version()
    {
        using var pair = new WatchedPair(endpoint: new DtlsEndpointConfig());
        pair.Pair.DriveToConnected();
        int seen = 0;
        foreach (NetemDatagram datagram in pair.Datagrams.Where(static datagram => PlaintextRecords.IsPlaintext(datagram.Payload[0])))
        {
            // The initial ClientHello may carry that of DTLS 1.0.
            Assert.Equal(seen == 0 ? 0xFEFF : 0xFEFD, BinaryPrimitives.ReadUInt16BigEndian(datagram.Payload.AsSpan(1)));
            seen++;
        }

        Assert.Equal(4, seen);
    }

    [Theory]
    [InlineData(0x0000)]
    [InlineData(0x0303)]
    [InlineData(0xFEFF)]
    [InlineData(0xFFFF)]
    [Conformance("RFC 9147", "4", "The version of a received plaintext record is ignored.", "Sockets.Dtls/DtlsConnection.Receive.cs")]
    public void Section_4_The_legacy_version_is_ignored(int version)
    {
        foreach (DtlsEndpointConfig? endpoint in new[] { null, new DtlsEndpointConfig() })
        {
            using DtlsPair pair = DtlsPair.Create(endpoint: endpoint);
            pair.Network.OnDeliver = datagram =>
            {
                if (PlaintextRecords.IsPlaintext(datagram.Payload[0]))
                    BinaryPrimitives.WriteUInt16BigEndian(datagram.Payload.AsSpan(1), (ushort)version);
                return true;
            };
            pair.Start();
            pair.Settle(TimeSpan.FromSeconds(0.9));
            Assert.True(pair.IsConnected, pair.Describe());
        }
    }

    [Fact]
    [Conformance("RFC 9147", "4", "Only the last record of a datagram does without a length.", "Sockets.Dtls/DtlsConnection.Transmit.cs")]
    public void Section_4_A_record_without_length_is_the_last_of_its_datagram()
    {
        // A flight of several records, and datagrams that have room for all of them.
        using DtlsPair pair = DtlsPair.Create(server: static config => config with
        {
            HeaderForm = RecordHeaderForm.WithoutLength,
            MaxDatagramSize = DtlsConfig.LargestDatagram,
            DangerousUnlimitedAmplification = true,
            Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 40_000).ToCredential(config.Crypto)],
        });
        pair.DriveToConnected();
        foreach (DtlsNode node in pair.Network.Nodes)
            Assert.Equal(0UL, node.Connection.Statistics.TotalDiscarded);
    }

    [Fact]
    [Conformance("RFC 9147", "4.1", "A first byte of 21, 22 or 26 means a plaintext record.", "Sockets.Dtls/DtlsConnection.Receive.cs")]
    public void Section_4_1_Alerts_handshake_and_acks_may_be_plaintext()
    {
        using DtlsPair pair = DtlsPair.Create();
        pair.Network.OnSend = static _ => false;
        pair.Start();
        foreach ((byte type, DiscardReason reason) in new[]
        {
            (RecordForge.Alert, DiscardReason.InvalidPlaintext),
            (RecordForge.Handshake, DiscardReason.InvalidFragment),
            (RecordForge.Ack, DiscardReason.InvalidPlaintext),
        })
        {
            // Each is understood as far as its content, which is not what the type asks for.
            ulong before = pair.Client.Connection.Statistics.Discarded(reason);
            pair.Client.Receive(DtlsPair.ServerAddress, PlaintextRecords.Record(type, [0, 3, 1, 2, 3]));
            Assert.Equal(before + 1, pair.Client.Connection.Statistics.Discarded(reason));
        }
    }

    [Fact]
    [Conformance("RFC 9147", "4.1", "Of every other record the three leading bits are looked at.", "Sockets.Dtls/Records/UnifiedHeader.cs")]
    public void Section_4_1_Three_leading_bits_tell_protected_records()
    {
        using var pair = new ConnectedPair();
        for (int first = 0; first < 256; first++)
        {
            // As a plaintext record it has 32 bytes of content, as a protected one 40 bytes of ciphertext.
            byte[] datagram = [(byte)first, 0, 200, 0, 40, .. new byte[7], 32, .. new byte[32]];
            ulong before = pair.Server.Statistics.Discarded(DiscardReason.InvalidHeader);
            pair.ToServer(datagram);
            bool isOther = first is not (20 or 21 or 22 or 23 or 26 or (>= 32 and <= 63));
            Assert.Equal(before + (isOther ? 1UL : 0), pair.Server.Statistics.Discarded(DiscardReason.InvalidHeader));
        }

        pair.AssertAlive();
    }

    [Fact]
    [Conformance("RFC 9147", "4.1", "A record that begins with the bits 001 is protected, and its content type is the one inside.", "Sockets.Dtls/DtlsConnection.Receive.cs")]
    public void Section_4_1_The_content_type_of_a_protected_record_is_inside()
    {
        using var pair = new ConnectedPair();
        pair.ToServer(pair.FromClient.Seal(100, RecordForge.ApplicationData, [7, 8]));
        Assert.Equal([7, 8], Assert.Single(pair.Server.Received));
        pair.ToServer(pair.FromClient.Seal(101, RecordForge.Alert, [1, 0]));
        Assert.True(pair.Server.PeerClosed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(19)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(31)]
    [InlineData(64)]
    [InlineData(255)]
    [Conformance("RFC 9147", "4.1", "Anything else is dropped like a record that does not open.", "Sockets.Dtls/DtlsConnection.Receive.cs")]
    public void Section_4_1_Other_records_are_dropped(byte first)
    {
        using var pair = new ConnectedPair();
        int sent = pair.Pair.Network.DatagramsSent;
        byte[] datagram = PlaintextRecords.Record(first, new byte[40]);
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.InvalidHeader, () => pair.ToServer(datagram)));
        Assert.Equal(sent, pair.Pair.Network.DatagramsSent);
        Assert.False(pair.Server.IsClosed);
        pair.AssertAlive();
    }

    [Fact]
    [Conformance("RFC 9147", "4.2.1", "What is sent again goes out in the epoch, and under the keys, of the first time.", "Sockets.Dtls/DtlsConnection.Transmit.cs")]
    public void Section_4_2_1_Retransmissions_keep_their_epoch()
    {
        using var pair = new WatchedPair();
        int lost = 0;
        pair.Passes = (datagram, records) => datagram.Source != DtlsPair.ClientAddress
            || records[0] is not { Epoch: 2, Type: RecordForge.Handshake } || lost++ >= 2;
        pair.Pair.DriveToConnected();
        List<SentRecordView> finished = [.. pair.FromClient.Where(static record => record.Type == RecordForge.Handshake && record.Epoch > 0)];
        Assert.Equal(3, finished.Count);
        Assert.All(finished, static record => Assert.Equal(2UL, record.Epoch));
        Assert.Equal(3, finished.DistinctBy(static record => record.Number).Count());
    }

    [Fact]
    [Conformance("RFC 9147", "4.2.1", "A connection is rekeyed or given up before record numbers wrap.", "Sockets.Dtls/Records/WriteEpoch.cs")]
    public void Section_4_2_1_Record_numbers_never_wrap()
    {
        using var epoch = new WriteEpoch(3, new ShortTagCipher(), RecordHeaderForm.Full, ulong.MaxValue);
        SetCount(epoch, RecordNumber.MaxSequence - 1);
        Assert.True(epoch.NeedsUpdate);
        Assert.False(epoch.IsExhausted);
        epoch.Seal([1], ContentType.ApplicationData, new byte[100], out RecordNumber last);
        Assert.Equal(RecordNumber.MaxSequence - 1, last.Sequence);
        Assert.True(epoch.IsExhausted);
    }

    [Fact]
    [Conformance("RFC 9147", "4.2.3", "A record with less than 16 bytes of ciphertext is dropped like one that does not open.", "Sockets.Dtls/Records/ReadEpoch.cs")]
    public void Section_4_2_3_Records_too_short_for_their_mask_are_dropped()
    {
        using var epoch = new ReadEpoch(3, new ShortTagCipher(), 256);
        Assert.False(Open(epoch, 15, out OpenedRecord record));
        Assert.Equal(DiscardReason.TooShort, record.Discard);
        Assert.False(epoch.IsUsed);
        Assert.True(Open(epoch, 16, out _));

        static bool Open(ReadEpoch epoch, int ciphertextLength, out OpenedRecord record)
        {
            byte[] datagram = [0x2F, 0, 0, 0, (byte)ciphertextLength, .. Enumerable.Repeat((byte)23, ciphertextLength)];
            Assert.True(UnifiedHeader.TryRead(datagram, out UnifiedHeader header));
            return epoch.TryOpen(header, datagram, out record);
        }
    }

    [Fact]
    [Conformance("RFC 9147", "4.2.3", "A short content is padded until there are 16 bytes of ciphertext.", "Sockets.Dtls/Records/WriteEpoch.cs")]
    public void Section_4_2_3_Short_contents_are_padded()
    {
        using var epoch = new WriteEpoch(3, new ShortTagCipher(), RecordHeaderForm.Full, ulong.MaxValue);
        for (int length = 0; length < 20; length++)
        {
            byte[] datagram = new byte[length + epoch.Overhead];
            byte[] content = [.. Enumerable.Repeat((byte)9, length)];
            int written = epoch.Seal(content, ContentType.ApplicationData, datagram, out _);
            Assert.True(UnifiedHeader.TryRead(datagram.AsSpan(0, written), 0, out UnifiedHeader header));
            Assert.Equal(Math.Max(length + 1 + 8, 16), header.CiphertextLength);
            Assert.Equal(written, header.Layout.Length + header.CiphertextLength);
        }
    }

    [Fact]
    [Conformance("RFC 9147", "4.3", "A datagram begins with a record.", "Sockets.Dtls/DtlsConnection.Receive.cs")]
    public void Section_4_3_A_datagram_begins_with_a_record()
    {
        using DtlsPair pair = DtlsPair.Create();
        pair.Start();
        pair.DriveUntil(() => pair.Server.Logs.Count > 0);
        byte[] hello = ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 9))[0];
        foreach (int cut in new[] { 1, 13, 20, hello.Length / 2 })
        {
            // The first part is no whole record, so that the second one begins none.
            ulong before = pair.Client.Connection.Statistics.Discarded(DiscardReason.Truncated);
            pair.Client.Receive(DtlsPair.ServerAddress, hello.AsSpan(0, cut));
            Assert.Equal(before + 1, pair.Client.Connection.Statistics.Discarded(DiscardReason.Truncated));
            pair.Client.Receive(DtlsPair.ServerAddress, hello.AsSpan(cut));
        }

        pair.DriveUntil(() => pair.IsConnected);
    }

    [Fact]
    [Conformance("RFC 9147", "4.3", "No record spans datagrams, neither sent nor received.", "Sockets.Dtls/Records/UnifiedHeader.cs")]
    public void Section_4_3_Records_do_not_span_datagrams()
    {
        using var pair = new WatchedPair(server: static config => config with
        {
            MaxDatagramSize = 300,
            Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 3000).ToCredential(config.Crypto)],
        });
        pair.Pair.DriveToConnected(); // the watcher opens every record of every datagram by itself
        Assert.True(pair.Datagrams.Count > 10);

        using RecordForge forge = pair.Forge(client: true);
        byte[] record = forge.Seal(100, RecordForge.ApplicationData, new byte[100]);
        pair.ToServer(record[..60]);
        pair.ToServer(record[60..]);
        Assert.Empty(pair.Pair.Server.Log.Received);
        pair.AssertAlive();
    }

    [Fact]
    [Conformance("RFC 9147", "4.4", "No record is written that is longer than 2^14 bytes, whatever the path carries.", "Sockets.Dtls/DtlsConnection.Transmit.cs")]
    public void Section_4_4_No_record_is_longer_than_the_longest()
    {
        using DtlsPair pair = DtlsPair.Create();
        pair.DriveToConnected();
        pair.Client.Connection.MaxDatagramSize = DtlsConfig.LargestDatagram;
        Assert.Equal(1 << 14, pair.Client.Connection.MaxPlaintextSize);
        Assert.Equal(DtlsWriteResult.TooLarge, pair.Client.Write(pair.Client.Connection, new byte[(1 << 14) + 1]));
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, new byte[1 << 14]));
        pair.Settle();
        Assert.Equal(1 << 14, Assert.Single(pair.Server.Log.Received).Length);
    }

    [Fact]
    [Conformance("RFC 9147", "4.5.1", "The received record counter of an epoch begins at zero.", "Sockets.Dtls/Records/ReplayWindow.cs")]
    public void Section_4_5_1_Each_epoch_counts_from_zero()
    {
        using var pair = new ConnectedPair();
        pair.ToServer(pair.FromClient.Seal(50_000, RecordForge.ApplicationData, [1]));
        using var next = new RecordForge(
            pair.Provider, pair.Suite, RecordForge.NextSecret(pair.Provider, pair.Suite, pair.Secrets["CLIENT_TRAFFIC_SECRET_0"]), 4);

        // The client's messages so far were ClientHello and Finished.
        pair.ToServer(pair.FromClient.Seal(50_001, RecordForge.Handshake, PlaintextRecords.Fragment(24, 1, 2, 0, 1, [0])));
        Assert.Equal(1, pair.Server.Count(DtlsEventKind.ReadKeyUpdated));
        pair.ToServer(next.Seal(0, RecordForge.ApplicationData, [2], wideSequence: false));
        pair.ToServer(next.Seal(1, RecordForge.ApplicationData, [3], wideSequence: false));
        Assert.Equal([[1], [2], [3]], pair.Server.Received);
    }

    [Fact]
    [Conformance("RFC 9147", "4.5.3", "Of every suite it is known how many records may be sealed, and how many may fail to open, under one key.", "Sockets.Dtls/Crypto/CipherSuites.cs")]
    public void Section_4_5_3_Every_suite_has_its_limits()
    {
        foreach (CryptoProvider provider in TestProviders.All)
        {
            foreach (CipherSuite suite in provider.CipherSuites.Concat(provider.CipherSuitesByChoice))
            {
                using RecordCipher cipher = KeyedCipher(provider, suite);
                Assert.InRange(cipher.ConfidentialityLimit, 1UL, RecordNumber.MaxSequence);
                Assert.InRange(cipher.IntegrityLimit, 1UL, 1UL << 36);
                if (suite is CipherSuite.Aes128GcmSha256 or CipherSuite.Aes256GcmSha384)
                    Assert.InRange(cipher.ConfidentialityLimit, 1UL, (ulong)Math.Pow(2, 24.5));
                if (suite is CipherSuite.Aes128CcmSha256)
                {
                    Assert.InRange(cipher.ConfidentialityLimit, 1UL, 1UL << 23);
                    Assert.InRange(cipher.IntegrityLimit, 1UL, (ulong)Math.Pow(2, 23.5));
                }
            }
        }

        static RecordCipher KeyedCipher(CryptoProvider provider, CipherSuite suite)
        {
            int length = CipherSuites.KeyLength(suite);
            return provider.CreateRecordCipher(suite, new byte[length], new byte[CipherSuites.NonceLength], new byte[length]);
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_Count")]
    private static extern void SetCount(WriteEpoch epoch, ulong value);
}
