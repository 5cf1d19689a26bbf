using System.Globalization;

namespace Sockets.Simulation;

/// <summary>Which seeds to run, from the environment.</summary>
internal static class SeedSelection
{
    /// <summary>SOCKETS_SEED: this one only.</summary>
    public static ulong? Single => Read("SOCKETS_SEED");

    /// <summary>SOCKETS_SEEDS: so many.</summary>
    public static ulong? Count => Read("SOCKETS_SEEDS");

    private static ulong? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
}
