using System.Globalization;

namespace Sockets.Simulation;

/// <summary>Which seeds to run, from the environment.</summary>
internal static class SeedSelection
{
    /// <summary>SOCKETS_SEED: this one only.</summary>
    public static ulong? Single => Read("SOCKETS_SEED");

    /// <summary>SOCKETS_SEEDS: so many.</summary>
    public static ulong? Count => Read("SOCKETS_SEEDS");

    /// <summary>The seeds to run, in blocks: each of them one test.</summary>
    /// <param name="defaultSeeds">How many when the environment says nothing.</param>
    /// <param name="blockSize">Seeds of one test.</param>
    /// <returns>The first seed of each block, and how many there are from it on.</returns>
    public static TheoryData<ulong, int> Blocks(int defaultSeeds, int blockSize)
    {
        var blocks = new TheoryData<ulong, int>();
        if (Single is { } seed)
        {
            blocks.Add(seed, 1);
            return blocks;
        }

        ulong count = Count ?? (ulong)defaultSeeds;
        for (ulong first = 1; first <= count; first += (ulong)blockSize)
            blocks.Add(first, (int)Math.Min((ulong)blockSize, count - first + 1));
        return blocks;
    }

    private static ulong? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
}
