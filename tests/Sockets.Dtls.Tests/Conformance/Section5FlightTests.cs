using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Conformance;

/// <summary>RFC 9147 §5.5 to §5.11: fragments, flights, alerts and associations.</summary>
public sealed class Section5FlightTests
{
    private const byte KeyUpdate = 24;

    [Fact]
    [Conformance("RFC 9147", "5.5", "The fragments of a message do not overlap.", "Sockets.Dtls/Handshake/Flight.cs")]
    public void Section_5_5_Fragments_do_not_overlap()
    {
        using WatchedPair pair = Fragmenting();
        pair.Pair.DriveToConnected();
        foreach (List<SentRecordView> records in new[] { pair.FromClient, pair.FromServer })
        {
            var messages = records.Where(static record => record.Type == RecordForge.Handshake)
                .SelectMany(static record => record.Fragments())
                .GroupBy(static fragment => (fragment.Type, fragment.Sequence, fragment.Length));
            Assert.Contains(messages, static message => message.Count() > 5);
            foreach (var message in messages)
            {
                int end = 0;
                foreach ((_, _, _, int offset, byte[] body) in message.OrderBy(static fragment => fragment.Offset))
                {
                    Assert.Equal(end, offset);
                    end += body.Length;
                }

                Assert.Equal(message.Key.Length, end);
            }
        }
    }

    [Fact]
    [Conformance("RFC 9147", "5.5", "Each fragment is delivered in a single datagram.", "Sockets.Dtls/Handshake/Flight.cs")]
    public void Section_5_5_A_fragment_lies_in_one_datagram()
    {
        using WatchedPair pair = Fragmenting();
        pair.Pair.DriveToConnected();

        // The watcher opens each datagram by itself, and a fragment that went on elsewhere would end too early.
        Assert.All(pair.Datagrams, static datagram => Assert.InRange(datagram.Payload.Length, 1, 300));
        Assert.True(pair.FromServer.Sum(static record => record.Type == RecordForge.Handshake ? record.Fragments().Count : 0) > 10);
    }

    [Fact]
    [Conformance("RFC 9147", "5.5", "A fragment of the expected message is taken, whatever is still missing.", "Sockets.Dtls/Handshake/Reassembler.cs")]
    public void Section_5_5_Fragments_of_the_next_message_are_taken()
    {
        using var pair = new ConnectedPair();
        byte[] body = new byte[120];
        pair.ToClient(pair.FromServer.Seal(100, RecordForge.Handshake, Ticket(body.Length, 50, body.AsSpan(50))));
        Assert.Equal(0UL, pair.Client.Statistics.TotalDiscarded);
        Assert.False(pair.Client.IsClosed);

        // With the first half the message is whole, and it is no NewSessionTicket.
        pair.ToClient(pair.FromServer.Seal(101, RecordForge.Handshake, Ticket(body.Length, 0, body.AsSpan(0, 50))));
        Assert.True(pair.Client.IsClosed);
        Assert.False(pair.Client.Failure?.FromPeer);
    }

    [Fact]
    [Conformance("RFC 9147", "5.5", "Fragments may overlap when they are received.", "Sockets.Dtls/Handshake/ByteRanges.cs")]
    public void Section_5_5_Overlapping_fragments_are_put_together()
    {
        using var pair = new WatchedPair();
        bool isFirst = true;
        pair.Passes = (datagram, records) =>
        {
            if (!isFirst)
                return true;
            isFirst = false;
            byte[] body = records[0].Fragments()[0].Body;
            foreach ((int start, int end) in new[] { (60, body.Length), (0, 40), (20, 50), (10, 45) })
            {
                pair.ToServer(PlaintextRecords.Record(RecordForge.Handshake, PlaintextRecords.Fragment(1, body.Length, 0, start, end - start, body.AsSpan(start, end - start))));
                Assert.Empty(pair.FromServer);
            }

            pair.ToServer(PlaintextRecords.Record(RecordForge.Handshake, PlaintextRecords.Fragment(1, body.Length, 0, 45, 30, body.AsSpan(45, 30))));
            Assert.NotEmpty(pair.FromServer);
            return false;
        };
        pair.Pair.DriveToConnected();
    }

    [Fact]
    [Conformance("RFC 9147", "5.5", "The bytes of a message do not change when it is sent again.", "Sockets.Dtls/Handshake/Flight.cs")]
    public void Section_5_5_Retransmissions_have_the_same_bytes()
    {
        using WatchedPair pair = Fragmenting();
        var bytes = new Dictionary<(byte Type, int Sequence, int At), byte>();
        int again = 0;
        int count = 0;
        pair.Passes = (datagram, records) =>
        {
            if (datagram.Source == DtlsPair.ClientAddress)
                return true;
            foreach ((byte type, _, int sequence, int offset, byte[] body) in records.Where(static record => record.Type == RecordForge.Handshake).SelectMany(static record => record.Fragments()))
            {
                for (int i = 0; i < body.Length; i++)
                {
                    again += bytes.TryAdd((type, sequence, offset + i), body[i]) ? 0 : 1;
                    Assert.Equal(bytes[(type, sequence, offset + i)], body[i]);
                }
            }

            return ++count % 3 == 0;
        };
        pair.Pair.DriveToConnected();
        Assert.True(again > 1000, $"only {again} bytes were sent again");
    }

