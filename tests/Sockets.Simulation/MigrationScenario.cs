using Sockets.Dtls;
using Sockets.Testing;

namespace Sockets.Simulation;

/// <summary>A conversation whose ends change their addresses on a lossy network, under the eyes of somebody who copies everything.</summary>
internal sealed record MigrationScenario
{
    public required ulong Seed { get; init; }

    public required int ClientLength { get; init; }

    public required int ServerLength { get; init; }

    public required bool WithEndpoint { get; init; }

    public required DtlsPathValidation Validation { get; init; }

    public required NetemOptions Link { get; init; }

    /// <summary>Things that happen, one after the other.</summary>
    public required int Turns { get; init; }

    public required TimeSpan TurnLength { get; init; }

    public static MigrationScenario FromSeed(ulong seed)
    {
        var random = new SeededRandom(seed ^ 0x9853);
        return new MigrationScenario
        {
            Seed = seed,
            ClientLength = random.Pick([0, 0, 1, 5, 20]),
            ServerLength = random.Pick([1, 2, 8, 8, 20]),
            WithEndpoint = random.Chance(70),
            Validation = random.Chance(50) ? DtlsPathValidation.Enhanced : DtlsPathValidation.Basic,
            Link = new NetemOptions
            {
                Loss = random.Chance(30) ? 0 : random.Next(25),
                Duplication = random.Next(15),
                Reordering = random.Next(20),
                Delay = TimeSpan.FromMilliseconds(random.Between(1, 80)),
                Jitter = TimeSpan.FromMilliseconds(random.Next(20)),
            },
            Turns = random.Between(40, 120),
            TurnLength = TimeSpan.FromMilliseconds(random.Between(5, 120)),
        };
    }
}
