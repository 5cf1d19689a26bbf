using System;
using System.Collections.Generic;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>Datagrams that come twice, late, in another order or from elsewhere.</summary>
public sealed class ReplayTests
{
    [Fact]
    [Conformance("RFC 9147", "4.5.1", "No record number of an epoch is accepted twice.", "Sockets.Dtls/Records/ReadEpoch.cs")]
    public void A_replayed_record_is_delivered_once()
    {
        using var pair = new ConnectedPair();
        byte[] record = pair.FromClient.Seal(30, RecordForge.ApplicationData, [7]);
        pair.ToServer(record);
        Assert.Equal(50UL, pair.DiscardedByServer(DiscardReason.Replayed, () =>
        {
            for (int i = 0; i < 50; i++)
                pair.ToServer(record);
        }));
        Assert.Single(pair.Server.Received);
    }

    [Fact]
    [Conformance("RFC 9147", "4.5.1", "The window moves only after a record has been opened.", "Sockets.Dtls/Records/ReadEpoch.cs")]
    public void A_forged_number_does_not_move_the_window()
    {
        using var pair = new ConnectedPair();
        pair.ToServer(pair.FromClient.Seal(30, RecordForge.ApplicationData, [1]));
        for (ulong number = 31; number < 20_000; number += 600)
        {
            byte[] forged = pair.FromClient.Seal(number, RecordForge.ApplicationData, [2]);
            forged[^1] ^= 0x80;
            Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.AuthenticationFailed, () => pair.ToServer(forged)));
        }

        pair.ToServer(pair.FromClient.Seal(29, RecordForge.ApplicationData, [3]));
        Assert.Equal([[1], [3]], pair.Server.Received);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(1024)]
    public void The_window_is_as_wide_as_it_says(int size)
    {
        using var pair = new ConnectedPair(server: config => config with { ReplayWindowSize = size });
        ulong newest = 5000;
        pair.ToServer(pair.FromClient.Seal(newest, RecordForge.ApplicationData, [1]));
        ulong oldest = newest - (ulong)size + 1;
        pair.ToServer(pair.FromClient.Seal(oldest, RecordForge.ApplicationData, [2]));
        Assert.Equal(2, pair.Server.Received.Count);
        byte[] tooOld = pair.FromClient.Seal(newest - 2000, RecordForge.ApplicationData, [3]);
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.TooOld, () => pair.ToServer(tooOld)));
        Assert.Equal(2, pair.Server.Received.Count);
    }

    [Fact]
    public void Any_order_within_the_window_is_delivered()
    {
        using var pair = new ConnectedPair();
        for (ulong number = 255; number >= 20; number--)
            pair.ToServer(pair.FromClient.Seal(number, RecordForge.ApplicationData, [(byte)number]));
        Assert.Equal(236, pair.Server.Received.Count);
    }

    [Fact]
    public void A_whole_handshake_played_back_changes_nothing()
    {
        using DtlsPair pair = DtlsPair.Create(server: static config => config with { ClientAuthentication = DtlsClientAuthentication.Requested });
        List<NetemDatagram> all = [];
        pair.Network.OnSend = datagram =>
        {
            all.Add(datagram with { Payload = [.. datagram.Payload] });
            return true;
        };
        pair.DriveToConnected();
        pair.Settle();
        pair.Network.OnSend = null;
        int events = pair.Client.Log.Events.Count + pair.Server.Log.Events.Count;
        foreach (NetemDatagram datagram in all)
            (datagram.Destination == DtlsPair.ServerAddress ? pair.Server : pair.Client).Receive(datagram.Source, datagram.Payload);
        pair.Settle(TimeSpan.FromMinutes(1));
        Assert.Equal(events, pair.Client.Log.Events.Count + pair.Server.Log.Events.Count);
        Assert.Empty(pair.Client.Log.Received);
        Assert.Empty(pair.Server.Log.Received);
        Assert.True(pair.Client.Log.Statistics.TotalDiscarded > 0);
        Assert.True(pair.Server.Log.Statistics.TotalDiscarded > 0);
        AssertEcho(pair);
    }

    [Fact]
    public void Every_datagram_three_times_still_connects_once()
    {
        using DtlsPair pair = DtlsPair.Create();
        pair.Network.OnDeliver = datagram =>
        {
            DtlsNode node = datagram.Destination == DtlsPair.ServerAddress ? pair.Server : pair.Client;
            node.Receive(datagram.Source, datagram.Payload);
            node.Receive(datagram.Source, datagram.Payload);
            return true;
        };
        pair.DriveToConnected();
        pair.Settle();
        Assert.Equal(1, pair.Client.Log.Count(DtlsEventKind.Connected));
        Assert.Equal(1, pair.Server.Log.Count(DtlsEventKind.Connected));
        pair.Client.Write(pair.Client.Connection, [1]);
        pair.Settle();
        Assert.Single(pair.Server.Log.Received);
    }

    [Fact]
    public void Flights_that_arrive_backwards_still_connect()
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => ClientHellos.Enlarge(config, 400) with { Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 2000).ToCredential(config.Crypto)] },
            server: static config => config with
            {
                MaxDatagramSize = 300,
                ClientAuthentication = DtlsClientAuthentication.Required,
                Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 3000).ToCredential(config.Crypto)],
            });
        int order = 0;
        List<NetemDatagram> held = [];
        bool releasing = false;
        pair.Network.OnSend = datagram =>
        {
            if (releasing)
                return true;
            held.Add(datagram);
            if (held.Count == 1)
            {
                pair.Network.After(TimeSpan.FromMilliseconds(5), () =>
                {
                    releasing = true;
                    for (int i = held.Count - 1; i >= 0; i--)
                        pair.Network.Send(held[i].Source, held[i].Destination, held[i].Payload);
                    order += held.Count;
                    held.Clear();
                    releasing = false;
                });
            }

            return false;
        };
        pair.DriveToConnected();
        Assert.True(order > 10);
        pair.Network.OnSend = null;
        AssertEcho(pair);
    }

    [Fact]
    public void Datagrams_of_another_connection_are_dropped()
    {
        using var pair = new ConnectedPair();
        using var other = new ConnectedPair();
        for (ulong number = 30; number < 60; number++)
        {
            byte[] record = other.FromClient.Seal(number, RecordForge.ApplicationData, [1, 2, 3]);
            Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.AuthenticationFailed, () => pair.ToServer(record)));
        }

        pair.AssertAlive();
    }

    [Fact]
    [Conformance("RFC 9147", "11", "Nothing is sent to another address because something came from there.", "Sockets.Dtls/DtlsConnection.Receive.cs")]
    public void Datagrams_from_another_address_are_dropped()
    {
        using var pair = new ConnectedPair();
        byte[] record = pair.FromClient.Seal(30, RecordForge.ApplicationData, [1]);
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.WrongPath, () => pair.Pair.Server.Receive(DtlsNetwork.Address(77, 77), record)));
        Assert.Empty(pair.Server.Received);
        pair.AssertAlive();
    }

    private static void AssertEcho(DtlsPair pair)
    {
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, [1, 2]));
        Assert.Equal(DtlsWriteResult.Success, pair.Server.Write(pair.Server.Connection, [3, 4]));
        pair.Settle();
        Assert.Equal([1, 2], Assert.Single(pair.Server.Log.Received));
        Assert.Equal([3, 4], Assert.Single(pair.Client.Log.Received));
    }
}
