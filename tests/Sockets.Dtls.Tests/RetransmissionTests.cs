using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>Timers, flights and ACKs (RFC 9147 §5.8 and §7).</summary>
public sealed class RetransmissionTests
{
    [Fact]
    public void An_unanswered_flight_is_repeated_at_doubling_intervals_and_then_given_up()
    {
        using DtlsPair pair = DtlsPair.Create(client: static config => config with { HandshakeTimeout = TimeSpan.FromHours(1) });
        List<double> sent = [];
        MonotonicTime start = pair.Network.Clock.Now;
        pair.Network.OnSend = datagram =>
        {
            if (datagram.Payload[0] == RecordForge.Handshake)
                sent.Add((pair.Network.Clock.Now - start).TotalSeconds);
            return false;
        };
        pair.Start();
        Assert.True(pair.Network.RunUntil(() => pair.Client.Log.IsClosed));
        Assert.Equal([0, 1, 3, 7, 15, 31, 63, 123], sent.Distinct());
        Assert.Equal(183, (pair.Network.Clock.Now - start).TotalSeconds);
        Assert.Equal(DtlsFailureReason.RetransmissionLimit, pair.Client.Log.Failure?.Reason);
        Assert.Equal(MonotonicTime.Never, pair.Client.EngineTimeout);
    }

    [Fact]
    public void A_handshake_that_takes_too_long_is_given_up()
    {
        using DtlsPair pair = DtlsPair.Create(client: static config => config with { HandshakeTimeout = TimeSpan.FromSeconds(10) });
        MonotonicTime start = pair.Network.Clock.Now;
        pair.Network.OnSend = static _ => false;
        pair.Start();
        Assert.True(pair.Network.RunUntil(() => pair.Client.Log.IsClosed));
        Assert.Equal(10, (pair.Network.Clock.Now - start).TotalSeconds);
        Assert.Equal(DtlsFailureReason.HandshakeTimeout, pair.Client.Log.Failure?.Reason);
    }

    [Fact]
    public void Only_what_was_lost_is_sent_again()
    {
        int whole = CountServerDatagrams(lose: 0);
        Assert.True(whole > 12, $"the flight has {whole} datagrams");
        for (int lost = 2; lost <= 14; lost += 3)
            Assert.InRange(CountServerDatagrams(lost), whole, whole + 4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_partial_ack_has_the_rest_sent_at_once_or_at_the_timeout(bool resendOnPartialAck)
    {
        using DtlsPair pair = DtlsPair.Create(client: static config => config with { UseMeasuredRoundTrip = false }, server: config => config with
        {
            ResendOnPartialAck = resendOnPartialAck,
            UseMeasuredRoundTrip = false,
            MaxDatagramSize = 400,
            DangerousUnlimitedAmplification = true,
            Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 1500).ToCredential(config.Crypto)],
        });
        int fromServer = 0;
        pair.Network.OnSend = datagram => datagram.Source != DtlsPair.ServerAddress || ++fromServer != 3;
        MonotonicTime start = pair.Network.Clock.Now;
        pair.DriveToConnected();

        // The client's ACK timer is a quarter of a second, the server's retransmission timer a whole one.
        double seconds = (pair.Network.Clock.Now - start).TotalSeconds;
        Assert.InRange(seconds, resendOnPartialAck ? 0.25 : 1, resendOnPartialAck ? 0.999 : 1.5);
    }

    [Fact]
    public void A_lost_finished_is_repeated_until_it_is_acknowledged()
    {
        using DtlsPair pair = DtlsPair.Create();
        int lost = 0;
        pair.Network.OnSend = datagram =>
        {
            bool finished = datagram.Source == DtlsPair.ClientAddress && pair.Client.Log.IsConnected && !pair.Server.Log.IsConnected;
            return !finished || lost++ >= 3;
        };
        pair.Start();
        pair.DriveUntil(() => pair.IsConnected);
        pair.Settle(TimeSpan.FromMinutes(5));
        Assert.True(lost >= 3);
        Assert.Equal(MonotonicTime.Never, pair.Client.EngineTimeout);
        Assert.Equal(MonotonicTime.Never, pair.Server.EngineTimeout);
    }

