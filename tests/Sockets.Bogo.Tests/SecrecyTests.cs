using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Sockets.Bogo.Tests;

/// <summary>The runner is configured for, never programmed for: no product source knows of it.</summary>
public sealed class SecrecyTests
{
    private static readonly string[] Names = ["bogo", "boringssl", "bssl"];

    [Fact]
    public void No_product_source_knows_of_the_runner()
    {
        string source = Path.Combine(Root(), "src");
        string[] files = [.. Sources(source)];
        Assert.NotEmpty(files);
        Assert.All(files, static file =>
        {
            string text = File.ReadAllText(file);
            Assert.All(Names, name => Assert.False(text.Contains(name, StringComparison.OrdinalIgnoreCase), $"{file} mentions {name}"));
        });
    }

    /// <summary>Nobody looks into the folders of what is generated: others may be building meanwhile.</summary>
    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(folder, "*.cs").Concat(
        Directory.EnumerateDirectories(folder).Where(static inner => Path.GetFileName(inner) is not ("bin" or "obj")).SelectMany(Sources));

    private static string Root()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sockets.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        return folder.FullName;
    }
}
