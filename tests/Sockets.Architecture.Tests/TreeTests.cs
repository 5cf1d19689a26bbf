using System.Text.RegularExpressions;

namespace Sockets.Architecture.Tests;

/// <summary>The shape of the tree: where files lie and how long they get.</summary>
public sealed partial class TreeTests
{
    private const int MaxLines = 800;
    private const int MaxConditionals = 4;

    private static readonly string[] TopFolders = ["src", "native", "bench", "tests", "build"];

    private static readonly string[] ForbiddenNames = ["Utils", "Helpers", "Common", "Core", "Misc"];

    [Fact]
    public void No_file_is_longer_than_800_lines()
    {
        string[] files = [.. Repository.SourceFiles(".")];
        Assert.NotEmpty(files);
        Assert.All(files, static file => Assert.True(File.ReadLines(file).Count() <= MaxLines, $"{Repository.Relative(file)} is too long"));
    }

    [Fact]
    public void The_top_level_holds_the_agreed_folders_only()
    {
        IEnumerable<string> folders = Directory.EnumerateDirectories(Repository.Root)
            .Select(static folder => Path.GetFileName(folder))
            .Where(static name => !name.StartsWith('.') && name is not ("bin" or "obj" or "artifacts" or "TestResults"));
        Assert.All(folders, static name => Assert.Contains(name, TopFolders));
        Assert.All(new[] { "src", "tests", "build" }, static name => Assert.True(Directory.Exists(Path.Combine(Repository.Root, name)), name));
    }

    [Fact]
    public void No_source_lies_at_the_top_level() => Assert.Empty(Directory.EnumerateFiles(Repository.Root, "*.cs"));

    [Fact]
    public void No_folder_or_file_has_a_name_that_says_nothing()
    {
        foreach (string file in Repository.SourceFiles("."))
        {
            foreach (string part in Repository.Relative(file).Split('/'))
                Assert.DoesNotContain(Path.GetFileNameWithoutExtension(part), ForbiddenNames);
        }
    }

    [Fact]
    public void Conditional_compilation_is_rare()
    {
        string[] conditionals =
        [
            .. Repository.SourceFiles("src").SelectMany(static file => File.ReadLines(file)
                .Where(static line => Conditional().IsMatch(line))
                .Select(line => $"{Repository.Relative(file)}: {line.Trim()}")),
        ];
        Assert.True(conditionals.Length <= MaxConditionals, string.Join('\n', conditionals));
    }

    [Fact]
    public void Nothing_is_left_undone()
    {
        foreach (string file in Repository.SourceFiles("src").Concat(Repository.SourceFiles("tests")))
        {
            foreach (string line in File.ReadLines(file).Where(static line => Unfinished().IsMatch(line)))
                Assert.Fail($"{Repository.Relative(file)}: {line.Trim()}");
        }
    }

    [Fact]
    public void One_type_a_file_named_after_it()
    {
        foreach (string file in Repository.SourceFiles("src"))
        {
            string name = Path.GetFileName(file).Split('.')[0];
            string[] declared = [.. Repository.DeclaredTypes(file).Select(static type => type[(type.LastIndexOf('.') + 1)..])];
            if (declared.Length > 0)
                Assert.True(declared.All(type => type == name), $"{Repository.Relative(file)} declares {string.Join(", ", declared)}");
        }
    }

    [GeneratedRegex(@"^\s*#\s*(if|elif)\b")]
    private static partial Regex Conditional();

    // Written so that this line does not find itself.
    [GeneratedRegex(@"\b(TO[D]O|FIX[M]E|HA[C]K|NotImplemented[E]xception)\b|\bSk[i]p\s*=")]
    private static partial Regex Unfinished();
}
