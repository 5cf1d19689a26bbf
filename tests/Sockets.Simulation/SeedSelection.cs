using System.Globalization;

namespace Sockets.Simulation;

/// <summary>Which seeds to run, from the environment.</summary>
internal static class SeedSelection
{
    /// <summary>SOCKETS_SEED: this one only.</summary>
    public static ulong? Single => Read("SOCKETS_SEED");

    /// <summary>SOCKETS_SEEDS: N is the seeds 1 to N, A-B those from A to B.</summary>
    public static (ulong First, ulong Last)? Range
    {
        get
        {
            if (Environment.GetEnvironmentVariable("SOCKETS_SEEDS") is not { Length: > 0 } text)
                return null;
            int dash = text.IndexOf('-', StringComparison.Ordinal);
            return (dash < 0 ? 1 : Parse(text[..dash]), Parse(text[(dash + 1)..]));
        }
    }

    /// <summary>How many seeds SOCKETS_SEEDS asks for; 0 when it says nothing.</summary>
    public static int Count => Range is { } range && range.Last >= range.First ? checked((int)(range.Last - range.First + 1)) : 0;

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

        (ulong start, ulong last) = Range ?? (1, (ulong)defaultSeeds);
        for (ulong first = start; first <= last; first += (ulong)blockSize)
            blocks.Add(first, (int)Math.Min((ulong)blockSize, last - first + 1));
        return blocks;
    }

    private static ulong? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? Parse(text) : null;

    private static ulong Parse(string text) => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
