using Sockets.LoadBench;
using Sockets.LoadBench.Reports;

namespace Sockets.Bench.Tests;

public sealed class LoadCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bench-tests-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly FakeScenario _good = new("good", static _ => Rows.Report(Rows.Make(3, 2)));
    private readonly FakeScenario _bad = new("bad", static _ => Rows.Report(Rows.Make(1, 2)));
    private readonly FakeScenario _broken = new("broken", static _ => throw new InvalidOperationException("no such luck"));

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("", "Name a scenario")]
    [InlineData("nope", "'nope'")]
    [InlineData("good --bogus", "'--bogus'")]
    [InlineData("good --seconds", "--seconds")]
    [InlineData("good --seconds abc", "'abc'")]
    [InlineData("good --seconds 0", "'0'")]
    [InlineData("good --seconds -1", "'-1'")]
    [InlineData("good --seconds NaN", "'NaN'")]
    [InlineData("good --seconds 1e9", "'1e9'")]
    [InlineData("good --json /nowhere/x.json", "/nowhere/x.json")]
    [InlineData("good --html /", "'/'")]
    [InlineData("good --json x --html x", "different")]
    [InlineData("good --readme /nowhere/README.md", "/nowhere/README.md")]
    [InlineData("render", "report")]
    [InlineData("render /nowhere/x.json", "/nowhere/x.json")]
    public void A_mistake_is_one_line_and_exit_code_2_and_nothing_is_measured(string arguments, string named)
    {
        Assert.Equal(LoadCommand.Misused, Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains(named, _error.ToString(), StringComparison.Ordinal);
        Assert.Single(_error.ToString().TrimEnd().Split('\n'));
        Assert.Equal(0, _good.Runs);
    }

    [Fact]
    public void What_is_met_ends_with_0()
    {
        Assert.Equal(0, Run("good"));
        Assert.Equal(1, _good.Runs);
        Assert.Equal(0, _bad.Runs);
        Assert.Contains("== targets: 1 met", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missed_ends_with_1_and_is_written_all_the_same()
    {
        string json = Path.Combine(_folder.FullName, "out.json");
        string html = Path.Combine(_folder.FullName, "out.html");
        Assert.Equal(LoadCommand.Missed, Run("good", "bad", "--json", json, "--html", html));
        Assert.Contains("== targets: 1 met, 1 MISSED", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, ReportJson.Deserialize(File.ReadAllText(json)).Scenarios.Count);
        Assert.Contains("</html>", File.ReadAllText(html), StringComparison.Ordinal);
    }

    [Fact]
    public void A_scenario_that_fails_does_not_keep_the_others_from_running()
    {
        Assert.Equal(LoadCommand.Missed, Run("all"));
        Assert.Equal((1, 1, 1), (_broken.Runs, _good.Runs, _bad.Runs));
        Assert.Contains("broken FAILED: InvalidOperationException: no such luck", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_readme_without_a_place_for_the_table_is_found_before_measuring()
    {
        string readme = Path.Combine(_folder.FullName, "README.md");
        File.WriteAllText(readme, "nothing");
        Assert.Equal(LoadCommand.Misused, Run("good", "--readme", readme));
        Assert.Equal(0, _good.Runs);
        Assert.Equal("nothing", File.ReadAllText(readme));
    }

    [Fact]
    public void Whether_a_file_can_be_written_leaves_no_trace()
    {
        string file = Path.Combine(_folder.FullName, "new");
        Assert.Null(OutputFile.Problem(file));
        Assert.False(File.Exists(file));
        File.WriteAllText(file, "kept");
        Assert.Null(OutputFile.Problem(file));
        Assert.Equal("kept", File.ReadAllText(file));
    }

    [Fact]
    public void A_list_measures_nothing()
    {
        Assert.Equal(0, Run("--list"));
        Assert.Equal(3, _output.ToString().TrimEnd().Split('\n').Length);
        Assert.Equal(0, _good.Runs);
    }

    [Fact]
    public void An_earlier_run_can_be_rendered_again()
    {
        string json = Path.Combine(_folder.FullName, "out.json");
        string html = Path.Combine(_folder.FullName, "out.html");
        Assert.Equal(0, Run("good", "--json", json));
        Assert.Equal(0, Run("render", json, "--html", html));
        Assert.True(File.Exists(html));
        Assert.Equal(1, _good.Runs);
    }

    private int Run(params string[] arguments) => LoadCommand.Run(arguments, [_broken, _good, _bad], new LoadConsole(_output, _error, IsTerminal: false));
}
