using System;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>Ends, good and bad.</summary>
public sealed class CloseTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Close_is_reported_to_the_peer(bool byClient)
    {
        using var pair = new ConnectedPair();
        (DtlsNode node, ConnectionLog other) = byClient ? (pair.Pair.Client, pair.Server) : (pair.Pair.Server, pair.Client);
        node.Close(node.Connection);
        pair.Pair.Settle();
        Assert.Equal(DtlsState.Closed, node.Connection.State);
        Assert.Null(node.Log.Failure);
        Assert.True(other.PeerClosed);
        Assert.Null(other.Connection.Failure);
        Assert.Equal(DtlsWriteResult.NotConnected, node.Write(node.Connection, [1]));
        if (!other.IsClosed)
            other.Node.Close(other.Connection);
        Assert.True(other.IsClosed);
        Assert.Null(other.Failure);
        Assert.Equal(MonotonicTime.Never, node.EngineTimeout);
        Assert.Equal(MonotonicTime.Never, other.Node.EngineTimeout);
    }

    [Fact]
    public void Closing_twice_is_no_misuse()
    {
        using var pair = new ConnectedPair();
        pair.Pair.Client.Close(pair.Client.Connection);
        pair.Pair.Client.Close(pair.Client.Connection);
        Assert.Equal(1, pair.Client.Count(DtlsEventKind.Closed));
    }

    [Fact]
    public void Abort_sends_its_alert()
    {
        using var pair = new ConnectedPair();
        pair.Pair.Client.Abort(pair.Client.Connection, AlertDescription.AccessDenied);
        pair.Pair.Settle();
        Assert.Equal(DtlsFailureReason.Aborted, pair.Client.Failure?.Reason);
        Assert.Equal(DtlsFailureReason.PeerAlert, pair.Server.Failure?.Reason);
        Assert.Equal(AlertDescription.AccessDenied, pair.Server.Failure?.Alert);
        Assert.True(pair.Server.Failure?.FromPeer);
        Assert.Equal(DtlsState.Failed, pair.Server.Connection.State);
    }

    [Fact]
    [Conformance("RFC 9147", "5.10", "Data numbered after a closure alert is ignored.", "Sockets.Dtls/DtlsConnection.Receive.cs")]
    public void Data_numbered_after_close_notify_is_dropped()
    {
        using var pair = new ConnectedPair();
        pair.ToServer(pair.FromClient.Seal(100, RecordForge.Alert, [1, (byte)AlertDescription.CloseNotify]));
        Assert.True(pair.Server.PeerClosed);
        byte[] late = pair.FromClient.Seal(101, RecordForge.ApplicationData, [1]);
        ulong before = pair.Server.Statistics.TotalDiscarded;
        pair.ToServer(late);
        Assert.Empty(pair.Server.Received);
        Assert.Equal(before + 1, pair.Server.Statistics.TotalDiscarded);
    }

    [Fact]
    public void Whatever_comes_after_the_end_is_counted()
    {
        using var pair = new ConnectedPair();
        pair.Pair.Server.Close(pair.Server.Connection);
        byte[] record = pair.FromClient.Seal(100, RecordForge.ApplicationData, [1]);
        ulong before = pair.Server.Connection.Statistics.Discarded(DiscardReason.ConnectionClosed);
        pair.ToServer(record);
        pair.ToServer([0xFF, 1, 2]);
        Assert.Equal(before + 2, pair.Server.Connection.Statistics.Discarded(DiscardReason.ConnectionClosed));
        Assert.Empty(pair.Server.Received);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_handshake_can_be_broken_off_at_any_step(bool byClient)
    {
        for (int steps = 0; steps < 12; steps++)
        {
            using DtlsPair pair = DtlsPair.Create();
            pair.Start();
            for (int i = 0; i < steps; i++)
                pair.Step();
            DtlsNode node = byClient ? pair.Client : pair.Server;
            node.Close(node.Connection);
            Assert.True(node.Log.IsClosed);
            pair.Settle(TimeSpan.FromMinutes(10));
            Assert.Equal(MonotonicTime.Never, node.EngineTimeout);
            Assert.False(pair.Client.Log.IsConnected && !pair.Client.Log.IsClosed && !pair.Client.Log.PeerClosed, $"after {steps} steps the client believes it is connected");
        }
    }

    [Fact]
    public void An_unknown_fatal_alert_ends_the_connection()
    {
        using var pair = new ConnectedPair();
        pair.ToServer(pair.FromClient.Seal(100, RecordForge.Alert, [2, 199]));
        Assert.True(pair.Server.IsClosed);
        Assert.NotNull(pair.Server.Failure);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 2 })]
    [InlineData(new byte[] { 2, 40, 0 })]
    public void A_malformed_alert_ends_the_connection(byte[] alert)
    {
        using var pair = new ConnectedPair();
        pair.ToServer(pair.FromClient.Seal(100, RecordForge.Alert, alert));
        Assert.True(pair.Server.IsClosed);
        Assert.NotNull(pair.Server.Failure);
    }

    [Fact]
    public void Nothing_numbered_after_close_notify_is_heard()
    {
        using var pair = new ConnectedPair();
        pair.ToClient(pair.FromServer.Seal(100, RecordForge.Alert, [1, (byte)AlertDescription.CloseNotify]));
        Assert.True(pair.Client.PeerClosed);

        // A KeyUpdate as the server's next message, and a fatal alert.
        pair.ToClient(pair.FromServer.Seal(101, RecordForge.Handshake, PlaintextRecords.Fragment(24, 1, 5, 0, 1, [1])));
        pair.ToClient(pair.FromServer.Seal(102, RecordForge.Alert, [2, (byte)AlertDescription.InternalError]));
        Assert.Equal(0, pair.Client.Count(DtlsEventKind.ReadKeyUpdated));
        Assert.Null(pair.Client.Connection.Failure);
        Assert.Equal(DtlsState.Connected, pair.Client.Connection.State);
    }

    [Fact]
    public void A_connection_disposed_before_its_last_alert_was_taken_sends_nothing()
    {
        using var pair = new ConnectedPair();
        DtlsConnection connection = pair.Client.Connection;
        connection.Close(pair.Pair.Network.Clock.Now);
        connection.Dispose();
        Assert.True(connection.PollTransmit(new byte[2000]).IsEmpty);
    }
}
