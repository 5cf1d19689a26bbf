using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Conformance;

/// <summary>RFC 9147 §7: acknowledgements.</summary>
public sealed class Section7Tests
{
    private const byte KeyUpdate = 24;

    [Fact]
    [Conformance("RFC 9147", "7", "A message that is dropped because it is not the next one is not acknowledged.", "Sockets.Dtls/DtlsConnection.Handshake.cs")]
    public void Section_7_What_is_dropped_is_not_acknowledged()
    {
        using WatchedPair pair = Connected();
        using RecordForge forge = pair.Forge(client: true);
        ulong before = pair.Pair.Server.Connection.Statistics.Discarded(DiscardReason.FragmentOutOfWindow);
        pair.ToServer(forge.Seal(100, RecordForge.Handshake, Update(sequence: 40)));
        pair.Pair.Settle(TimeSpan.FromMinutes(1));
        Assert.Equal(before + 1, pair.Pair.Server.Connection.Statistics.Discarded(DiscardReason.FragmentOutOfWindow));
        Assert.Empty(pair.FromServer);
    }

    [Fact]
    [Conformance("RFC 9147", "7", "A record is acknowledged only when all its messages and fragments were processed or buffered.", "Sockets.Dtls/DtlsConnection.Handshake.cs")]
    public void Section_7_A_record_dropped_in_part_is_not_acknowledged()
    {
        using WatchedPair pair = Connected();
        using RecordForge forge = pair.Forge(client: true);
        pair.ToServer(forge.Seal(100, RecordForge.Handshake, [.. Update(sequence: 2), .. Update(sequence: 40)]));
        pair.Pair.Settle(TimeSpan.FromMinutes(1));
        Assert.Equal(1, pair.Pair.Server.Log.Count(DtlsEventKind.ReadKeyUpdated));
        Assert.DoesNotContain((3UL, 100UL), Acknowledged(pair.FromServer));
    }

