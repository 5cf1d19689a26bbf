using Sockets.LoadBench;
using Sockets.LoadBench.Peers;
using Sockets.LoadBench.Reports;

namespace Sockets.Bench.Tests;

public sealed class LoadScenariosTests
{
    [Fact]
    public void All_scenarios_together_stay_below_ten_minutes() => Assert.InRange(LoadScenarios.Budgets.Values.Sum(), 1, 480);

    [Fact]
    public void Every_scenario_has_its_time_its_line_and_its_place_in_the_readme()
    {
        IReadOnlyList<ILoadScenario> scenarios = LoadScenarios.Create();
        Assert.NotEmpty(scenarios);
        Assert.Equal(scenarios.Count, scenarios.Select(static scenario => scenario.Name).Distinct().Count());
        Assert.All(scenarios, static scenario => Assert.Contains(scenario.Name, LoadScenarios.Budgets));
        Assert.All(scenarios, static scenario => Assert.NotEmpty(scenario.Description));
        string readme = Path.Combine(SourceTree.Root!, "bench", "README.md");
        Assert.Null(ReportMarkdown.Problem(File.ReadAllText(readme), scenarios.Select(static scenario => scenario.Name)));
    }

    [Fact]
    public void A_child_answers_line_by_line_and_ends_with_its_input()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no cat.");
        using ChildPeer child = ChildPeer.Start("cat");
        Assert.Equal("one", child.Ask("one"));
        Assert.Equal("two", child.Ask("two"));
        Assert.True(child.CpuNanoseconds > 0);
    }

    [Fact]
    public void A_child_that_ends_says_why()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no cat.");
        using ChildPeer child = ChildPeer.Start("cat", "/nowhere");
        EndOfStreamException ended = Assert.Throws<EndOfStreamException>(() => child.Answer());
        Assert.Contains("cat", ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_that_is_not_there_is_a_note()
    {
        Assert.False(NativePeer.TryBuild("no-such-peer", [], out _, out string reason));
        Assert.StartsWith("The peer no-such-peer is left out: ", reason, StringComparison.Ordinal);
    }
}
