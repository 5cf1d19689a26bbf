namespace Sockets.Architecture.Tests;

/// <summary>The source tree the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> SourceFiles(string under) =>
        Directory.EnumerateFiles(Path.Combine(Root, under), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !IsGenerated(file));

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    public static bool IsGenerated(string path) =>
        Relative(path).Split('/').Any(static part => part is "bin" or "obj" or "artifacts" or ".git");

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sockets.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"Sockets.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
