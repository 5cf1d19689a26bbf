using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Saving;

/// <summary>An association that ends here and goes on there: what comes along, and what must never happen.</summary>
public sealed class SaveTests
{
    public static TheoryData<DtlsRole> Roles() => [DtlsRole.Client, DtlsRole.Server];

    [Theory]
    [InlineData(DtlsRole.Client, CipherSuite.Aes128GcmSha256)]
    [InlineData(DtlsRole.Server, CipherSuite.Aes128GcmSha256)]
    [InlineData(DtlsRole.Client, CipherSuite.Aes256GcmSha384)]
    [InlineData(DtlsRole.Server, CipherSuite.ChaCha20Poly1305Sha256)]
    public void Both_directions_go_on_without_a_handshake(DtlsRole role, CipherSuite suite)
    {
        using SavingRig rig = new SavingRig(suite).Connect();
        rig.AssertAlive();
        int before = rig.Pair.Network.DatagramsSent;

        rig.SaveAndRestore(role);

        Assert.Equal(before, rig.Pair.Network.DatagramsSent);
        rig.AssertAlive();
        rig.AssertAlive();
        rig.Pair.Settle();
        Assert.Equal(before + 4, rig.Pair.Network.DatagramsSent);
        Assert.Equal(0ul, rig.Pair.Client.Log.Statistics.TotalDiscarded + rig.Pair.Server.Log.Statistics.TotalDiscarded);
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void What_was_agreed_comes_along(DtlsRole role)
    {
        var protocol = new DtlsApplicationProtocol("coap"u8);
        using SavingRig rig = new SavingRig(
            client: config => config with { ServerName = "device.example", ApplicationProtocols = [protocol] },
            server: config => config with { ApplicationProtocols = [protocol] }).Connect();
        DtlsConnection old = rig.Node(role).Connection;
        byte[] exported = new byte[32];
        old.ExportKeyingMaterial("EXPERIMENTAL test"u8, [1], exported);

        rig.SaveAndRestore(role);

        DtlsConnection connection = rig.Node(role).Connection;
        Assert.NotSame(old, connection);
        Assert.Equal(DtlsState.Connected, connection.State);
        Assert.Equal(
            (old.Role, old.Path, old.CipherSuite, old.Group, old.PeerSignatureScheme, old.UsedHelloRetryRequest, old.IsResumed, old.ServerName),
            (connection.Role, connection.Path, connection.CipherSuite, connection.Group, connection.PeerSignatureScheme, connection.UsedHelloRetryRequest, connection.IsResumed, connection.ServerName));
        Assert.Equal("device.example", connection.ServerName);
        Assert.Equal(protocol, connection.ApplicationProtocol);
        Assert.Equal(old.PeerCertificates.Count, connection.PeerCertificates.Count);
        Assert.All(old.PeerCertificates.Zip(connection.PeerCertificates), pair => Assert.True(pair.First.Span.SequenceEqual(pair.Second.Span)));
        Assert.Equal(old.Statistics.HandshakeDuration, connection.Statistics.HandshakeDuration);
        byte[] again = new byte[32];
        connection.ExportKeyingMaterial("EXPERIMENTAL test"u8, [1], again);
        Assert.Equal(exported, again);
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void A_saved_connection_neither_seals_nor_opens(DtlsRole role)
    {
        using SavingRig rig = new SavingRig().Connect();
        DtlsNode node = rig.Node(role);
        DtlsConnection connection = node.Connection;
        List<byte[]> toNode = rig.Intercept(role);
        rig.Other(role).Write(rig.Other(role).Connection, "late"u8);
        rig.Deliver();
        int before = rig.Pair.Network.DatagramsSent;

        rig.Save(role);

        Assert.True(connection.IsSaved);
        Assert.True(node.Log.IsClosed);
        Assert.Null(connection.Failure);
        Assert.Equal(DtlsWriteResult.NotConnected, connection.Write("more"u8, rig.Time, new byte[1500], out _));
        node.Receive(rig.Other(role).Address, toNode[0]);
        connection.Close(rig.Time);
        connection.Abort(AlertDescription.InternalError, rig.Time);
        Assert.False(connection.RequestKeyUpdate(rig.Time));
        node.Drain();
        rig.Pair.Settle();
        Assert.Empty(node.Log.Received);
        Assert.Equal(before, rig.Pair.Network.DatagramsSent); // no close_notify, no ACK, nothing
        Assert.Equal(MonotonicTime.Never, connection.NextTimeout);
        Assert.Throws<InvalidOperationException>(() => connection.ExportKeyingMaterial("x"u8, default, new byte[8]));
        Assert.Equal(DtlsSaveResult.NotConnected, connection.TrySave(rig.Protector, rig.Time, out byte[]? second));
        Assert.Null(second);
        Assert.False(rig.Other(role).Log.PeerClosed);
    }

    /// <summary>Who goes on with it has not seen the first one's events, and would wait for data that cannot come.</summary>
    [Theory]
    [MemberData(nameof(Roles))]
    public void A_peer_that_has_closed_is_told_of_again(DtlsRole role)
    {
        using SavingRig rig = new SavingRig().Connect();
        rig.Other(role).Close(rig.Other(role).Connection);
        rig.Pair.Settle();
        Assert.True(rig.Node(role).Log.PeerClosed);
        byte[] state = rig.Save(role);
        Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(role, rig.Protector, state, out DtlsConnection? restored));
        Assert.True(rig.Node(role).LogOf(restored!).PeerClosed);
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void A_state_is_restored_once(DtlsRole role)
    {
        using SavingRig rig = new SavingRig().Connect();
        byte[] state = rig.Save(role);

        Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(role, state));
        Assert.Equal(DtlsRestoreResult.AlreadyRestored, rig.Restore(role, rig.Protector, state, out DtlsConnection? second));
        Assert.Null(second);
        rig.AssertAlive();
    }

    [Fact]
    public void A_record_that_has_no_room_restores_nothing()
    {
        using SavingRig rig = new SavingRig().Connect();
        byte[] state = rig.Save(DtlsRole.Server);
        using var full = new DtlsStateProtector(TestProviders.Default, SavingRig.Key, new DtlsReplayRecord(DateTimeOffset.MinValue, capacity: 0));
        Assert.Equal(DtlsRestoreResult.AlreadyRestored, rig.Restore(DtlsRole.Server, full, state, out _));
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void What_was_received_before_is_a_replay_afterwards(DtlsRole role)
    {
        using SavingRig rig = new SavingRig().Connect();
        DtlsNode node = rig.Node(role);
        DtlsNode other = rig.Other(role);
        List<byte[]> caught = rig.Intercept(role);
        for (int i = 0; i < 40; i++)
            other.Write(other.Connection, [(byte)i]);
        rig.Deliver();
        int[] delivered = [0, 3, 7, 8, 9, 30, 38];
        foreach (int i in delivered)
            node.Receive(other.Address, caught[i]);

        rig.SaveAndRestore(role);
        foreach (byte[] datagram in caught)
            node.Receive(other.Address, datagram);

        Assert.Equal((ulong)delivered.Length, node.Log.Statistics.Discarded(DiscardReason.Replayed));
        Assert.Equal(caught.Count - delivered.Length, node.Log.Received.Count); // what had not come before is taken still
        Assert.DoesNotContain(node.Log.Received, data => delivered.Contains(data[0]));
    }

    [Fact]
    public void The_epochs_before_keep_their_windows_and_their_time()
    {
        using SavingRig rig = new SavingRig().Connect();
        DtlsNode client = rig.Pair.Client;
        List<byte[]> caught = rig.Intercept(DtlsRole.Server);
        for (int i = 0; i < 3; i++)
            client.Write(client.Connection, [(byte)i]);
        rig.Deliver();
        rig.Pair.Server.Receive(client.Address, caught[0]);
        Assert.True(client.RequestKeyUpdate(client.Connection, false));
        rig.Pair.Settle(TimeSpan.FromSeconds(1));
        rig.AssertAlive(); // in the new epoch, which starts the old one's time

        rig.SaveAndRestore(DtlsRole.Server);
        rig.Pair.Server.Receive(client.Address, caught[0]);
        rig.Pair.Server.Receive(client.Address, caught[1]);

        Assert.Equal(1ul, rig.Pair.Server.Log.Statistics.Discarded(DiscardReason.Replayed));
        Assert.Equal([1], Assert.Single(rig.Pair.Server.Log.Received));

        // Its time goes on while nobody is there.
        byte[] state = rig.Save(DtlsRole.Server);
        rig.Now += TimeSpan.FromMinutes(3);
        Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(DtlsRole.Server, state));
        rig.Pair.Server.Receive(client.Address, caught[2]);
        Assert.Empty(rig.Pair.Server.Log.Received);
        Assert.Equal(1ul, rig.Pair.Server.Log.Statistics.Discarded(DiscardReason.UnknownEpoch));
    }

    [Theory]
    [InlineData(DtlsRole.Client, true)]
    [InlineData(DtlsRole.Client, false)]
    [InlineData(DtlsRole.Server, true)]
    [InlineData(DtlsRole.Server, false)]
    public void A_key_update_under_way_is_finished_afterwards(DtlsRole role, bool saveUpdater)
    {
        using SavingRig rig = new SavingRig().Connect();
        DtlsNode updater = rig.Node(role);
        rig.Intercept(saveUpdater ? role : rig.Other(role).Connection.Role); // the ACK is lost, or the KeyUpdate
        Assert.True(updater.RequestKeyUpdate(updater.Connection, true));
        rig.Deliver();

        rig.SaveAndRestore(saveUpdater ? role : rig.Other(role).Connection.Role);
        rig.Pair.Settle(TimeSpan.FromSeconds(30));

        Assert.Equal(1, updater.Log.Count(DtlsEventKind.WriteKeyUpdated));
        Assert.Equal(1, updater.Log.Count(DtlsEventKind.ReadKeyUpdated));
        rig.AssertAlive();
    }

    [Fact]
    public void A_client_that_is_saved_with_its_last_flight_on_the_way_repeats_it()
    {
        using SavingRig rig = new SavingRig();
        rig.Pair.Start();
        rig.Pair.Network.OnSend = datagram => datagram.Source != DtlsPair.ClientAddress || rig.Pair.Client.Connection.State != DtlsState.Connected;
        rig.Pair.DriveUntil(() => rig.Pair.Client.Log.IsConnected);
        byte[] state = rig.Save(DtlsRole.Client);
        rig.Deliver();

        Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(DtlsRole.Client, state));
        rig.Pair.DriveUntil(() => rig.Pair.Server.Log.IsConnected);
        rig.Pair.Settle();
        rig.AssertAlive();
    }