    [Fact]
    [Conformance("RFC 9147", "5.8.1", "For twice the segment lifetime a server answers a repeated final flight with its ACK again.", "Sockets.Dtls/DtlsConnection.Handshake.cs")]
    public void Section_5_8_1_A_repeated_final_flight_is_acknowledged_again()
    {
        using var pair = new WatchedPair();
        pair.Pair.DriveToConnected();
        pair.Pair.Settle(TimeSpan.FromSeconds(1));
        byte[] finished = pair.FromClient.Last(static record => record is { Epoch: 2, Type: RecordForge.Handshake }).Content;
        using RecordForge forge = pair.Forge(client: true, epoch: 2);
        for (ulong number = 10; number < 13; number++)
        {
            // 200 s after the handshake the third one is still within twice two minutes.
            pair.Forget();
            pair.ToServer(forge.Seal(number, RecordForge.Handshake, finished));
            pair.Pair.Settle(TimeSpan.FromSeconds(number == 10 ? 1 : 100));
            SentRecordView ack = Assert.Single(pair.FromServer);
            Assert.Equal(RecordForge.Ack, ack.Type);
            Assert.Contains((2UL, number), ack.Acknowledged());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Conformance("RFC 9147", "5.8.1", "Application data is delivered only once the peer's Finished has been taken.", "Sockets.Dtls/DtlsConnection.Receive.cs")]
    public void Section_5_8_1_No_data_before_finished(bool buffers)
    {
        using var pair = new WatchedPair(server: config => buffers ? config : config with { EarlyDatagramBuffer = 0 });
        bool isLost = true;
        pair.Passes = (datagram, records) => datagram.Source != DtlsPair.ClientAddress || !isLost || records[0] is not { Epoch: 2, Type: RecordForge.Handshake };
        pair.Pair.Start();
        pair.Pair.DriveUntil(() => pair.Pair.Client.Log.IsConnected);
        pair.Pair.Client.Write(pair.Pair.Client.Connection, [1, 2, 3]);
        pair.Pair.Settle(TimeSpan.FromMilliseconds(500));
        Assert.Empty(pair.Pair.Server.Log.Received);
        Assert.False(pair.Pair.Server.Log.IsConnected);
        Assert.Equal(buffers ? 0UL : 1, pair.Pair.Server.Connection.Statistics.Discarded(DiscardReason.UnknownEpoch));
        isLost = false;
        pair.Pair.DriveUntil(() => pair.Pair.IsConnected);
        Assert.Equal(buffers ? 1 : 0, pair.Pair.Server.Log.Received.Count);
    }

    [Fact]
    [Conformance("RFC 9147", "5.8.4", "No KeyUpdate is sent while an earlier one is not acknowledged.", "Sockets.Dtls/DtlsConnection.KeyUpdate.cs")]
    [Conformance("RFC 9147", "8", "No new KeyUpdate is sent before the last one is acknowledged.", "Sockets.Dtls/DtlsConnection.KeyUpdate.cs")]
    public void Section_5_8_4_One_key_update_at_a_time()
    {
        using var pair = new WatchedPair();
        pair.Connect();
        pair.Passes = static (datagram, _) => datagram.Source == DtlsPair.ClientAddress;
        DtlsNode client = pair.Pair.Client;
        for (int i = 0; i < 4; i++)
        {
            Assert.True(client.RequestKeyUpdate(client.Connection, requestPeerUpdate: true));
            pair.Pair.Settle(TimeSpan.FromSeconds(2));
        }

        // Sent again and again, it is the same message; the request that came meanwhile waits.
        List<int> sequences = [.. KeyUpdates(pair.FromClient)];
        Assert.True(sequences.Count > 1);
        Assert.Single(sequences.Distinct());
        Assert.All(pair.FromClient, static record => Assert.Equal(3UL, record.Epoch));
        pair.Passes = null;
        pair.Pair.Settle(TimeSpan.FromMinutes(2));
        Assert.Equal(2, KeyUpdates(pair.FromClient).Distinct().Count());
        pair.AssertAlive();
    }

    /// <summary>A server that answers in many small fragments.</summary>
    private static WatchedPair Fragmenting() => new(
        client: static config => ClientHellos.Enlarge(config, 300),
        server: static config => config with
        {
            MaxDatagramSize = 300,
            LowerDatagramSizeOnLoss = false,
            Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 3000).ToCredential(config.Crypto)],
        });

    /// <summary>A fragment of a NewSessionTicket, the message that a server without tickets sends next.</summary>
    private static byte[] Ticket(int length, int offset, ReadOnlySpan<byte> body) => PlaintextRecords.Fragment(4, length, 5, offset, body.Length, body);

    private static IEnumerable<int> KeyUpdates(IEnumerable<SentRecordView> records) => records
        .Where(static record => record.Type == RecordForge.Handshake)
        .SelectMany(static record => record.Fragments())
        .Where(static fragment => fragment.Type == KeyUpdate)
        .Select(static fragment => fragment.Sequence);
}
