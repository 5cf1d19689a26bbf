using System.Text.RegularExpressions;

namespace Sockets.Tests.Samples;

/// <summary>What the READMEs show as C# is compiled and run here, to the letter.</summary>
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("README.md", 6)]
    [InlineData("src/Sockets/README.md", 8)]
    public void EveryBlockOfCodeIsInASampleThatIsCompiled(string readme, int least)
    {
        string root = FindRoot();
        string[] samples = [.. Directory.EnumerateFiles(Path.Combine(root, "tests", "Sockets.Tests", "Samples"), "*Sample.cs", SearchOption.AllDirectories).Select(path => Normalize(File.ReadAllText(path)))];
        MatchCollection blocks = CodeBlock().Matches(File.ReadAllText(Path.Combine(root, readme)));
        Assert.True(blocks.Count >= least, $"{readme} has {blocks.Count} blocks of code.");
        foreach (Match block in blocks)
        {
            string code = Normalize(block.Groups[1].Value);
            Assert.True(samples.Any(sample => sample.Contains(code, StringComparison.Ordinal)), $"{readme} shows code that no sample has:\n{code}");
        }
    }

    /// <summary>Without indentation and empty lines.</summary>
    private static string Normalize(string code) =>
        string.Join('\n', code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line != "using Sockets;"));

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Sockets.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