    [Fact]
    public void Tickets_on_the_way_arrive_afterwards_and_can_be_used()
    {
        using var keys = new DtlsTicketKeys(TestProviders.Default);
        using SavingRig rig = new SavingRig(
            client: config => config with { RequestTickets = true },
            server: config => config with { TicketProtector = keys, TicketCount = 2 });
        rig.Pair.Start();
        bool isCut = false;
        rig.Pair.Network.OnSend = datagram => !(isCut |= rig.Pair.Server.Log.IsConnected) || datagram.Source != DtlsPair.ServerAddress;
        rig.Pair.DriveUntil(() => rig.Pair.IsConnected);
        rig.SaveAndRestore(DtlsRole.Client);
        rig.SaveAndRestore(DtlsRole.Server);
        rig.Deliver();
        rig.Pair.Settle(TimeSpan.FromSeconds(30));

        Assert.Equal(2, rig.Pair.Client.Log.Count(DtlsEventKind.TicketReceived));
        using DtlsTicket? ticket = rig.Pair.Client.Connection.TakeTicket();
        Assert.NotNull(ticket);
        using var resumed = DtlsPair.Create(
            client: config => config with { RequestTickets = true, Ticket = ticket, UtcNow = () => rig.Now },
            server: config => config with { TicketProtector = keys, UtcNow = () => rig.Now });
        resumed.DriveToConnected();
        Assert.True(resumed.Server.Connection.IsResumed);
    }

