using System.Xml.Linq;

namespace Sockets.Architecture.Tests;

/// <summary>The engine touches no socket, clock, task, timer or ambient randomness: the analyzer that says so is on and stays on.</summary>
public sealed class BannedApiTests
{
    /// <summary>The providers make the randomness that everybody else is denied, and load the native library.</summary>
    private const string ExemptFolder = "src/Sockets.Dtls/Crypto/";

    [Fact]
    public void The_analyzer_is_on_and_an_error()
    {
        var project = XDocument.Load(Path.Combine(Repository.Root, "src/Sockets.Dtls/Sockets.Dtls.csproj"));
        Assert.Contains(project.Descendants("PackageReference"), static element => (string?)element.Attribute("Include") == "Microsoft.CodeAnalysis.BannedApiAnalyzers");
        Assert.Contains(project.Descendants("AdditionalFiles"), static element => ((string?)element.Attribute("Include"))!.EndsWith("BannedSymbols.SansIo.txt", StringComparison.Ordinal));
        Assert.Contains(project.Descendants("WarningsAsErrors"), static element => element.Value.Contains("RS0030", StringComparison.Ordinal));
        Assert.DoesNotContain(project.Descendants("NoWarn"), static element => element.Value.Contains("RS0030", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_switches_it_off_outside_the_providers()
    {
        foreach (string file in Repository.SourceFiles("src/Sockets.Dtls").Where(static file => File.ReadAllText(file).Contains("RS0030", StringComparison.Ordinal)))
            Assert.StartsWith(ExemptFolder, Repository.Relative(file), StringComparison.Ordinal);
        foreach (string file in Repository.Files(".")
            .Where(static file => Path.GetFileName(file) is ".editorconfig" or ".globalconfig" or "Directory.Build.props" or "Directory.Build.targets"))
            Assert.DoesNotContain("RS0030", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void The_exemptions_are_few()
    {
        int exemptions = Repository.SourceFiles("src/Sockets.Dtls")
            .SelectMany(File.ReadLines)
            .Count(static line => line.Contains("disable RS0030", StringComparison.Ordinal) || (line.Contains("SuppressMessage", StringComparison.Ordinal) && line.Contains("RS0030", StringComparison.Ordinal)));
        Assert.InRange(exemptions, 0, 4);
    }

    [Theory]
    [InlineData("N:System.Net.Sockets")]
    [InlineData("N:System.Net.Security")]
    [InlineData("N:System.Threading.Tasks")]
    [InlineData("N:System.IO")]
    [InlineData("T:System.Threading.Timer")]
    [InlineData("T:System.TimeProvider")]
    [InlineData("T:System.Diagnostics.Stopwatch")]
    [InlineData("T:System.Random")]
    [InlineData("T:System.Environment")]
    [InlineData("T:System.Security.Cryptography.RandomNumberGenerator")]
    [InlineData("T:System.Security.Cryptography.X509Certificates.X509Chain")]
    [InlineData("P:System.DateTime.UtcNow")]
    [InlineData("M:System.Guid.NewGuid")]
    public void The_list_names_what_must_not_be_touched(string symbol) =>
        Assert.Contains(BannedSymbols.All, line => line == symbol);
}
