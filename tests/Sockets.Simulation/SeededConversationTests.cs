using System.Globalization;
using System.Text;

namespace Sockets.Simulation;

/// <summary>
/// Many conversations, each drawn from one number. SOCKETS_SEEDS=N runs N of them, SOCKETS_SEED=n repeats one.
/// </summary>
public sealed class SeededConversationTests
{
    private const int BlockSize = 32;
    private const int DefaultSeeds = 640;

    public static TheoryData<ulong, int> Blocks()
    {
        var blocks = new TheoryData<ulong, int>();
        if (ReadNumber("SOCKETS_SEED") is { } seed)
        {
            blocks.Add(seed, 1);
            return blocks;
        }

        ulong count = ReadNumber("SOCKETS_SEEDS") ?? DefaultSeeds;
        for (ulong first = 1; first <= count; first += BlockSize)
            blocks.Add(first, (int)Math.Min(BlockSize, count - first + 1));
        return blocks;
    }

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

    private static ulong? ReadNumber(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
}
