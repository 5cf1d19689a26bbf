using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Simulation;

/// <summary>Several clients against one endpoint under one clock.</summary>
public sealed class EndpointSimulationTests
{
    private const int Clients = 12;

    private const int DefaultSeeds = 16;

    // With the worst link one of them comes back in half of the cases.
    private const int Messages = 30;

    /// <summary>
    /// Before the cookie nothing is acknowledged, and whoever misses one of five fragments or the answer to them waits for the next
    /// transmission: 1 s, then 2 s, up to 60 s (RFC 9147 §5.8.2). With three in ten lost both ways, one in a hundred takes more
    /// than 6 minutes to have its cookie taken, and one in six (of those whose ClientHello is one datagram one in thirty) more than a minute.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(3);

    /// <summary>One conversation here is as much work as many of those between two.</summary>
    private const int Weight = 64;

    public static TheoryData<ulong> Seeds() =>
        [.. Enumerable.Range(1, Math.Max(DefaultSeeds, SeedSelection.Count / Weight)).Select(static seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Many_clients_converse_with_one_endpoint(ulong seed)
    {
        ulong first = Converse(seed);
        Assert.Equal(first, Converse(seed));
    }

    private static ulong Converse(ulong seed)
    {
        var random = new SeededRandom(seed);
        var admission = new DtlsAdmission(new DtlsAdmissionLimits
        {
            MaxConnections = 100,
            MaxHandshakes = 20,
            MaxConnectionsPerAddress = 10,
            MaxHandshakesPerSecond = random.Between(2, 50),
            CookieThreshold = random.Chance(50) ? random.Between(1, 10) : null,
        });
        using var rig = new EndpointRig(
            seed, new DtlsEndpointConfig { RequireCookie = random.Chance(70), CookieLifetime = TimeSpan.FromMinutes(20), Admission = admission }, Link(random));
        var nodes = new DtlsNode[Clients];
        var sent = new SentMessages[Clients];
        for (int i = 0; i < Clients; i++)
        {
            int number = i;
            NetemOptions link = Link(random);
            bool large = random.Chance(25);
            ulong clientSeed = random.NextUInt64();
            rig.Network.After(random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(5)), () =>
            {
                sent[number] = new SentMessages($"client {number}", clientSeed);
                nodes[number] = rig.AddClient(number, clientSeed, link, config => (large ? ClientHellos.Enlarge(config) : config) with { HandshakeTimeout = Patience });
            });
        }

        rig.RunUntil(
            () => Array.TrueForAll(nodes, static node => node is { Log.IsConnected: true }) && rig.Server.Logs.Count(static log => log.IsConnected) >= Clients,
            "not every client got in");
        foreach ((DtlsNode node, SentMessages messages) in nodes.Zip(sent))
        {
            for (int i = 0; i < Messages; i++)
            {
                rig.Network.After(
                    random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(3)),
                    () => Assert.Equal(DtlsWriteResult.Success, node.Write(node.Connection, messages.Next(random.Next(200) + 1))));
            }
        }

        bool over = false;
        rig.Network.After(TimeSpan.FromSeconds(8), () => over = true);
        rig.RunUntil(() => over, "the clock stood still");
        for (int i = 0; i < Clients; i++)
        {
            Assert.Null(nodes[i].Log.Failure);
            sent[i].Check(nodes[i].Log.Received);
            Assert.True(sent[i].ArrivedCount > 0, $"no echo reached client {i}");
            nodes[i].Close(nodes[i].Connection);
        }

        rig.Network.RunFor(TimeSpan.FromSeconds(10));
        foreach (ConnectionLog log in rig.Server.Logs.ToArray())
        {
            Assert.Null(log.IsConnected ? log.Failure : null);
            if (!log.IsClosed)
                rig.Server.Close(log.Connection);
        }

        Assert.Equal(0, rig.Endpoint.ConnectionCount);
        Assert.Equal((0, 0, 0, 0), (admission.Statistics.Connections, admission.Statistics.Handshakes, admission.Statistics.Addresses, admission.Statistics.FullAddresses));
        Assert.True(admission.Statistics.Admitted >= Clients);
        return rig.Network.TraceHash;
    }

    private static NetemOptions Link(SeededRandom random) => new()
    {
        Loss = random.Between(0, 30),
        Duplication = random.Between(0, 15),
        Reordering = random.Between(0, 20),
        Delay = TimeSpan.FromMilliseconds(random.Between(0, 60)),
        Jitter = TimeSpan.FromMilliseconds(random.Between(0, 20)),
    };
}
