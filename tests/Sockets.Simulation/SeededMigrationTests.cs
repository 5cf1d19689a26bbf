using System.Globalization;
using System.Text;

namespace Sockets.Simulation;

/// <summary>
/// Many conversations whose ends move, each drawn from one number: <see cref="MigrationRun"/>. SOCKETS_SEEDS=N runs N of them (A-B: those),
/// SOCKETS_SEED=n repeats one.
/// </summary>
public sealed class SeededMigrationTests
{
    private const int BlockSize = 64;
    private const int DefaultSeeds = 512;

    public static TheoryData<ulong, int> Blocks() => SeedSelection.Blocks(DefaultSeeds, BlockSize);

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Whoever_moves_is_found_again_and_nobody_else(ulong firstSeed, int count)
    {
        var failures = new StringBuilder();
        ulong validated = 0;
        for (ulong seed = firstSeed; seed < firstSeed + (ulong)count; seed++)
        {
            (string? first, ulong trace) = Run(seed, ref validated);
            ulong ignored = 0;
            (string? second, ulong again) = first is null ? Run(seed, ref ignored) : default;
            if (first is null && second is null && trace != again)
                second = "the same seed gave another packet trace";
            if ((first ?? second) is { } failure)
                failures.Append(CultureInfo.InvariantCulture, $"{failure}\n  SOCKETS_SEED={seed} dotnet test tests/Sockets.Simulation -c Release\n");
        }

        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(count == 1 || validated > (ulong)count, $"only {validated} paths were validated: the conversations hardly moved");
    }

    private static (string? Failure, ulong Trace) Run(ulong seed, ref ulong validated)
    {
        using var run = new MigrationRun(MigrationScenario.FromSeed(seed));
        try
        {
            ulong trace = run.Run();
            validated += run.PathsValidated;
            return (null, trace);
        }
        catch (Exception exception)
        {
            string what = exception is SimulationFailure ? exception.Message : exception.ToString();
            return (run.TraceText.Length == 0 ? what : $"{what}\n{run.TraceText}", 0);
        }
    }
}
