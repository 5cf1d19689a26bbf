using System;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>What well-behaved peers seldom do and others do: each case is one that a foreign implementation tests for.</summary>
public sealed class HandshakeEdgeTests
{
    private const byte HelloVerifyRequest = 3;
    private const byte Certificate = 11;
    private const byte Finished = 20;

    /// <summary>
    /// The client has derived its application keys when it finds a message behind the server's Finished, but its own
    /// Finished has never gone out: the server can only read the alert in epoch 2.
    /// </summary>
    [Fact]
    public void An_alert_goes_out_under_keys_the_peer_expects()
    {
        var secrets = new TrafficSecrets();
        using DtlsPair pair = DtlsPair.Create(server: config => config with { MaxDatagramSize = 300, DangerousKeyLog = secrets.Add });
        bool injected = false;
        pair.Network.OnDeliver = datagram =>
        {
            if (datagram.Destination == DtlsPair.ClientAddress && !injected && pair.Client.Connection.State == DtlsState.WaitCertificateOrRequest)
            {
                injected = true;
                using RecordForge forge = Forge(pair, secrets);
                pair.Client.Receive(DtlsPair.ServerAddress, forge.Seal(100, RecordForge.Handshake, PlaintextRecords.Fragment(Finished, 32, 5, 0, 32, new byte[32])));
            }

            return true;
        };
        pair.Start();
        pair.DriveUntil(() => pair.IsOver);
        Assert.True(injected);
        Assert.Equal(DtlsFailureReason.ExcessHandshakeData, pair.Client.Log.Failure?.Reason);
        Assert.Equal(DtlsFailureReason.PeerAlert, pair.Server.Log.Failure?.Reason);
        Assert.Equal(AlertDescription.UnexpectedMessage, pair.Server.Log.Failure?.Alert);
    }

    [Fact]
    public void A_server_of_an_older_version_is_told_so()
    {
        using DtlsPair pair = DtlsPair.Create();
        pair.Network.OnSend = static _ => false;
        pair.Start();
        byte[] request = [0xFE, 0xFF, 4, 1, 2, 3, 4];
        pair.Client.Receive(
            DtlsPair.ServerAddress,
            PlaintextRecords.Record(22, PlaintextRecords.Fragment(HelloVerifyRequest, request.Length, 0, 0, request.Length, request), 0, version: 0xFEFF));
        Assert.Equal(DtlsFailureReason.UnsupportedVersion, pair.Client.Log.Failure?.Reason);
        Assert.Equal(AlertDescription.ProtocolVersion, pair.Client.Log.Failure?.Alert);
    }

    [Fact]
    public void Empty_fragments_at_either_end_of_a_message_change_nothing()
    {
        var secrets = new TrafficSecrets();
        using DtlsPair pair = DtlsPair.Create(server: config => config with { MaxDatagramSize = 300, DangerousKeyLog = secrets.Add });
        int length = 4 + TestCertificates.EcdsaP256.ChainLength + (5 * TestCertificates.EcdsaP256.Chain.Count);
        bool injected = false;
        pair.Network.OnDeliver = datagram =>
        {
            if (datagram.Destination == DtlsPair.ClientAddress && !injected && pair.Client.Connection.State == DtlsState.WaitCertificateOrRequest)
            {
                injected = true;
                using RecordForge forge = Forge(pair, secrets);
                pair.Client.Receive(DtlsPair.ServerAddress, forge.Seal(100, RecordForge.Handshake, PlaintextRecords.Fragment(Certificate, length, 2, 0, 0, [])));
                pair.Client.Receive(DtlsPair.ServerAddress, forge.Seal(101, RecordForge.Handshake, PlaintextRecords.Fragment(Certificate, length, 2, length, 0, [])));
            }

            return true;
        };
        pair.DriveToConnected();
        Assert.True(injected);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_server_sends_three_times_what_it_received_unless_the_address_is_known(bool limit)
    {
        using DtlsPair pair = DtlsPair.Create(server: config => config with
        {
            DangerousUnlimitedAmplification = !limit,
            Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 5000).ToCredential(config.Crypto)],
        });
        int received = 0;
        int sent = 0;
        pair.Network.OnSend = datagram =>
        {
            bool fromClient = datagram.Source == DtlsPair.ClientAddress;
            received += fromClient ? datagram.Payload.Length : 0;
            sent += fromClient ? 0 : datagram.Payload.Length;
            return fromClient;
        };
        pair.Start();
        while (sent == 0)
            Assert.True(pair.Step());
        if (limit)
            Assert.InRange(sent, 2 * received, 3 * received);
        else
            Assert.InRange(sent, 5000, 10_000);
    }

    [Fact]
    public void A_flight_that_is_sent_again_fits_a_path_that_has_become_smaller()
    {
        using DtlsPair pair = DtlsPair.Create(client: config => ClientHellos.Enlarge(config, 1000) with { LowerDatagramSizeOnLoss = false });
        int largest = 0;
        pair.Network.OnSend = datagram =>
        {
            largest = Math.Max(largest, datagram.Payload.Length);
            return false;
        };
        pair.Start();
        Assert.True(largest > 600, $"the ClientHello has {largest} bytes");
        largest = 0;
        pair.Client.Connection.MaxDatagramSize = 500;
        pair.Settle(TimeSpan.FromSeconds(1.5));
        Assert.InRange(largest, 400, 500);
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Client.Connection.MaxDatagramSize = 100);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_a_client_that_wants_tickets_asks_for_them(bool wanted)
    {
        byte[] pskDheKe = [0, 45, 0, 2, 1, 1];
        using DtlsPair pair = DtlsPair.Create(client: config => config with { RequestTickets = wanted });
        bool? asked = null;
        pair.Network.OnSend = datagram =>
        {
            asked ??= datagram.Payload.AsSpan().IndexOf(pskDheKe) >= 0;
            return true;
        };
        pair.DriveToConnected();
        Assert.Equal(wanted, asked);
    }

    private static RecordForge Forge(DtlsPair pair, TrafficSecrets secrets) =>
        new(TestProviders.Default, pair.Client.Connection.CipherSuite, secrets["SERVER_HANDSHAKE_TRAFFIC_SECRET"], epoch: 2);
}
