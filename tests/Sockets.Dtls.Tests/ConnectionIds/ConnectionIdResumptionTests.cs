using System;
using System.Collections.Generic;
using Sockets.Dtls.Records;
using Sockets.Dtls.Tests.Resumption;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.ConnectionIds;

/// <summary>Connection IDs of sessions that are resumed, with and without early data (RFC 9146 §3, RFC 9147 §4).</summary>
public sealed class ConnectionIdResumptionTests
{
    private const int ConnectionIdBit = 0x10;

    /// <summary>RFC 9146 §3: negotiated afresh, whatever the session had.</summary>
    [Theory]
    [InlineData(8, 6, null, null)]
    [InlineData(null, null, 8, 6)]
    [InlineData(8, 6, 4, 0)]
    public void A_resumed_session_negotiates_anew(int? client, int? server, int? thenClient, int? thenServer)
    {
        using var rig = new ResumptionRig { UseEndpoint = true };
        Ask(rig, client, server);
        using DtlsTicket ticket = rig.GetTicket();
        string before = IdentifiedPair.Hex(rig.ServerConnection.ConnectionId);
        Assert.Equal(server ?? 0, rig.ServerConnection.ConnectionId.Length);
        Ask(rig, thenClient, thenServer);
        rig.Connect(ticket);
        rig.AssertResumed(true);
        Assert.Equal(thenClient is not null, rig.ServerConnection.UsesConnectionIds);
        Assert.Equal(thenServer ?? 0, rig.ServerConnection.ConnectionId.Length);
        Assert.Equal(thenClient ?? 0, rig.ClientConnection.ConnectionId.Length);
        Assert.NotEqual(before, IdentifiedPair.Hex(rig.ServerConnection.ConnectionId));
    }

    /// <summary>Epoch 1 begins before the client knows what the server wants to see.</summary>
    [Fact]
    public void Early_data_carries_none_before_the_server_hello()
    {
        using ResumptionRig rig = WithEarlyData();
        using DtlsTicket ticket = rig.GetTicket();
        DtlsPair pair = rig.Begin(ticket);
        pair.Start();
        Assert.Equal(0, Write(pair, [1]) & ConnectionIdBit);
        Assert.Equal(0, Write(pair, [2]) & ConnectionIdBit);
        pair.DriveUntil(() => pair.IsConnected);
        Assert.Equal(DtlsEarlyDataStatus.Accepted, pair.Client.Connection.EarlyDataStatus);
        Assert.Equal([[1], [2]], Take(pair.Server.Connection));
        Assert.True(pair.Client.Connection.UsesConnectionIds);
        Assert.Equal(0UL, pair.Server.Connection.Statistics.Discarded(DiscardReason.MissingConnectionId));
    }

    /// <summary>RFC 9147 §4: once it is negotiated, every datagram contains it.</summary>
    [Fact]
    public void Early_data_after_the_server_hello_carries_it()
    {
        using ResumptionRig rig = WithEarlyData(config => config with { MaxDatagramSize = 128, MinDatagramSize = 128 });
        using DtlsTicket ticket = rig.GetTicket();
        DtlsPair pair = rig.Begin(ticket);
        bool isHeld = true;
        pair.Network.OnDeliver = datagram =>
        {
            if (!isHeld || datagram.Destination != DtlsPair.ClientAddress)
                return true;
            if (PlaintextRecords.IsPlaintext(datagram.Payload[0]))
                pair.Client.Receive(DtlsPair.ServerAddress, datagram.Payload.AsSpan(0, PlaintextRecords.FirstRecordLength(datagram.Payload)));
            return false;
        };
        pair.Start();
        Assert.Equal(0, Write(pair, [1]) & ConnectionIdBit);
        pair.DriveUntil(() => pair.Client.Connection.UsesConnectionIds);
        Assert.NotEqual(0, Write(pair, [2]) & ConnectionIdBit);
        isHeld = false;
        pair.DriveUntil(() => pair.IsConnected);
        Assert.Equal([[1], [2]], Take(pair.Server.Connection));
    }

    private static ResumptionRig WithEarlyData(Func<DtlsConfig, DtlsConfig>? server = null)
    {
        var record = new DtlsReplayRecord(DateTimeOffset.MinValue);
        return new ResumptionRig
        {
            Client = static config => config with { SendEarlyData = true, ConnectionIdLength = 5 },
            Server = config => (server?.Invoke(config) ?? config) with { MaxEarlyDataSize = 100, EarlyDataRecord = record, ConnectionIdLength = 7 },
        };
    }

    private static void Ask(ResumptionRig rig, int? client, int? server)
    {
        rig.Client = config => config with { ConnectionIdLength = client };
        rig.Server = config => config with { ConnectionIdLength = server };
    }

    private static byte Write(DtlsPair pair, byte[] data)
    {
        byte[] datagram = new byte[500];
        Assert.Equal(DtlsWriteResult.Success, pair.Client.Connection.WriteEarlyData(data, pair.Network.Clock.Now, datagram, out int length));
        pair.Network.Send(DtlsPair.ClientAddress, DtlsPair.ServerAddress, datagram.AsSpan(0, length));
        return datagram[0];
    }

    private static List<byte[]> Take(DtlsConnection server)
    {
        var taken = new List<byte[]>();
        while (server.TakeEarlyData() is { } data)
            taken.Add(data);
        return taken;
    }
}
