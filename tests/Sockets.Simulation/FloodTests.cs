using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Simulation;

/// <summary>Many addresses that never come back: no state, bounded memory, no amplification, and room for the good client.</summary>
[Collection(nameof(MemoryMeasuring))]
public sealed class FloodTests
{
    private const int Flood = 20_000;
    private const int GoodClient = 1;

    /// <summary>Far below what one record of state per address would take.</summary>
    private const long MemoryLimit = 2 << 20;

    [Fact]
    public void A_flood_of_client_hellos_leaves_nothing_behind()
    {
        using var rig = new EndpointRig();
        var amplification = new Amplification();
        Watch(rig, amplification);
        byte[] hello = ClientHellos.Make(EndpointRig.ClientConfig(3))[0];
        var random = new SeededRandom(4);
        Shoot(rig, amplification, 0, ClientHellos.WithRandom(hello, random));

        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 1; i < Flood; i++)
        {
            Shoot(rig, amplification: null, i, ClientHellos.WithRandom(hello, random));
            Assert.Equal(0, rig.Endpoint.ConnectionCount);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MemoryLimit);
        Assert.Empty(rig.Server.Logs);
        Assert.True(amplification.SentTo(Stranger(0)) > 0, "nobody was asked for a cookie");
        LetGoodClientIn(rig, large: false, () => Shoot(rig, amplification, random.Next(Flood), ClientHellos.WithRandom(hello, random)));
    }

    [Fact]
    public void Each_address_gets_three_times_what_it_gave_at_most()
    {
        foreach (bool requireCookie in new[] { true, false })
        {
            using var rig = new EndpointRig(
                2,
                new DtlsEndpointConfig { RequireCookie = requireCookie },
                server: static config => config with { Credentials = [TestCertificates.Get(TestCertificateKind.EcdsaP256, 6000).ToCredential(config.Crypto)] });
            var amplification = new Amplification();
            Watch(rig, amplification);
            byte[] hello = ClientHellos.Make(EndpointRig.ClientConfig(3))[0];
            var random = new SeededRandom(4);
            for (int i = 0; i < 200; i++)
                Shoot(rig, amplification, i, ClientHellos.WithRandom(hello, random));
            rig.Network.RunFor(TimeSpan.FromMinutes(20));
            Assert.True(amplification.SentTo(Stranger(7)) > 0);
            Assert.Equal(0, rig.Endpoint.ConnectionCount);
        }
    }

    [Fact]
    public void A_flood_of_first_fragments_stays_in_its_cache()
    {
        using var rig = new EndpointRig();
        var amplification = new Amplification();
        Watch(rig, amplification);
        List<byte[]> hello = ClientHellos.Make(ClientHellos.Enlarge(EndpointRig.ClientConfig(3)));
        Assert.True(hello.Count > 2, "the ClientHello is not fragmented");
        var random = new SeededRandom(4);
        Shoot(rig, amplification, 0, ClientHellos.WithRandom(hello[0], random));

        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 1; i < Flood; i++)
        {
            Shoot(rig, amplification: null, i, ClientHellos.WithRandom(hello[0], random));
            Assert.Equal(0, rig.Endpoint.ConnectionCount);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MemoryLimit);
        Assert.Empty(rig.Server.Logs);
        LetGoodClientIn(rig, large: true, () => Shoot(rig, amplification, random.Next(Flood), ClientHellos.WithRandom(hello[0], random)));
    }

    [Fact]
    public void A_flood_of_first_fragments_leaves_room_for_small_client_hellos()
    {
        using var rig = new EndpointRig(endpoint: new DtlsEndpointConfig { ReassemblySlots = 1 });
        List<byte[]> hello = ClientHellos.Make(ClientHellos.Enlarge(EndpointRig.ClientConfig(3)));
        var random = new SeededRandom(4);
        LetGoodClientIn(rig, large: false, () =>
        {
            for (int i = 0; i < 20; i++)
                Shoot(rig, amplification: null, random.Next(Flood), ClientHellos.WithRandom(hello[0], random));
        });
    }

    private static DtlsAddress Stranger(int number) => DtlsNetwork.Address(100_000 + number, 5000);

    private static void Watch(EndpointRig rig, Amplification amplification) => rig.Network.OnSend = datagram =>
    {
        if (datagram.Source == EndpointRig.ServerAddress && amplification.Knows(datagram.Destination))
            amplification.Sent(datagram.Destination, datagram.Payload.Length);
        return true;
    };

    private static void Shoot(EndpointRig rig, Amplification? amplification, int stranger, byte[] datagram)
    {
        amplification?.Received(Stranger(stranger), datagram.Length);
        rig.Server.Receive(Stranger(stranger), datagram);
    }

    private static void LetGoodClientIn(EndpointRig rig, bool large, Action meanwhile)
    {
        DtlsNode good = rig.AddClient(GoodClient, 77, change: config => large ? ClientHellos.Enlarge(config) : config);
        rig.RunUntil(
            () =>
            {
                meanwhile();
                return good.Log.IsConnected && rig.ServerLog(GoodClient) is { IsConnected: true };
            },
            "the good client did not get in");
        Assert.True(rig.IsEchoing(good));
        Assert.Equal(1, rig.Endpoint.ConnectionCount);
    }
}