    [Fact]
    public void The_limits_of_keys_are_counted_on()
    {
        using SavingRig rig = new SavingRig(client: config => config with { MaxRecordsPerKey = 64 }).Connect();
        DtlsNode client = rig.Pair.Client;
        rig.Intercept(DtlsRole.Client); // the server's ACK of a KeyUpdate never comes
        for (int i = 0; i < 40; i++)
            Assert.Equal(DtlsWriteResult.Success, client.Write(client.Connection, [1]));
        rig.SaveAndRestore(DtlsRole.Client);
        DtlsWriteResult result = DtlsWriteResult.Success;
        int more = 0;
        for (; more < 64 && result == DtlsWriteResult.Success; more++)
            result = client.Write(client.Connection, [1]);
        Assert.Equal(DtlsWriteResult.KeyLimitReached, result);
        Assert.InRange(more, 1, 25);
    }

    [Fact]
    public void Forgeries_are_counted_on()
    {
        const ulong limit = 64;
        using SavingRig rig = new SavingRig(server: config => config with { Crypto = new LimitedCryptoProvider(config.Crypto, limit) }).Connect();
        DtlsNode client = rig.Pair.Client;
        DtlsNode server = rig.Pair.Server;
        List<byte[]> caught = rig.Intercept(DtlsRole.Server);
        client.Write(client.Connection, [1, 2, 3]);
        caught[0][^1] ^= 1;
        byte[] forged = caught[0];
        for (ulong i = 0; i < limit - 1; i++)
            server.Receive(client.Address, forged);
        Assert.False(server.Log.IsClosed);
        rig.SaveAndRestore(DtlsRole.Server);
        server.Receive(client.Address, forged);
        Assert.Equal(DtlsFailureReason.KeyLimitReached, server.Log.Failure?.Reason);
    }