    [Fact]
    [Conformance("RFC 9147", "7", "During the handshake an ACK names no record of a later epoch than its own.", "Sockets.Dtls/Handshake/AckTracker.cs")]
    public void Section_7_An_ack_is_not_older_than_what_it_names()
    {
        var tracker = new AckTracker(32);
        tracker.Add(new RecordNumber(0, 1));
        tracker.Add(new RecordNumber(2, 0));
        tracker.Add(new RecordNumber(0, 2));
        var numbers = new RecordNumber[8];
        Assert.Equal(2, tracker.CopyTo(numbers, maxEpoch: 0));
        Assert.Equal([new(0, 1), new(0, 2)], numbers[..2]);
        Assert.Equal(3, tracker.CopyTo(numbers, maxEpoch: 2));

        // The same on the wire: parts of the server's flight are lost, so that the client acknowledges the rest.
        using var pair = new WatchedPair(server: static config => config with
        {
            MaxDatagramSize = 300,
            Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 3000).ToCredential(config.Crypto)],
        });
        int count = 0;
        pair.Passes = (datagram, _) => datagram.Source == DtlsPair.ClientAddress || ++count % 3 != 2;
        pair.Pair.DriveToConnected();
        List<SentRecordView> acks = [.. pair.FromClient.Where(static record => record.Type == RecordForge.Ack)];
        Assert.NotEmpty(acks);
        Assert.All(acks, static ack => Assert.All(ack.Acknowledged(), number => Assert.InRange(number.Epoch, 0UL, ack.Epoch)));
    }

    [Fact]
    [Conformance("RFC 9147", "7", "After the handshake ACKs go out in the newest epoch for sending.", "Sockets.Dtls/DtlsConnection.Transmit.cs")]
    public void Section_7_Later_acks_use_the_newest_epoch()
    {
        using WatchedPair pair = Connected();
        Assert.True(pair.Pair.Server.RequestKeyUpdate(pair.Pair.Server.Connection, requestPeerUpdate: false));
        pair.Pair.Settle();
        pair.Forget();
        Assert.True(pair.Pair.Client.RequestKeyUpdate(pair.Pair.Client.Connection, requestPeerUpdate: false));
        pair.Pair.Settle();
        SentRecordView ack = Assert.Single(pair.FromServer);
        Assert.Equal(RecordForge.Ack, ack.Type);
        Assert.Equal(4UL, ack.Epoch);
    }

    [Fact]
    [Conformance("RFC 9147", "7.1", "A flight that no flight answers is acknowledged: the client's last one, record by record.", "Sockets.Dtls/DtlsConnection.Handshake.cs")]
    public void Section_7_1_The_last_flight_is_acknowledged()
    {
        using var pair = new WatchedPair(
            client: static config => config with { MaxDatagramSize = 300, Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 1000).ToCredential(config.Crypto)] },
            server: static config => config with { ClientAuthentication = DtlsClientAuthentication.Required });
        pair.Pair.DriveToConnected();
        pair.Pair.Settle(TimeSpan.FromMinutes(1));
        List<(ulong, ulong)> flight = [.. pair.FromClient.Where(static record => record is { Type: RecordForge.Handshake, Epoch: 2 }).Select(static record => (record.Epoch, record.Number))];
        Assert.True(flight.Count > 3);
        Assert.Equal(flight, Acknowledged(pair.FromServer).Distinct().Order().Where(static number => number.Epoch == 2));
        Assert.Equal(0UL, pair.Pair.Client.Connection.Statistics.Retransmissions);
    }

    [Fact]
    [Conformance("RFC 9147", "7.1", "Messages after the handshake are acknowledged one by one.", "Sockets.Dtls/DtlsConnection.Handshake.cs")]
    public void Section_7_1_Messages_after_the_handshake_are_acknowledged()
    {
        using WatchedPair pair = Connected();
        using RecordForge forge = pair.Forge(client: true);
        pair.ToServer(forge.Seal(100, RecordForge.Handshake, Update(sequence: 2)));
        pair.Pair.Settle();
        Assert.Equal([(3UL, 100UL)], Acknowledged(pair.FromServer));
    }

    [Fact]
    [Conformance("RFC 9147", "7.1", "Records of other content types are not acknowledged.", "Sockets.Dtls/DtlsConnection.Receive.cs")]
    public void Section_7_1_Nothing_but_handshake_is_acknowledged()
    {
        using WatchedPair pair = Connected();
        using RecordForge forge = pair.Forge(client: true);
        pair.ToServer(forge.Seal(100, RecordForge.ApplicationData, [1]));
        pair.ToServer(forge.Seal(101, RecordForge.Ack, [0, 0]));
        pair.ToServer(forge.Seal(102, RecordForge.Alert, [1, (byte)AlertDescription.UserCanceled]));
        pair.Pair.Settle(TimeSpan.FromMinutes(1));
        Assert.Single(pair.Pair.Server.Log.Received);
        Assert.Empty(pair.FromServer);
    }

    [Fact]
    [Conformance("RFC 9147", "7.1", "Records that do not open are not acknowledged.", "Sockets.Dtls/DtlsConnection.Receive.cs")]
    public void Section_7_1_What_does_not_open_is_not_acknowledged()
    {
        using WatchedPair pair = Connected();
        using RecordForge forge = pair.Forge(client: true);
        byte[] forged = forge.Seal(100, RecordForge.Handshake, Update(sequence: 2));
        forged[^1] ^= 1;
        pair.ToServer(forged);
        pair.Pair.Settle(TimeSpan.FromMinutes(1));
        Assert.Equal(1UL, pair.Pair.Server.Connection.Statistics.Discarded(DiscardReason.AuthenticationFailed));
        Assert.Empty(pair.FromServer);
        Assert.Equal(0, pair.Pair.Server.Log.Count(DtlsEventKind.ReadKeyUpdated));
    }

    [Fact]
    [Conformance("RFC 9147", "7.2", "A flight that is acknowledged as a whole is not sent again.", "Sockets.Dtls/DtlsConnection.Transmit.cs")]
    public void Section_7_2_An_acknowledged_flight_is_not_sent_again()
    {
        using WatchedPair pair = Connected();
        Assert.True(pair.Pair.Client.RequestKeyUpdate(pair.Pair.Client.Connection, requestPeerUpdate: false));
        pair.Pair.Settle(TimeSpan.FromMinutes(10));
        Assert.Single(pair.FromClient);
        Assert.Equal(MonotonicTime.Never, pair.Pair.Client.EngineTimeout);
        Assert.Equal(0UL, pair.Pair.Client.Connection.Statistics.Retransmissions);
    }

    [Fact]
    [Conformance("RFC 9147", "7.2", "A record counts as acknowledged when any ACK has named it.", "Sockets.Dtls/Handshake/Flight.cs")]
    public void Section_7_2_Acknowledgements_add_up()
    {
        var flight = new Flight(history: 32);
        flight.Add(new OutgoingMessage(HandshakeType.Certificate, 0, 2, new byte[100]));
        byte[] record = new byte[12 + 40];
        for (ulong number = 0; !flight.IsSent; number++)
        {
            Assert.True(flight.Fill(record, out SentRecord range) > 0);
            flight.OnSent(new RecordNumber(2, number), range);
        }

        foreach (ulong number in new[] { 2UL, 0UL, 1UL })
        {
            Assert.False(flight.IsAcknowledged);
            Assert.True(flight.Acknowledge(new RecordNumber(2, number)));
            flight.Rewind();
        }

        Assert.True(flight.IsAcknowledged);
        Assert.True(flight.IsSent);
    }

    [Fact]
    [Conformance("RFC 9147", "7.2", "Any record of the answer acknowledges the whole flight it answers.", "Sockets.Dtls/DtlsConnection.Handshake.cs")]
    public void Section_7_2_An_answer_acknowledges()
    {
        using var pair = new WatchedPair();
        bool hasAnswer = false;
        pair.Passes = (datagram, records) =>
        {
            if (datagram.Source == DtlsPair.ClientAddress)
                return true;

            // ServerHello arrives, and nothing after it.
            if (records[0].Epoch == 0 && !hasAnswer)
            {
                hasAnswer = true;
                byte[] hello = datagram.Payload[..PlaintextRecords.FirstRecordLength(datagram.Payload)];
                pair.Pair.Network.After(TimeSpan.Zero, () => pair.ToClient(hello));
            }

            return false;
        };
        pair.Pair.Start();
        pair.Pair.DriveUntil(() => hasAnswer);
        pair.Forget();
        pair.Pair.Settle(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(pair.FromClient, static record => record.Type == RecordForge.Handshake);
    }

    private static WatchedPair Connected()
    {
        var pair = new WatchedPair();
        pair.Connect();
        return pair;
    }

    private static byte[] Update(int sequence) => PlaintextRecords.Fragment(KeyUpdate, 1, sequence, 0, 1, [0]);

    private static IEnumerable<(ulong Epoch, ulong Number)> Acknowledged(IEnumerable<SentRecordView> records) =>
        records.Where(static record => record.Type == RecordForge.Ack).SelectMany(static record => record.Acknowledged());
}
