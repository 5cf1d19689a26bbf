using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Records;
using Sockets.Dtls.Tests.Handshake;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>record_size_limit (RFC 8449) and padding (RFC 8446 §5.4): what is sent, and what is taken.</summary>
public sealed class RecordSizeTests
{
    private const byte ApplicationData = 23;
    private const byte RecordSizeLimit = 28;
    private const int Tag = 16;

    // The unified header with a sequence number of 16 bits and a length (RFC 9147 §4).
    private const int Header = 5;

    [Theory]
    [InlineData(64)]
    [InlineData(300)]
    public void A_client_keeps_to_the_servers_limit(int limit) => AssertKept(
        client: static config => config with { Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)] },
        server: config => config with { RecordSizeLimit = limit, ClientAuthentication = DtlsClientAuthentication.Required },
        DtlsPair.ClientAddress,
        limit);

    [Theory]
    [InlineData(64)]
    [InlineData(300)]
    public void A_server_keeps_to_the_clients_limit(int limit) =>
        AssertKept(config => config with { RecordSizeLimit = limit }, static config => config, DtlsPair.ServerAddress, limit);

    [Fact]
    public void Each_side_has_its_own_limit()
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => config with { RecordSizeLimit = 100 },
            server: static config => config with { RecordSizeLimit = 200 });
        pair.DriveToConnected();
        Assert.Equal(200, pair.Client.Connection.PeerRecordSizeLimit);
        Assert.Equal(199, pair.Client.Connection.MaxPlaintextSize);
        Assert.Equal(100, pair.Server.Connection.PeerRecordSizeLimit);
        Assert.Equal(99, pair.Server.Connection.MaxPlaintextSize);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_an_agreement_there_is_no_limit(bool clientOffers)
    {
        using DtlsPair pair = DtlsPair.Create(
            client: config => config with { RecordSizeLimit = clientOffers ? 100 : null },
            server: config => config with { RecordSizeLimit = clientOffers ? null : 100 });
        pair.DriveToConnected();
        foreach (DtlsNode node in new[] { pair.Client, pair.Server })
        {
            Assert.Null(node.Connection.PeerRecordSizeLimit);
            Assert.Equal(DtlsWriteResult.Success, node.Write(node.Connection, new byte[1000]));
        }

        pair.Settle(TimeSpan.FromMilliseconds(100));
        Assert.Equal(1000, pair.Client.Log.Received[0].Length);
        Assert.Equal(1000, pair.Server.Log.Received[0].Length);
    }

    /// <summary>RFC 8449 §4: the limit counts content, type and padding.</summary>
    [Theory]
    [InlineData(99, 0, true)]
    [InlineData(98, 1, true)]
    [InlineData(100, 0, false)]
    [InlineData(99, 1, false)]
    [InlineData(0, 100, false)]
    public void A_record_above_our_limit_ends_the_connection(int content, int padding, bool isTaken)
    {
        using var connected = new ConnectedPair(server: static config => config with { RecordSizeLimit = 100 });
        byte[] record = connected.FromClient.Seal(1000, ApplicationData, new byte[content], padding: padding);
        connected.ToServer(record);
        Assert.Equal(!isTaken, connected.Server.IsClosed);
        if (isTaken)
        {
            Assert.Equal(content, connected.Server.Received[^1].Length);
            return;
        }

        Assert.Empty(connected.Server.Received);
        Assert.Equal(DtlsFailureReason.RecordOverflow, connected.Server.Failure?.Reason);
        Assert.Equal(AlertDescription.RecordOverflow, connected.Server.Failure?.Alert);
    }

    /// <summary>
    /// What comes in EncryptedExtensions is lost, and what comes behind it is not: the client acknowledges it, and does not know
    /// our limit yet.
    /// </summary>
    [Fact]
    public void An_acknowledgement_may_be_large_before_the_client_knows_our_limit()
    {
        using DtlsPair pair = DtlsPair.Create(
            certificate: TestCertificateKind.Rsa2048,
            server: static config => config with { RecordSizeLimit = 64, MaxDatagramSize = 256, DangerousUnlimitedAmplification = true });
        bool isCut = false;
        int largest = 0;
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Source == DtlsPair.ServerAddress && !isCut && PlaintextRecords.IsPlaintext(datagram.Payload[0]))
            {
                // ServerHello alone arrives of its datagram.
                isCut = true;
                pair.Client.Inbound.Send(datagram with { Payload = datagram.Payload[..PlaintextRecords.FirstRecordLength(datagram.Payload)] }, pair.Network.Clock.Now);
                return false;
            }

            if (datagram.Source == DtlsPair.ClientAddress && !PlaintextRecords.IsPlaintext(datagram.Payload[0]) && !pair.Client.Log.IsConnected && datagram.Payload.Length > largest)
                largest = datagram.Payload.Length;
            return true;
        };
        pair.DriveToConnected();
        Assert.True(largest > 64 + Header + Tag, $"{largest} bytes");
    }

    [Fact]
    public void A_forged_record_above_our_limit_is_only_counted()
    {
        using var connected = new ConnectedPair(server: static config => config with { RecordSizeLimit = 100 });
        byte[] record = connected.FromClient.Seal(1000, ApplicationData, new byte[200]);
        record[^1] ^= 1;
        Assert.Equal(1UL, connected.DiscardedByServer(DiscardReason.AuthenticationFailed, () => connected.ToServer(record)));
        connected.AssertAlive();
    }

    /// <summary>RFC 8449 §4: less than 64 is illegal_parameter.</summary>
    [Theory]
    [InlineData(new byte[] { 0, 63 }, AlertDescription.IllegalParameter)]
    [InlineData(new byte[] { 0, 0 }, AlertDescription.IllegalParameter)]
    [InlineData(new byte[] { 64 }, AlertDescription.DecodeError)]
    [InlineData(new byte[] { 0, 64, 0 }, AlertDescription.DecodeError)]
    public void A_bad_limit_ends_the_handshake_on_either_side(byte[] content, AlertDescription alert)
    {
        using var rig = new HandshakeRig();
        Assert.Equal(alert, rig.Offer(hello => ChangedHello.WithContent(hello, RecordSizeLimit, _ => content)).Alert);
        using var another = new HandshakeRig();
        Assert.Equal(alert, another.AnswerWith([0, RecordSizeLimit, 0, (byte)content.Length, .. content]).Alert);
    }

    /// <summary>RFC 8449 §4: a later version may allow more; we never send more than this one does.</summary>
    [Fact]
    public void A_limit_above_the_protocols_own_is_the_protocols_own()
    {
        using var rig = new HandshakeRig();
        Assert.False(rig.Offer(hello => ChangedHello.WithContent(hello, RecordSizeLimit, static _ => [0xFF, 0xFF])).IsError);
        Assert.Equal((1 << 14) + 1, rig.Server.PeerRecordSizeLimit);
    }

    [Fact]
    public void A_client_refuses_an_answer_to_what_it_did_not_offer()
    {
        using var rig = new HandshakeRig(client: static config => config with { RecordSizeLimit = null });
        Assert.Equal(ProtocolError.UnexpectedExtension, rig.AnswerWith([0, RecordSizeLimit, 0, 2, 1, 0]));
    }

    [Theory]
    [InlineData(63)]
    [InlineData(16_386)]
    public void A_limit_out_of_range_cannot_be_configured(int limit)
    {
        var config = new DtlsConfig { Crypto = TestProviders.Default, RecordSizeLimit = limit };
        Assert.Equal(nameof(DtlsConfig.RecordSizeLimit), Assert.Throws<ArgumentException>(config.Validate).ParamName);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(100)]
    public void Padding_to_a_multiple_hides_the_length(int step)
    {
        using var connected = new ConnectedPair(client: config => config with { Padding = DtlsPadding.ToMultipleOf(step) });
        foreach (int length in new[] { 0, 1, step - 2, step - 1, step, 700 })
        {
            int inner = Sent(connected.Pair, length) - Header - Tag;
            Assert.Equal((length / step * step) + step, inner);
        }
    }

    [Fact]
    public void Padding_to_the_maximum_fills_the_datagram()
    {
        using var connected = new ConnectedPair(client: static config => config with { Padding = DtlsPadding.ToMaximum });
        DtlsConnection client = connected.Pair.Client.Connection;
        foreach (int length in new[] { 0, 1, 500, client.MaxPlaintextSize })
            Assert.Equal(1200, Sent(connected.Pair, length));
        Assert.Equal(DtlsWriteResult.TooLarge, connected.Pair.Client.Write(client, new byte[client.MaxPlaintextSize + 1]));
    }

    [Fact]
    public void Padding_keeps_to_the_peers_limit()
    {
        using var connected = new ConnectedPair(
            client: static config => config with { Padding = DtlsPadding.ToMaximum },
            server: static config => config with { RecordSizeLimit = 200 });
        Assert.Equal(200 + Header + Tag, Sent(connected.Pair, 3));
        connected.AssertAlive();
    }

    [Fact]
    public void Padding_cannot_make_a_record_larger_than_the_datagram()
    {
        using var connected = new ConnectedPair(client: static config => config with { Padding = DtlsPadding.ToMultipleOf(1000) });
        Assert.Equal(1200, Sent(connected.Pair, 1100));
    }

    [Fact]
    public void Everything_after_the_handshake_is_padded()
    {
        using var connected = new ConnectedPair(
            client: static config => config with { Padding = DtlsPadding.ToMultipleOf(256) },
            server: static config => config with { Padding = DtlsPadding.ToMultipleOf(256) });
        List<int> sizes = [];
        connected.Pair.Network.OnSend = datagram =>
        {
            sizes.Add(datagram.Payload.Length);
            return true;
        };
        Assert.True(connected.Pair.Client.RequestKeyUpdate(connected.Pair.Client.Connection, requestPeerUpdate: true));
        connected.Pair.Settle(TimeSpan.FromSeconds(5));
        connected.Pair.Client.Close(connected.Pair.Client.Connection);
        Assert.True(sizes.Count >= 5, string.Join(' ', sizes)); // KeyUpdate and ACK each way, and the alert
        Assert.All(sizes, static size => Assert.Equal(256 + Header + Tag, size));
    }

    [Fact]
    public void A_destination_without_room_for_the_padding_is_refused()
    {
        using var connected = new ConnectedPair(client: static config => config with { Padding = DtlsPadding.ToMultipleOf(256) });
        DtlsConnection client = connected.Pair.Client.Connection;
        int size = client.GetRecordSize(10);
        Assert.Equal(256 + Header + Tag, size);
        Assert.Equal(DtlsWriteResult.DestinationTooSmall, client.Write(new byte[10], connected.Pair.Network.Clock.Now, new byte[size - 1], out _));
        Assert.Equal(DtlsWriteResult.Success, client.Write(new byte[10], connected.Pair.Network.Clock.Now, new byte[size], out int written));
        Assert.Equal(size, written);
    }

    /// <summary>Bytes of the datagram that the client makes of so many bytes of content, which arrive.</summary>
    private static int Sent(DtlsPair pair, int length)
    {
        int size = 0;
        pair.Network.OnSend = datagram =>
        {
            size = datagram.Payload.Length;
            return true;
        };
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, new byte[length]));
        pair.Settle(TimeSpan.FromMilliseconds(1));
        Assert.Equal(length, pair.Server.Log.Received[^1].Length);
        pair.Network.OnSend = null;
        return size;
    }

    /// <summary>Every protected record from one side, the handshake's included, is within the limit, and data arrives.</summary>
    private static void AssertKept(Func<DtlsConfig, DtlsConfig> client, Func<DtlsConfig, DtlsConfig> server, DtlsAddress sender, int limit)
    {
        using DtlsPair pair = DtlsPair.Create(client: client, server: server);
        int records = 0;
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Source == sender)
                records += CountWithin(datagram.Payload, limit);
            return true;
        };
        pair.DriveToConnected();
        DtlsNode node = sender == DtlsPair.ClientAddress ? pair.Client : pair.Server;
        ConnectionLog peer = sender == DtlsPair.ClientAddress ? pair.Server.Log : pair.Client.Log;
        Assert.Equal(limit - 1, node.Connection.MaxPlaintextSize);
        Assert.Equal(DtlsWriteResult.TooLarge, node.Write(node.Connection, new byte[limit]));
        Assert.Equal(DtlsWriteResult.Success, node.Write(node.Connection, new byte[limit - 1]));
        pair.Settle(TimeSpan.FromSeconds(1));
        Assert.Equal(limit - 1, peer.Received.Single().Length);
        Assert.True(records > 4, $"{records} records");
    }

    private static int CountWithin(byte[] datagram, int limit)
    {
        int records = 0;
        for (int at = 0; at < datagram.Length;)
        {
            if (PlaintextRecords.IsPlaintext(datagram[at]))
            {
                at += PlaintextRecords.FirstRecordLength(datagram.AsSpan(at));
                continue;
            }

            int ciphertext = (datagram[at + 3] << 8) | datagram[at + 4];
            Assert.InRange(ciphertext - Tag, 1, limit);
            at += Header + ciphertext;
            records++;
        }

        return records;
    }
}