    [Theory]
    [InlineData(DtlsRole.Client, 5, 9)]
    [InlineData(DtlsRole.Server, 5, 9)]
    [InlineData(DtlsRole.Client, 0, 4)]
    [InlineData(DtlsRole.Server, 0, 4)]
    public void Connection_ids_come_along(DtlsRole role, int ofClient, int ofServer)
    {
        using SavingRig rig = new SavingRig(
            client: config => config with { ConnectionIdLength = ofClient }, server: config => config with { ConnectionIdLength = ofServer }).Connect();
        Assert.True(rig.Pair.Client.Connection.RequestConnectionIds(2, rig.Time));
        rig.Pair.Client.Drain();
        rig.Pair.Settle();
        DtlsConnection old = rig.Node(role).Connection;
        (byte[] own, byte[] peer, int spare) = (old.ConnectionId.ToArray(), old.PeerConnectionId.ToArray(), old.SpareConnectionIds);

        rig.SaveAndRestore(role);

        DtlsConnection connection = rig.Node(role).Connection;
        Assert.True(connection.UsesConnectionIds);
        Assert.Equal(own, connection.ConnectionId.ToArray());
        Assert.Equal(peer, connection.PeerConnectionId.ToArray());
        Assert.Equal(spare, connection.SpareConnectionIds);
        Assert.Equal(role == DtlsRole.Client ? 2 : 0, spare);
        rig.AssertAlive();

        // The peer may go over to one of the spare ones that it was given before.
        if (role == DtlsRole.Server)
        {
            Assert.True(rig.Pair.Client.Connection.TryUseSpareConnectionId());
            rig.AssertAlive();
        }
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void Limits_of_records_and_the_profile_of_media_come_along(DtlsRole role)
    {
        using SavingRig rig = new SavingRig(
            client: config => config with { RecordSizeLimit = 200, SrtpProfiles = [SrtpProtectionProfile.AeadAes128Gcm] },
            server: config => config with { RecordSizeLimit = 300, SrtpProfiles = [SrtpProtectionProfile.AeadAes128Gcm] }).Connect();
        DtlsConnection old = rig.Node(role).Connection;
        int longest = old.MaxPlaintextSize;
        Assert.Equal(role == DtlsRole.Client ? 299 : 199, longest);
        int? limit = old.PeerRecordSizeLimit;

        rig.SaveAndRestore(role);

        DtlsConnection connection = rig.Node(role).Connection;
        Assert.Equal(longest, connection.MaxPlaintextSize);
        Assert.Equal(limit, connection.PeerRecordSizeLimit);
        Assert.Equal(SrtpProtectionProfile.AeadAes128Gcm, connection.SrtpProfile);
        using SrtpKeys keys = connection.ExportSrtpKeys();
        using SrtpKeys peers = rig.Other(role).Connection.ExportSrtpKeys();
        Assert.True(keys.Material.SequenceEqual(peers.Material));
    }

    [Fact]
    public void It_gets_no_younger()
    {
        using SavingRig rig = new SavingRig(client: config => config with { MaxLifetime = TimeSpan.FromHours(1) }).Connect();
        rig.Pair.Settle(TimeSpan.FromMinutes(30));
        byte[] state = rig.Save(DtlsRole.Client);
        rig.Now += TimeSpan.FromMinutes(9);
        Assert.Equal(DtlsRestoreResult.Restored, rig.Restore(DtlsRole.Client, state));
        rig.Pair.Settle(TimeSpan.FromMinutes(15));
        Assert.False(rig.Pair.Client.Log.IsClosed);
        rig.Pair.Settle(TimeSpan.FromMinutes(2));
        Assert.Equal(DtlsFailureReason.LifetimeReached, rig.Pair.Client.Log.Failure?.Reason);
    }

    [Fact]
    public void Nothing_is_saved_unless_it_was_asked_for()
    {
        using var pair = new ConnectedPair();
        using var protector = new DtlsStateProtector(TestProviders.Default, SavingRig.Key, SavingRig.Record());
        Assert.Throws<InvalidOperationException>(() => pair.Pair.Client.Connection.TrySave(protector, pair.Pair.Network.Clock.Now, out _));
        pair.AssertAlive();
    }

    [Fact]
    public void A_handshake_cannot_be_saved_and_is_not_disturbed()
    {
        using SavingRig rig = new SavingRig();
        rig.Pair.Start();
        Assert.Equal(DtlsSaveResult.NotConnected, rig.Pair.Client.Connection.TrySave(rig.Protector, rig.Time, out byte[]? state));
        Assert.Null(state);
        rig.Pair.DriveUntil(() => rig.Pair.IsConnected);
        rig.AssertAlive();
    }

    [Fact]
    public void Half_a_message_makes_it_busy()
    {
        // The peer has been told that we have the first half, and will not send it again.
        var secrets = new TrafficSecrets();
        using SavingRig rig = new SavingRig(client: config => config with { DangerousKeyLog = secrets.Add, RequestTickets = true }).Connect();
        using var forge = new RecordForge(TestProviders.Default, CipherSuite.Aes128GcmSha256, secrets["SERVER_TRAFFIC_SECRET_0"], 3);
        byte[] half = [4, 0, 0, 20, 0, 5, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4]; // NewSessionTicket of 20 bytes, message_seq 5
        rig.Pair.Client.Receive(DtlsPair.ServerAddress, forge.Seal(100, RecordForge.Handshake, half));
        Assert.Equal(DtlsSaveResult.Busy, rig.Pair.Client.Connection.TrySave(rig.Protector, rig.Time, out byte[]? state));
        Assert.Null(state);
        Assert.False(rig.Pair.Client.Connection.IsSaved);
    }
}
