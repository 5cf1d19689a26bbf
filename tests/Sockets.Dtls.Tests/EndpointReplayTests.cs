using System;
using System.Collections.Generic;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>ClientHellos that come again, and ClientHellos that share a datagram, at an endpoint.</summary>
public sealed class EndpointReplayTests
{
    [Fact]
    public void An_older_client_hello_does_not_displace_a_newer_handshake()
    {
        using DtlsPair pair = DtlsPair.Create(endpoint: new DtlsEndpointConfig());
        pair.DriveToConnected();
        byte[] older = Restart(pair, 5);
        Restart(pair, 6);
        Assert.Equal(3, pair.Server.Logs.Count);
        Assert.True(pair.Server.Logs[1].IsClosed);

        // Its cookie is still good, and it is no retransmission of a hello that a connection knows.
        pair.Server.Receive(DtlsPair.ClientAddress, older);
        Assert.Equal(3, pair.Server.Logs.Count);
        Assert.False(pair.Server.Logs[0].IsClosed);
        Assert.False(pair.Server.Logs[2].IsClosed);
        Assert.Equal(2, pair.Server.Endpoint!.ConnectionCount);
        Assert.Equal(1UL, pair.Server.Endpoint.Statistics.Discarded(DiscardReason.InvalidCookie));
    }

    [Fact]
    public void Clients_that_stop_after_the_cookie_do_not_keep_others_out()
    {
        const int limit = 4;
        using DtlsPair pair = DtlsPair.Create(endpoint: new DtlsEndpointConfig { MaxHandshakes = limit });
        pair.DriveToConnected();
        for (int i = 0; i < 20; i++)
        {
            Restart(pair, (ulong)i, DtlsNetwork.Address(50 + i, 1));
            Assert.Equal(Math.Min(i + 1, limit), pair.Server.Endpoint!.HandshakeCount);
        }

        Assert.Equal(21, pair.Server.Logs.Count);
        Assert.False(pair.Server.Logs[0].IsClosed);
        for (int i = 1; i <= 20; i++)
        {
            bool isDisplaced = i <= 20 - limit;
            Assert.Equal(isDisplaced ? DtlsFailureReason.Displaced : null, pair.Server.Logs[i].Failure?.Reason);
        }

        Assert.Equal(limit + 1, pair.Server.Endpoint!.ConnectionCount);
        pair.Network.OnSend = null;
        pair.Settle(TimeSpan.FromMinutes(10));
        Assert.Equal(0, pair.Server.Endpoint.HandshakeCount);
        Assert.Equal(1, pair.Server.Endpoint.ConnectionCount);
    }

    [Fact]
    public void Fragments_of_one_hello_may_share_a_datagram_in_records_of_their_own()
    {
        using DtlsPair pair = DtlsPair.Create(endpoint: new DtlsEndpointConfig());
        pair.Network.OnSend = static _ => false;
        byte[] body = ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 3))[0][(13 + 12)..];
        int half = body.Length / 2;
        byte[] joined =
        [
            .. PlaintextRecords.Record(22, PlaintextRecords.Fragment(1, body.Length, 0, 0, half, body.AsSpan(0, half)), 0),
            .. PlaintextRecords.Record(22, PlaintextRecords.Fragment(1, body.Length, 0, half, body.Length - half, body.AsSpan(half)), 1),
        ];
        pair.Server.Receive(DtlsPair.ClientAddress, joined);
        DtlsStatistics statistics = pair.Server.Endpoint!.Statistics;
        Assert.Equal(1UL, statistics.DatagramsReceived);
        Assert.Equal(1UL, statistics.DatagramsSent);
        Assert.Equal(0UL, statistics.TotalDiscarded);
    }

    /// <summary>A client starts, on the same address if need be, and falls silent once its cookie came back: that datagram.</summary>
    private static byte[] Restart(DtlsPair pair, ulong seed, DtlsAddress? source = null)
    {
        DtlsAddress address = source ?? DtlsPair.ClientAddress;
        pair.Settle(TimeSpan.FromSeconds(1));
        var network = new DtlsNetwork(seed);
        DtlsNode client = network.AddNode(address, NetemOptions.Perfect);
        List<byte[]> hellos = [];
        network.OnSend = datagram =>
        {
            hellos.Add([.. datagram.Payload]);
            return false;
        };
        pair.Network.OnSend = datagram =>
        {
            if (hellos.Count == 1)
                client.Receive(datagram.Source, datagram.Payload);
            return false;
        };
        client.Connect(DtlsPair.Config(TestProviders.Default, seed), DtlsPair.ServerAddress);
        pair.Server.Receive(address, [.. hellos[0]]);
        Assert.Equal(2, hellos.Count);
        pair.Server.Receive(address, [.. hellos[1]]);
        return hellos[1];
    }
}
