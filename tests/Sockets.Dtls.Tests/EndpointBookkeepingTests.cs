using System;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Dtls.Tests;

/// <summary>What an endpoint keeps of its connections, and what it tells of them, however they end.</summary>
public sealed class EndpointBookkeepingTests
{
    private const byte Finished = 20;

    [Fact]
    public void A_key_that_ends_while_a_flight_is_sent_again_is_reported()
    {
        using DtlsPair pair = WithClientEndpoint(static config => config with { MaxRecordsPerKey = 16 });
        pair.DriveToConnected();
        pair.Settle();
        pair.Network.OnSend = static _ => false;

        // The fourteenth record asks for new keys; nobody answers, and sending the KeyUpdate again uses up the rest.
        for (int i = 0; i < 14; i++)
            Assert.Equal(DtlsWriteResult.Success, pair.Client.Write(pair.Client.Connection, [1]));
        DtlsEndpoint endpoint = pair.Client.Endpoint!;
        byte[] buffer = new byte[2000];
        bool isClosed = false;
        for (int i = 0; i < 20 && endpoint.NextTimeout != MonotonicTime.Never; i++)
        {
            // Events first: whatever a driver's order, the end may not get lost.
            endpoint.HandleTimeout(endpoint.NextTimeout);
            TakeEvents();
            while (!endpoint.PollTransmit(buffer).IsEmpty)
            {
            }

            TakeEvents();
        }

        Assert.Equal(DtlsFailureReason.KeyLimitReached, pair.Client.Connection.Failure?.Reason);
        Assert.True(isClosed);
        Assert.Equal(0, endpoint.ConnectionCount);

        void TakeEvents()
        {
            while (endpoint.PollEvent(out DtlsEvent dtlsEvent))
                isClosed |= dtlsEvent.Kind == DtlsEventKind.Closed;
        }
    }

    [Fact]
    public void A_connection_disposed_without_closing_is_forgotten()
    {
        using DtlsPair pair = WithClientEndpoint(static config => config);
        pair.DriveToConnected();
        pair.Settle();
        foreach (DtlsNode node in new[] { pair.Client, pair.Server })
        {
            node.Connection.Dispose();
            node.Drain();
            Assert.Equal(0, node.Endpoint!.ConnectionCount);
            Assert.Equal(0, node.Endpoint.HandshakeCount);
            Assert.Equal(MonotonicTime.Never, node.Endpoint.NextTimeout);
        }

        pair.Client.Connect(DtlsPair.Config(TestProviders.Default, 9), DtlsPair.ServerAddress);
        pair.DriveUntil(() => pair.IsConnected);
        Assert.Equal(1, pair.Server.Endpoint!.ConnectionCount);
    }

    [Fact]
    public void Connections_disposed_after_their_endpoint_change_nothing()
    {
        using DtlsPair pair = WithClientEndpoint(static config => config);
        pair.DriveToConnected();
        pair.Client.Endpoint!.Dispose();
        pair.Client.Connection.Dispose();
        pair.Client.Drain();
        Assert.Equal(0, pair.Client.Endpoint.ConnectionCount);
    }

    [Fact]
    public void A_disposed_endpoint_answers_nobody()
    {
        using DtlsPair pair = WithClientEndpoint(static config => config);
        pair.Server.Endpoint!.Dispose();
        pair.Server.Receive(DtlsPair.ClientAddress, ClientHellos.Make(DtlsPair.Config(TestProviders.Default, 4))[0]);
        Assert.Equal(0, pair.Network.DatagramsSent);
    }

    [Fact]
    public void Timers_that_come_and_go_leave_nothing_behind()
    {
        var secrets = new TrafficSecrets();
        using DtlsPair pair = WithClientEndpoint(config => config with { DangerousKeyLog = secrets.Add, CipherSuites = [CipherSuite.Aes128GcmSha256] });
        pair.DriveToConnected();
        using var forge = new RecordForge(TestProviders.Default, CipherSuite.Aes128GcmSha256, secrets["CLIENT_TRAFFIC_SECRET_0"], 3);

        // Each of these starts the ACK timer, long before the keys of the handshake expire.
        byte[] repeated = PlaintextRecords.Fragment(Finished, 32, 0, 0, 32, new byte[32]);
        for (ulong i = 0; i < 300; i++)
        {
            pair.Server.Receive(DtlsPair.ClientAddress, forge.Seal(100 + i, RecordForge.Handshake, repeated));
            pair.Settle(TimeSpan.FromMilliseconds(300));
        }

        Assert.False(pair.AnyFailed, pair.Describe());
        Assert.NotEqual(MonotonicTime.Never, pair.Server.Endpoint!.NextTimeout);
        Assert.InRange(pair.Server.Endpoint.TimerCount, 1, 100);
    }

    private static DtlsPair WithClientEndpoint(Func<DtlsConfig, DtlsConfig> client)
    {
        DtlsConfig server = DtlsPair.Config(TestProviders.Default, 2);
        return new DtlsPair(new DtlsPairOptions
        {
            Client = client(DtlsPair.Config(TestProviders.Default, 1)),
            Server = server with { Credentials = [TestCertificates.EcdsaP256.ToCredential(server.Crypto)] },
            ServerEndpoint = new DtlsEndpointConfig(),
            ClientEndpoint = true,
        });
    }
}
