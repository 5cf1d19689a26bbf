using System;
using System.Collections.Generic;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Handshake;

/// <summary>Fragmentation, packing and selective retransmission (RFC 9147 §5.5, §7).</summary>
public sealed class FlightTests
{
    [Fact]
    public void A_record_is_filled_and_the_next_one_goes_on()
    {
        byte[] record = new byte[80];
        Flight flight = MakeFlight(50, 30);
        Assert.Equal(80, flight.Fill(record, out _));
        FragmentHeader.TryRead(record, out FragmentHeader first);
        FragmentHeader.TryRead(record.AsSpan(62), out FragmentHeader second);
        Assert.Equal((0, 0, 50), (first.MessageSequence, first.Offset, first.FragmentLength));
        Assert.Equal((1, 0, 6), (second.MessageSequence, second.Offset, second.FragmentLength));
        Assert.Equal(12 + 24, flight.Fill(record, out _));
        FragmentHeader.TryRead(record, out second);
        Assert.Equal((1, 6, 24), (second.MessageSequence, second.Offset, second.FragmentLength));
        Assert.True(flight.IsSent);

        // 12 bytes are left behind the first fragment: too few for a header and a byte.
        flight = MakeFlight(50, 30);
        Assert.Equal(62, flight.Fill(record.AsSpan(0, 74), out _));
        Assert.Equal(42, flight.Fill(record, out _));
        Assert.True(flight.IsSent);
    }

    [Fact]
    public void Only_what_is_missing_is_sent_again()
    {
        Flight flight = MakeFlight(100, 100);
        byte[] record = new byte[12 + 40];
        var numbers = new List<RecordNumber>();
        while (!flight.IsSent)
        {
            Assert.True(flight.Fill(record, out SentRecord range) > 0);
            numbers.Add(new RecordNumber(2, (ulong)numbers.Count));
            flight.OnSent(numbers[^1], range);
        }

        // 0: 0..40 of the first, 1: 40..80, 2: 80..100 and the start of the second, 3 and 4: the rest
        Assert.True(flight.Acknowledge(numbers[1]));
        Assert.False(flight.Acknowledge(numbers[1]));
        Assert.False(flight.Acknowledge(new RecordNumber(2, 99)));
        flight.Rewind();
        byte[] large = new byte[2000];
        int length = flight.Fill(large, out SentRecord rest);
        FragmentHeader.TryRead(large, out FragmentHeader header);
        Assert.Equal((0, 40), (header.Offset, header.FragmentLength));
        FragmentHeader.TryRead(large.AsSpan(12 + 40), out header);
        Assert.Equal((80, 20), (header.Offset, header.FragmentLength));
        FragmentHeader.TryRead(large.AsSpan(12 + 40 + 12 + 20), out header);
        Assert.Equal((0, 100), (header.Offset, header.FragmentLength));
        Assert.Equal((3 * 12) + 160, length);
        flight.OnSent(new RecordNumber(2, 50), rest);
        Assert.True(flight.Acknowledge(new RecordNumber(2, 50)));
        Assert.True(flight.IsAcknowledged);
        flight.Rewind();
        Assert.True(flight.IsSent);
    }

    [Fact]
    public void Records_beyond_the_history_are_forgotten()
    {
        var flight = new Flight(history: 2);
        flight.Add(new OutgoingMessage(HandshakeType.Certificate, 0, 2, new byte[90]));
        byte[] record = new byte[12 + 30];
        for (ulong i = 0; i < 3; i++)
        {
            flight.Fill(record, out SentRecord range);
            flight.OnSent(new RecordNumber(2, i), range);
        }

        Assert.False(flight.Acknowledge(new RecordNumber(2, 0)));
        Assert.True(flight.Acknowledge(new RecordNumber(2, 1)));
        Assert.False(flight.IsAcknowledged);
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    [InlineData(4UL)]
    public void Whatever_is_lost_the_peer_gets_every_byte(ulong seed)
    {
        var random = new SeededRandom(seed);
        var bodies = new List<byte[]>();
        var flight = new Flight(history: 16);
        for (ushort i = 0; i < 5; i++)
        {
            byte[] body = new byte[random.Next(900)];
            Array.Fill(body, (byte)i);
            bodies.Add(body);
            flight.Add(new OutgoingMessage(HandshakeType.Certificate, i, 2, body));
        }

        var reassembler = new Reassembler(0, 4096, 65536);
        int received = 0;
        ulong number = 0;
        for (int round = 0; !flight.IsAcknowledged; round++)
        {
            Assert.True(round < 1000);
            int mtu = 14 + random.Next(300);
            byte[] record = new byte[mtu];
            while (!flight.IsSent && flight.Fill(record, out SentRecord range) is > 0 and int length)
            {
                var sent = new RecordNumber(2, number++);
                flight.OnSent(sent, range);
                if (random.Next(100) < 40)
                    continue;
                for (ReadOnlySpan<byte> rest = record.AsSpan(0, length); !rest.IsEmpty;)
                {
                    Assert.True(FragmentHeader.TryRead(rest, out FragmentHeader header));
                    reassembler.Add(header, rest.Slice(12, header.FragmentLength), 2);
                    rest = rest[(12 + header.FragmentLength)..];
                }

                if (random.Next(100) < 70)
                    flight.Acknowledge(sent);
            }

            flight.Rewind();
            while (reassembler.TryPeek(out _, out ReadOnlySpan<byte> body, out _))
            {
                Assert.True(body.SequenceEqual(bodies[received++]));
                reassembler.Advance();
            }
        }

        Assert.Equal(5, received);
    }

    private static Flight MakeFlight(params int[] lengths)
    {
        var flight = new Flight(history: 32);
        for (int i = 0; i < lengths.Length; i++)
            flight.Add(new OutgoingMessage(HandshakeType.Certificate, (ushort)i, 2, new byte[lengths[i]]));
        return flight;
    }
}
