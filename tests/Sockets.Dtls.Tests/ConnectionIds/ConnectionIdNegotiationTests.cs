using System;
using System.Collections.Generic;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.ConnectionIds;

/// <summary>The connection_id extension (RFC 9146 §3, RFC 9147 §9): who wants what, and what the records then carry.</summary>
public sealed class ConnectionIdNegotiationTests
{
    private const int ConnectionIdBit = 0x10;

    public static TheoryData<int?, int?, bool> Lengths()
    {
        var data = new TheoryData<int?, int?, bool>();
        foreach (bool withEndpoint in new[] { false, true })
        {
            foreach ((int? client, int? server) in new (int?, int?)[] { (null, null), (null, 8), (8, null), (0, 0), (0, 8), (8, 0), (1, 20), (20, 1), (12, 12), (20, 20) })
                data.Add(client, server, withEndpoint);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Each_side_gets_what_it_asks_for(int? client, int? server, bool withEndpoint)
    {
        using DtlsPair pair = Create(client, server, withEndpoint);
        var seen = new List<NetemDatagram>();
        pair.Network.OnSend = datagram =>
        {
            seen.Add(datagram);
            return true;
        };
        pair.DriveToConnected();
        pair.Settle();
        Exchange(pair);

        bool negotiated = client is not null && server is not null;
        DtlsConnection c = pair.Client.Connection;
        DtlsConnection s = pair.Server.Connection;
        Assert.Equal(negotiated, c.UsesConnectionIds);
        Assert.Equal(negotiated, s.UsesConnectionIds);
        Assert.Equal(negotiated ? client!.Value : 0, c.ConnectionId.Length);
        Assert.Equal(negotiated ? server!.Value : 0, s.ConnectionId.Length);
        Assert.Equal(c.ConnectionId.ToArray(), s.PeerConnectionId.ToArray());
        Assert.Equal(s.ConnectionId.ToArray(), c.PeerConnectionId.ToArray());

        // RFC 9147 §4, §9.1: from the first protected record on, in every datagram; never an empty one.
        foreach (NetemDatagram datagram in seen)
        {
            byte[] expected = (datagram.Source == DtlsPair.ClientAddress ? s : c).ConnectionId.ToArray();
            foreach (byte[] record in ProtectedRecords(datagram.Payload, expected.Length))
            {
                Assert.Equal(expected.Length > 0, (record[0] & ConnectionIdBit) != 0);
                Assert.Equal(expected, record[1..(1 + expected.Length)]);
            }
        }
    }

    [Fact]
    public void Nothing_is_offered_or_taken_by_default()
    {
        Assert.Null(new DtlsConfig { Crypto = TestProviders.Default }.ConnectionIdLength);
        Assert.False(HasExtension(ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 4))[0]));
        Assert.True(HasExtension(ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 4) with { ConnectionIdLength = 8 })[0]));

        static bool HasExtension(byte[] hello) => hello.AsSpan().IndexOf("\0\x36\0\x09\x08"u8) > 0;
    }

    [Fact]
    public void The_second_client_hello_repeats_the_connection_id()
    {
        using DtlsPair pair = Create(8, 8, withEndpoint: true);
        var hellos = new List<byte[]>();
        pair.Network.OnSend = datagram =>
        {
            int at = datagram.Payload.AsSpan().IndexOf("\0\x36\0\x09\x08"u8);
            if (datagram.Source == DtlsPair.ClientAddress && datagram.Payload[0] == RecordForge.Handshake && at > 0)
                hellos.Add(datagram.Payload[(at + 5)..(at + 13)]);
            return true;
        };
        pair.DriveToConnected();
        Assert.Equal(2, hellos.Count);
        Assert.Equal(hellos[0], hellos[1]);
        Assert.Equal(hellos[0], pair.Client.Connection.ConnectionId.ToArray());
    }

    [Fact]
    public void The_space_they_take_is_counted()
    {
        using DtlsPair plain = Create(null, null, withEndpoint: false);
        using DtlsPair with = Create(4, 20, withEndpoint: false);
        plain.DriveToConnected();
        with.DriveToConnected();
        Assert.Equal(plain.Client.Connection.GetRecordSize(100) + 20, with.Client.Connection.GetRecordSize(100));
        Assert.Equal(plain.Client.Connection.MaxPlaintextSize - 20, with.Client.Connection.MaxPlaintextSize);
        Assert.Equal(plain.Server.Connection.MaxPlaintextSize - 4, with.Server.Connection.MaxPlaintextSize);

        byte[] buffer = new byte[2000];
        MonotonicTime now = with.Network.Clock.Now;
        byte[] most = new byte[with.Client.Connection.MaxPlaintextSize];
        Assert.Equal(DtlsWriteResult.Success, with.Client.Connection.Write(most, now, buffer, out int length));
        Assert.Equal(with.Client.Connection.MaxDatagramSize, length);
        Assert.Equal(DtlsWriteResult.TooLarge, with.Client.Connection.Write(new byte[most.Length + 1], now, buffer, out _));
        Assert.Equal(DtlsWriteResult.DestinationTooSmall, with.Client.Connection.Write(most, now, buffer.AsSpan(0, length - 1), out _));
    }

    [Theory]
    [InlineData(RecordHeaderForm.Full)]
    [InlineData(RecordHeaderForm.WithoutLength)]
    public void Small_datagrams_and_every_header_form_carry_them(RecordHeaderForm form)
    {
        using DtlsPair pair = DtlsPair.Create(
            client: config => config with { ConnectionIdLength = 20, HeaderForm = form, MaxDatagramSize = 128, MinDatagramSize = 128 },
            server: config => config with { ConnectionIdLength = 20, HeaderForm = form, MaxDatagramSize = 128, MinDatagramSize = 128 });
        pair.DriveToConnected();
        pair.Settle();
        Exchange(pair);
    }

    private static void Exchange(DtlsPair pair)
    {
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, [1, (byte)i]));
            Assert.Equal(DtlsWriteResult.Success, pair.Server.Write(pair.Server.Connection, [2, (byte)i]));
        }

        pair.Settle();
        Assert.Equal(3, pair.Server.Log.Received.Count);
        Assert.Equal(3, pair.Client.Log.Received.Count);
        foreach (DtlsNode node in new[] { pair.Client, pair.Server })
        {
            Assert.Equal(0UL, node.Connection.Statistics.Discarded(DiscardReason.UnexpectedConnectionId));
            Assert.Equal(0UL, node.Connection.Statistics.Discarded(DiscardReason.UnknownConnectionId));
            Assert.Equal(0UL, node.Connection.Statistics.Discarded(DiscardReason.MissingConnectionId));
        }
    }

    private static DtlsPair Create(int? client, int? server, bool withEndpoint) => DtlsPair.Create(
        client: config => config with { ConnectionIdLength = client },
        server: config => config with { ConnectionIdLength = server },
        endpoint: withEndpoint ? new DtlsEndpointConfig() : null);

    private static IEnumerable<byte[]> ProtectedRecords(byte[] datagram, int connectionIdLength)
    {
        int at = 0;
        while (at < datagram.Length)
        {
            int lengthAt = UnifiedHeader.IsCiphertext(datagram[at]) ? at + 1 + connectionIdLength + 2 : at + 11;
            int end = lengthAt + 2 + ((datagram[lengthAt] << 8) | datagram[lengthAt + 1]);
            if (UnifiedHeader.IsCiphertext(datagram[at]))
                yield return datagram[at..end];
            at = end;
        }
    }
}
