namespace Sockets.Architecture.Tests;

/// <summary>build/BannedSymbols.SansIo.txt: what the engine may not touch.</summary>
internal static class BannedSymbols
{
    /// <summary>Documentation identifiers, without their explanations.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. File.ReadLines(Path.Combine(Repository.Root, "build/BannedSymbols.SansIo.txt")).Where(static line => line.Length > 0).Select(static line => line.Split(';')[0])];
}
