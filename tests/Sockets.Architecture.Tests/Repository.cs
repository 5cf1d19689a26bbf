using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Sockets.Architecture.Tests;

/// <summary>The source tree the tests were built from.</summary>
internal static partial class Repository
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> SourceFiles(string under) =>
        Files(under).Where(static file => file.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>All that is not generated. Nobody looks into the folders of what is: others may be building, or cleaning up, meanwhile.</summary>
    public static IEnumerable<string> Files(string under) =>
        new FileSystemEnumerable<string>(
            Path.GetFullPath(Path.Combine(Root, under)),
            static (ref FileSystemEntry entry) => entry.ToFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None })
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = static (ref FileSystemEntry entry) => !IsGeneratedName(entry.FileName),
        };

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static bool IsGeneratedName(ReadOnlySpan<char> name) => name is "bin" or "obj" or "artifacts" or "TestResults" or ".git";

    /// <summary>Full names of the outermost types that a file declares.</summary>
    public static IEnumerable<string> DeclaredTypes(string file)
    {
        string space = DeclaredNamespace(file) ?? "";
        return File.ReadLines(file).Select(static line => TypeDeclaration().Match(line)).Where(static match => match.Success).Select(match => $"{space}.{match.Groups["name"].Value}");
    }

    public static string? DeclaredNamespace(string file) =>
        File.ReadLines(file).FirstOrDefault(static line => line.StartsWith("namespace ", StringComparison.Ordinal))?["namespace ".Length..].TrimEnd(';');

    [GeneratedRegex(@"^(public|internal|file)\s+(static\s+|sealed\s+|abstract\s+|readonly\s+|ref\s+|unsafe\s+|partial\s+)*(record\s+struct|record\s+class|class|struct|interface|enum|record|delegate\s+\S+)\s+(?<name>\w+)")]
    private static partial Regex TypeDeclaration();

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