    [Fact]
    public void A_lost_acknowledgement_of_the_last_flight_is_repeated()
    {
        using DtlsPair pair = DtlsPair.Create();
        int lost = 0;
        pair.Network.OnSend = datagram =>
        {
            bool acknowledgement = datagram.Source == DtlsPair.ServerAddress && pair.Client.Log.IsConnected;
            return !acknowledgement || lost++ >= 3;
        };
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromMinutes(5));
        Assert.True(lost >= 4, "the server did not acknowledge the repeated Finished");
        Assert.Equal(MonotonicTime.Never, pair.Client.EngineTimeout);
        Assert.True(pair.Client.Log.Statistics.Retransmissions >= 3);
    }

    [Fact]
    public void Repeated_loss_lowers_the_datagram_size()
    {
        using DtlsPair pair = DtlsPair.Create(
            client: static config => ClientHellos.Enlarge(config, 1200) with { MaxRetransmissions = 20, HandshakeTimeout = TimeSpan.FromHours(1) },
            server: static config => config with
            {
                MaxRetransmissions = 20,
                HandshakeTimeout = TimeSpan.FromHours(1),
                Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 3000).ToCredential(config.Crypto)],
            });
        pair.Client.Inbound.Options = new NetemOptions { Mtu = 260 };
        pair.Server.Inbound.Options = new NetemOptions { Mtu = 260 };
        int largest = 0;
        pair.Network.OnSend = datagram =>
        {
            largest = Math.Max(largest, datagram.Payload.Length);
            return true;
        };
        pair.DriveToConnected();
        Assert.InRange(largest, 1000, 1200);
    }

    [Fact]
    [Conformance("RFC 9147", "4.3", "Each record fits within a single datagram.", "Sockets.Dtls/DtlsConnection.Transmit.cs")]
    public void No_datagram_is_larger_than_the_path()
    {
        foreach (int size in new[] { 256, 300, 511, 1200, 1500 })
        {
            using DtlsPair pair = DtlsPair.Create(
                client: config => ClientHellos.Enlarge(config, size),
                server: config => config with
                {
                    MaxDatagramSize = size,
                    Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 3000).ToCredential(config.Crypto)],
                });
            int largest = 0;
            pair.Network.OnSend = datagram =>
            {
                largest = Math.Max(largest, datagram.Payload.Length);
                return true;
            };
            pair.DriveToConnected();
            Assert.InRange(largest, size - 40, size);
            Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, new byte[pair.Client.Connection.MaxPlaintextSize]));
            Assert.Equal(DtlsWriteResult.TooLarge, pair.Client.Write(pair.Client.Connection, new byte[pair.Client.Connection.MaxPlaintextSize + 1]));
            Assert.Equal(size, largest);
        }
    }

    [Fact]
    public void An_idle_connection_has_no_timer()
    {
        using DtlsPair pair = DtlsPair.Create();
        pair.DriveToConnected();
        pair.Settle(TimeSpan.FromMinutes(10));
        Assert.Equal(MonotonicTime.Never, pair.Client.EngineTimeout);
        Assert.Equal(MonotonicTime.Never, pair.Server.EngineTimeout);
    }

    private static int CountServerDatagrams(int lose)
    {
        using DtlsPair pair = DtlsPair.Create(server: static config => config with
        {
            MaxDatagramSize = 300,
            LowerDatagramSizeOnLoss = false,
            Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 4000).ToCredential(config.Crypto)],
        });
        int sent = 0;
        pair.Network.OnSend = datagram => datagram.Source != DtlsPair.ServerAddress || ++sent != lose;
        pair.DriveToConnected();
        pair.Settle();
        return sent;
    }
}
