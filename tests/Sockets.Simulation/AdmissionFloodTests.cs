using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Simulation;

/// <summary>
/// What a server with limits does in a flood from addresses that are not their senders': nothing is kept of them, no address is
/// counted for what somebody else sends in its name, and those who are there come in and stay.
/// </summary>
[Collection(nameof(MemoryMeasuring))]
public sealed class AdmissionFloodTests
{
    private const int Flood = 1_000_000;

    private const int GoodClients = 8;

    private const long MemoryLimit = 4 << 20;

    [Theory]
    [InlineData(null)]
    [InlineData(16)]
    public void A_flood_of_forged_client_hellos_leaves_memory_flat_and_good_clients_unharmed(int? cookieThreshold)
    {
        var admission = new DtlsAdmission(new DtlsAdmissionLimits
        {
            MaxConnections = 64,
            MaxHandshakes = 32,
            MaxConnectionsPerAddress = 1,
            MaxHandshakesPerSecond = 100,
            CookieThreshold = cookieThreshold,
        });
        using var rig = new EndpointRig(
            endpoint: new DtlsEndpointConfig { Admission = admission },
            server: static config => config with { HandshakeTimeout = TimeSpan.FromSeconds(5), IdleTimeout = TimeSpan.FromMinutes(10) });
        var amplification = new Amplification();
        rig.Network.OnSend = datagram =>
        {
            if (datagram.Source == EndpointRig.ServerAddress && amplification.Knows(datagram.Destination))
                amplification.Sent(datagram.Destination, datagram.Payload.Length);
            return true;
        };
        DtlsNode resident = rig.AddClient(0, 900);
        rig.RunUntil(() => resident.Log.IsConnected && admission.Statistics.Addresses == 1, "nobody came in before the flood");

        byte[] hello = ClientHellos.Make(EndpointRig.ClientConfig(3))[0];
        var random = new SeededRandom(4);
        for (int i = 0; i < 1000; i++)
            Shoot(i, isWatched: true);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        int most = 0;
        for (int i = 1000; i < Flood; i++)
        {
            Shoot(i, isWatched: i % 1000 == 1);
            most = Math.Max(most, rig.Endpoint.ConnectionCount);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MemoryLimit);
        Assert.InRange(most, 1, 1 + (cookieThreshold ?? 0));
        Assert.Equal(1, admission.Statistics.Addresses); // in whose name they came is nobody's account
        Assert.True(rig.IsEchoing(resident));

        // In the midst of it, from addresses in whose name there was a flood as well.
        var clients = new DtlsNode[GoodClients];
        for (int i = 0; i < GoodClients; i++)
            clients[i] = rig.AddClient(i + 1, (ulong)i + 70);
        rig.RunUntil(
            () =>
            {
                for (int i = 0; i < 20; i++)
                    Shoot(random.Next(Flood), isWatched: false);
                return Array.TrueForAll(clients, static client => client.Log.IsConnected) && admission.Statistics.Addresses == GoodClients + 1;
            },
            "not every good client came in");
        Assert.All(clients, client => Assert.True(rig.IsEchoing(client)));
        Assert.True(rig.IsEchoing(resident));
        TestContext.Current.TestOutputHelper?.WriteLine($"{Flood} forged: {admission.Statistics}");

        rig.Network.RunFor(TimeSpan.FromMinutes(20));
        Assert.Equal(0, admission.Statistics.Connections);
        Assert.Equal(0, admission.Statistics.Handshakes);
        Assert.Equal(0, admission.Statistics.Addresses);

        void Shoot(int stranger, bool isWatched)
        {
            // Every tenth in the name of a good client.
            DtlsAddress source = stranger % 10 == 0 ? DtlsNetwork.Address(1000 + (stranger / 10 % (GoodClients + 1)), 50_000 + (stranger % 1000)) : DtlsNetwork.Address(100_000 + stranger, 5000);
            byte[] datagram = ClientHellos.WithRandom(hello, random);
            if (isWatched || amplification.Knows(source))
                amplification.Received(source, datagram.Length);
            rig.Server.Receive(source, datagram);
        }
    }

    [Fact]
    public void Half_open_handshakes_of_clients_with_cookies_do_not_keep_others_out()
    {
        var admission = new DtlsAdmission(new DtlsAdmissionLimits { MaxConnections = 64, MaxHandshakes = 8, MaxConnectionsPerAddress = 4 });
        using var rig = new EndpointRig(endpoint: new DtlsEndpointConfig { Admission = admission });

        // They are where they say, return their cookies, and go no further: more of them than there are places.
        var received = new Dictionary<DtlsAddress, int>();
        rig.Network.OnSend = datagram => datagram.Destination == EndpointRig.ServerAddress
            || !IsLazy(datagram.Destination)
            || (received[datagram.Destination] = received.GetValueOrDefault(datagram.Destination) + 1) == 1;
        for (int i = 0; i < 40; i++)
        {
            rig.AddClient(100 + i, (ulong)i + 300);
            rig.Network.RunFor(TimeSpan.FromMilliseconds(50));
        }

        Assert.Equal(8, admission.Statistics.Handshakes);
        DtlsNode good = rig.AddClient(1, 70);
        rig.RunUntil(() => good.Log.IsConnected, "the good client did not come in");
        Assert.True(rig.IsEchoing(good));

        static bool IsLazy(DtlsAddress address) => Enumerable.Range(100, 40).Any(number => EndpointRig.ClientAddress(number) == address);
    }
}
