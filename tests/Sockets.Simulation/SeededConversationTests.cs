using System.Globalization;
using System.Text;

namespace Sockets.Simulation;

/// <summary>
/// Many conversations, each drawn from one number. SOCKETS_SEEDS=N runs N of them (A-B: those), SOCKETS_SEED=n repeats one.
/// </summary>
public sealed class SeededConversationTests
{
    private const int BlockSize = 32;
    private const int DefaultSeeds = 1024;

    /// <summary>
    /// Each of these found a defect once: an ACK larger than the path, fragments of a second ClientHello that missed their
    /// connection, a client that fell silent before an address-limited server, keys that were gone too early. The last one found
    /// that the tests promised too much: the connection ID of a late record had given way to newer ones.
    /// </summary>
    public static TheoryData<ulong> FoundSeeds() => [421, 714, 1242, 1527, 3197, 5560, 6193, 8412, 18_237, 66_521];

    public static TheoryData<ulong, int> Blocks() => SeedSelection.Blocks(DefaultSeeds, BlockSize);

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Every_conversation_keeps_its_promises_and_repeats_itself(ulong firstSeed, int count)
    {
        var failures = new StringBuilder();
        for (ulong seed = firstSeed; seed < firstSeed + (ulong)count; seed++)
        {
            string? first = Run(seed, out ulong trace);
            string? second = first ?? Run(seed, out ulong again) ?? (trace == again ? null : "the same seed gave another packet trace");
            if ((first ?? second) is { } failure)
                failures.Append(CultureInfo.InvariantCulture, $"{failure}\n  SOCKETS_SEED={seed} dotnet test tests/Sockets.Simulation -c Release\n");
        }

        Assert.True(failures.Length == 0, failures.ToString());
    }

    [Theory]
    [MemberData(nameof(FoundSeeds))]
    public void What_was_found_stays_mended(ulong seed) => Assert.Null(Run(seed, out _));

    /// <summary>Null when all went well.</summary>
    private static string? Run(ulong seed, out ulong trace)
    {
        trace = 0;
        using var run = new ScenarioRun(Scenario.FromSeed(seed));
        try
        {
            trace = run.Run();
            return null;
        }
        catch (Exception exception)
        {
            string what = exception is SimulationFailure ? exception.Message : exception.ToString();
            return run.TraceText.Length == 0 ? what : $"{what}\n{run.TraceText}";
        }
    }
}
