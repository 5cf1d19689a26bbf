using System.Globalization;
using System.Text;

namespace Sockets.Simulation.Attack;

/// <summary>
/// Honest clients that restart and move, and an attacker without keys: off-path injection, replay of everything that was ever
/// sent, forged source addresses, floods. SOCKETS_SEEDS=N runs N worlds (A-B: those), SOCKETS_SEED=n repeats one.
/// </summary>
public sealed class AttackTests
{
    private const int BlockSize = 40;
    private const int DefaultSeeds = 2000;

    /// <summary>One in so many is run twice: the same seed is the same world.</summary>
    private const ulong Repeated = 20;

    public static TheoryData<ulong, int> Blocks() => SeedSelection.Blocks(DefaultSeeds, BlockSize);

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Honest_clients_are_served_and_nobody_else(ulong firstSeed, int count)
    {
        var failures = new StringBuilder();
        int attacks = 0;
        for (ulong seed = firstSeed; seed < firstSeed + (ulong)count; seed++)
        {
            string? failure = Run(seed, out ulong trace, ref attacks);
            if (failure is null && seed % Repeated == 0)
                failure = Run(seed, out ulong again, ref attacks) ?? (trace == again ? null : "the same seed gave another packet trace");
            if (failure is not null)
                failures.Append(CultureInfo.InvariantCulture, $"{failure}\n  SOCKETS_SEED={seed} dotnet test tests/Sockets.Simulation -c Release\n");
        }

        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(attacks > 20 * count, $"only {attacks} attacks in {count} worlds");
    }

    /// <summary>Null when all went well.</summary>
    private static string? Run(ulong seed, out ulong trace, ref int attacks)
    {
        trace = 0;
        using var world = new AttackWorld(seed);
        try
        {
            trace = world.Run();
            attacks += world.AttackCount;
            return null;
        }
        catch (Exception exception)
        {
            string what = $"seed {seed}: {(exception is SimulationFailure ? exception.Message : exception.ToString())}";
            return world.Network.TraceText.Length == 0 ? what : $"{what}\n{world.Network.TraceText}";
        }
    }
}
