using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Simulation.Attack;

/// <summary>
/// Somebody who sees every datagram, can send any to anybody in anybody's name and faster than the network, and has no keys.
/// What it cannot do is to hold one back.
/// </summary>
internal sealed class Attacker(AttackWorld world, SeededRandom random)
{
    private const int Victims = 40;
    private const int Chance = 30;

    private readonly List<NetemDatagram> _seen = [];
    private readonly byte[] _hello = ClientHellos.Make(EndpointRig.ClientConfig(3))[0];
    private bool _isActing;

    /// <summary>Datagrams sent.</summary>
    public int Count { get; private set; }

    /// <summary>Everything that is sent passes by, and now and then is overtaken by a copy from elsewhere.</summary>
    public void Observe(NetemDatagram datagram)
    {
        if (_isActing || world.IsEnding)
            return;
        var copy = datagram with { Payload = [.. datagram.Payload] };
        _seen.Add(copy);
        if (datagram.Destination == EndpointRig.ServerAddress && random.Chance(6))
            world.Network.After(TimeSpan.Zero, () => Send(() => world.ToServer(Victim(), copy.Payload)));
    }

    /// <summary>After a step of the world: perhaps an attack.</summary>
    public void Act()
    {
        if (!random.Chance(Chance))
            return;
        Send(() =>
        {
            switch (random.Next(10))
            {
                case 0:
                    Flood();
                    break;
                case < 4:
                    Replay();
                    break;
                case < 7:
                    Strike(random.Pick(world.Honest), Forge());
                    break;
                default:
                    world.ToServer(Victim(), Forge());
                    break;
            }
        });
    }

    private static DtlsAddress Victim(int number) => DtlsNetwork.Address(50_000 + number, 5000);

    private DtlsAddress Victim() => Victim(random.Next(Victims));

    private void Send(Action attack)
    {
        _isActing = true;
        Count++;
        attack();
        _isActing = false;
    }

    /// <summary>Many first flights from addresses of others.</summary>
    private void Flood()
    {
        for (int i = 0; i < 10; i++)
            world.ToServer(Victim(), ClientHellos.WithRandom(_hello, random));
    }

    /// <summary>Anything that was ever sent, once more: as it was, from elsewhere, or back to its sender.</summary>
    private void Replay()
    {
        if (_seen.Count == 0)
            return;
        NetemDatagram old = random.Pick(_seen);
        byte[] payload = [.. old.Payload];
        switch (random.Next(4))
        {
            case 0:
                world.ToServer(Victim(), payload);
                break;
            case 1:
                Strike(random.Pick(world.Honest), payload);
                break;
            default:
                if (old.Destination == EndpointRig.ServerAddress)
                    world.ToServer(old.Source, payload);
                else if (world.OwnerOf(old.Destination) is { Node: not null } client)
                    world.ToClient(client, payload);
                break;
        }
    }

    /// <summary>To a client in the server's name, or to the server in the client's.</summary>
    private void Strike(HonestClient client, byte[] datagram)
    {
        if (client.Node is null)
            return;
        if (random.Chance(50))
            world.ToClient(client, datagram);
        else
            world.ToServer(client.Addresses[^1], datagram);
    }

    private byte[] Forge()
    {
        switch (random.Next(9))
        {
            case 0:
                return random.Bytes(random.Next(200));
            case 1:
                byte[] noise = random.Bytes(random.Between(20, 200));
                noise[0] = (byte)(0x20 | (noise[0] & 0x1F));
                return noise;
            case 2:
                return Seen(static (payload, random) => payload[..random.Next(payload.Length)]);
            case 3 or 4:
                return Seen(static (payload, random) =>
                {
                    payload[random.Next(payload.Length)] ^= (byte)(1 << random.Next(8));
                    return payload;
                });
            case 5:
                return PlaintextRecords.Record(RecordForge.Alert, [(byte)random.Between(1, 2), (byte)random.Pick([0, 10, 40, 47, 80, 90])]);
            case 6:
                return PlaintextRecords.Record(RecordForge.Ack, [0, 16, .. new byte[7], (byte)random.Pick([0, 2, 3]), .. new byte[7], (byte)random.Next(4)]);
            case 7:
                return Retry();
            default:
                return ClientHellos.WithRandom(_hello, random);
        }
    }

    private byte[] Seen(Func<byte[], SeededRandom, byte[]> change) =>
        _seen.Count == 0 ? random.Bytes(20) : change([.. random.Pick(_seen).Payload], random);

    /// <summary>A HelloRetryRequest with a cookie of nobody's (RFC 8446 §4.1.4).</summary>
    private byte[] Retry()
    {
        byte[] extensions = [0, 43, 0, 2, 0xFE, 0xFC, 0, 44, 0, 18, 0, 16, .. random.Bytes(16)];
        byte[] helloRetryRequest = Convert.FromHexString("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C");
        byte[] body = [0xFE, 0xFD, .. helloRetryRequest, 0, 0x13, 0x01, 0, 0, (byte)extensions.Length, .. extensions];
        return PlaintextRecords.Record(RecordForge.Handshake, PlaintextRecords.Fragment(2, body.Length, random.Next(2), 0, body.Length, body));
    }
}
