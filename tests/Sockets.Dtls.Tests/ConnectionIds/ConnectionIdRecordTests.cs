using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.ConnectionIds;

/// <summary>Records with and without connection IDs on receipt (RFC 9147 §4, RFC 9146 §3).</summary>
public sealed class ConnectionIdRecordTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Every_header_form_with_a_connection_id_is_understood(bool wideSequence, bool withLength)
    {
        using var pair = new IdentifiedPair();
        for (byte i = 0; i < 20; i++)
            pair.Connected.ToServer(pair.Connected.FromClient.Seal((ulong)(40 + i), RecordForge.ApplicationData, [i], wideSequence, withLength, connectionId: pair.IdOfServer));
        Assert.Equal(20, pair.Connected.Server.Received.Count);
    }

    /// <summary>RFC 9146 §3: a datagram without the expected connection ID is invalid.</summary>
    [Fact]
    public void A_datagram_that_begins_without_the_connection_id_is_discarded()
    {
        using var pair = new IdentifiedPair();
        byte[] datagram = [.. pair.FromClient(1, null), .. pair.FromClient(2, pair.IdOfServer)];
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.MissingConnectionId, () => pair.Connected.ToServer(datagram)));
        Assert.Empty(pair.Connected.Server.Received);
        pair.Connected.AssertAlive();
    }

    /// <summary>RFC 9147 §4: it is contained in every datagram, not in every record.</summary>
    [Fact]
    public void Later_records_of_a_datagram_may_leave_it_out()
    {
        using var pair = new IdentifiedPair();
        pair.Connected.ToServer([.. pair.FromClient(1, pair.IdOfServer), .. pair.FromClient(2, null), .. pair.FromClient(3, pair.IdOfServer, withLength: false)]);
        Assert.Equal([[1], [2], [3]], pair.Connected.Server.Received);
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.MissingConnectionId, () => pair.Connected.ToServer(pair.FromClient(4, null))));
    }

    /// <summary>RFC 9147 §4: the rest of the datagram MUST be discarded.</summary>
    [Fact]
    public void After_a_record_of_another_association_the_rest_of_the_datagram_is_discarded()
    {
        using var pair = new IdentifiedPair();
        byte[] other = pair.IdOfServer;
        other[^1] ^= 1;
        byte[] datagram = [.. pair.FromClient(1, pair.IdOfServer), .. pair.FromClient(2, other), .. pair.FromClient(3, pair.IdOfServer)];
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.UnknownConnectionId, () => pair.Connected.ToServer(datagram)));
        Assert.Equal([[1]], pair.Connected.Server.Received);
        pair.Connected.AssertAlive();
    }

    [Fact]
    public void An_unknown_connection_id_is_discarded_before_anything_is_opened()
    {
        using var pair = new IdentifiedPair();
        foreach (byte[] wrong in new byte[][] { [], [1], new byte[IdentifiedPair.ServerLength], pair.Client.ConnectionId.ToArray(), pair.IdOfServer[1..] })
        {
            ulong before = pair.Connected.Server.Statistics.TotalDiscarded;
            Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.UnknownConnectionId, () => pair.Connected.ToServer(pair.FromClient(1, wrong))));
            Assert.Equal(before + 1, pair.Connected.Server.Statistics.TotalDiscarded);
        }

        // One that is too long begins with ours, so it reaches the cipher. Without a length, since a byte of the encrypted number
        // is read as the first one of what follows the number.
        byte[] tooLong = [.. pair.IdOfServer, 1];
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.AuthenticationFailed, () => pair.Connected.ToServer(pair.FromClient(1, tooLong, withLength: false))));
        Assert.Empty(pair.Connected.Server.Received);
        pair.Connected.AssertAlive();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(IdentifiedPair.ServerLength)]
    [InlineData(IdentifiedPair.ServerLength + 1)]
    [InlineData(IdentifiedPair.ServerLength + 3)]
    public void A_datagram_that_ends_within_the_header_is_discarded(int length)
    {
        using var pair = new IdentifiedPair();
        byte[] record = pair.FromClient(1, pair.IdOfServer);
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.Truncated, () => pair.Connected.ToServer(record.AsSpan(0, length))));
        pair.Connected.AssertAlive();
    }

    [Fact]
    public void Who_wants_none_takes_none()
    {
        using var pair = new IdentifiedPair(serverLength: 0);
        Assert.False(pair.Server.PeerConnectionId.IsEmpty);
        foreach (byte[] connectionId in new byte[][] { [], [1, 2, 3] })
            Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.UnexpectedConnectionId, () => pair.Connected.ToServer(pair.FromClient(1, connectionId))));
        pair.Connected.ToServer(pair.FromClient(2, null));
        Assert.Equal([[2]], pair.Connected.Server.Received);
    }

    /// <summary>RFC 9147 §4: the whole header is additional data of the AEAD.</summary>
    [Fact]
    public void The_connection_id_is_authenticated()
    {
        using var pair = new IdentifiedPair();
        byte[] first = pair.IdOfServer;
        Assert.True(pair.ServerNode.Call(now => pair.Server.IssueConnectionIds(1, DtlsConnectionIdUsage.Immediate, now)));
        pair.Settle();
        byte[] second = pair.Client.PeerConnectionId.ToArray();
        Assert.NotEqual(first, second);
        byte[] record = pair.FromClient(1, first);
        byte[] exchanged = [.. record];
        second.CopyTo(exchanged, 1);
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.AuthenticationFailed, () => pair.Connected.ToServer(exchanged)));
        pair.Connected.ToServer(record);
        Assert.Equal([[1]], pair.Connected.Server.Received);
    }

    [Fact]
    public void Records_are_delivered_whatever_path_they_come_over()
    {
        using var pair = new IdentifiedPair();
        DtlsAddress elsewhere = DtlsNetwork.Address(77, 1);
        pair.ServerNode.Receive(elsewhere, pair.FromClient(1, pair.IdOfServer));
        Assert.Equal([[1]], pair.Connected.Server.Received);
        Assert.Equal(1UL, pair.Server.Statistics.RecordsFromOtherPaths);

        // RFC 9147 §11, RFC 9146 §6: what we send goes where it went.
        Assert.Equal(DtlsPair.ClientAddress, pair.Server.Path.Remote);
        pair.Connected.AssertAlive();
    }

    [Fact]
    public void Only_the_newest_authentic_record_tells_of_another_path()
    {
        using var pair = new IdentifiedPair();
        DtlsAddress elsewhere = DtlsNetwork.Address(77, 1);
        byte[] older = pair.FromClient(1, pair.IdOfServer);
        byte[] newer = pair.FromClient(2, pair.IdOfServer);
        byte[] newest = pair.FromClient(3, pair.IdOfServer);
        byte[] forged = pair.FromClient(4, pair.IdOfServer);
        forged[^1] ^= 1;
        pair.Connected.ToServer(newer);
        pair.ServerNode.Receive(elsewhere, older);
        pair.ServerNode.Receive(elsewhere, forged);
        pair.ServerNode.Receive(elsewhere, newer);
        Assert.False(pair.Server.IsHeardElsewhere);
        Assert.Equal(1UL, pair.Server.Statistics.RecordsFromOtherPaths);
        pair.ServerNode.Receive(elsewhere, newest);
        Assert.True(pair.Server.IsHeardElsewhere);
        pair.Connected.ToServer(pair.FromClient(5, pair.IdOfServer));
        Assert.False(pair.Server.IsHeardElsewhere);
    }

    [Fact]
    public void Nothing_without_a_connection_id_is_taken_from_another_path()
    {
        using var pair = new IdentifiedPair();
        DtlsAddress elsewhere = DtlsNetwork.Address(77, 1);
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.MissingConnectionId, () => pair.ServerNode.Receive(elsewhere, pair.FromClient(1, null))));
        byte[] plaintext = PlaintextRecords.Record(RecordForge.Alert, [2, 40]);
        Assert.Equal(1UL, pair.DiscardedByServer(DiscardReason.UnexpectedPlaintext, () => pair.ServerNode.Receive(elsewhere, plaintext)));
        Assert.Empty(pair.Connected.Server.Received);
        pair.Connected.AssertAlive();

        using var unidentified = new IdentifiedPair(serverLength: null);
        Assert.Equal(1UL, unidentified.DiscardedByServer(DiscardReason.WrongPath, () => unidentified.ServerNode.Receive(elsewhere, unidentified.FromClient(1, null))));
    }

    [Fact]
    public void A_handshake_stays_on_its_path()
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => config with { ConnectionIdLength = 4 },
            server: static config => config with { ConnectionIdLength = 4 });
        pair.Start();
        bool moved = false;
        pair.Network.OnDeliver = datagram =>
        {
            if (datagram.Destination != DtlsPair.ServerAddress || PlaintextRecords.IsPlaintext(datagram.Payload[0]) || moved)
                return true;
            moved = true;
            pair.Server.Receive(DtlsNetwork.Address(77, 1), datagram.Payload);
            return false;
        };
        pair.DriveUntil(() => pair.IsConnected);
        Assert.True(moved);
        Assert.Equal(1UL, pair.Server.Connection.Statistics.Discarded(DiscardReason.WrongPath));
    }

    [Fact]
    public void Records_that_come_before_the_finished_wait_with_their_datagrams_connection_id()
    {
        var secrets = new TrafficSecrets();
        using DtlsPair pair = DtlsPair.Create(
            client: config => config with
            {
                ConnectionIdLength = 4,
                DangerousKeyLog = secrets.Add,
                CipherSuites = [CipherSuite.Aes128GcmSha256],
                Credentials = [TestCertificates.EcdsaP256.ToCredential(config.Crypto)],
            },
            server: static config => config with
            {
                ConnectionIdLength = 5,
                DangerousUnlimitedAmplification = true,
                ClientAuthentication = DtlsClientAuthentication.Required,
            });
        pair.Server.VerificationDelay = TimeSpan.FromSeconds(1);
        byte[]? finished = null;
        pair.Network.OnDeliver = datagram =>
        {
            if (finished is not null || datagram.Destination != DtlsPair.ServerAddress || PlaintextRecords.IsPlaintext(datagram.Payload[0]))
                return true;
            finished = datagram.Payload;
            return false;
        };
        pair.Start();
        pair.DriveUntil(() => pair.Client.Log.IsConnected && finished is not null);
        using var forge = new RecordForge(TestProviders.Default, CipherSuite.Aes128GcmSha256, secrets["CLIENT_TRAFFIC_SECRET_0"], ConnectedPair.ApplicationEpoch);
        byte[] without = forge.Seal(0, RecordForge.ApplicationData, [7]);
        byte[] with = forge.Seal(1, RecordForge.ApplicationData, [8], connectionId: pair.Server.Connection.ConnectionId.ToArray());
        pair.Server.Receive(DtlsPair.ClientAddress, [.. finished!, .. without, .. with]);
        Assert.Empty(pair.Server.Log.Received);
        Assert.Equal(DtlsState.WaitCertificateVerification, pair.Server.Connection.State);

        // What comes meanwhile has nothing to say about them.
        pair.Server.Receive(DtlsPair.ClientAddress, without);
        Assert.Equal(1UL, pair.Server.Connection.Statistics.Discarded(DiscardReason.MissingConnectionId));
        pair.Settle(TimeSpan.FromSeconds(2));
        Assert.Equal([[7], [8]], pair.Server.Log.Received);
    }
}
