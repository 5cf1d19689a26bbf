using Sockets.LoadBench;
using Sockets.LoadBench.Gate;

namespace Sockets.Bench.Tests;

public sealed class GateRunTests : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };

    public void Dispose() => _output.Dispose();

    [Fact]
    public void Three_quarters_of_a_target_are_enough()
    {
        Assert.True(Run(Always(Rows.Make(1.51, 2), Rows.Make(0.1))));
        Assert.EndsWith("2 passed, 0 failed\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Less_fails_after_a_second_look()
    {
        FakeScenario scenario = Always(Rows.Make(1.4, 2), Rows.Make(3, 2) with { Contender = "other" });
        Assert.False(Run(scenario));
        Assert.Equal(2, scenario.Runs);
        Assert.EndsWith("1 passed, 1 failed\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_moment_of_noise_fails_nothing()
    {
        var scenario = new FakeScenario("fake", static run => Rows.Report(Rows.Make(run == 0 ? 1 : 2, 2)));
        Assert.True(Run(scenario));
        Assert.Equal(2, scenario.Runs);
        Assert.EndsWith("1 passed, 0 failed\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_allocation_fails_with_and_without_a_target()
    {
        Assert.False(Run(Always(Rows.Make(9, 2) with { AllocatedBytes = 1 })));
        Assert.False(Run(Always(Rows.Make(9) with { AllocatedBytes = 1 })));
    }

    [Fact]
    public void The_wall_clock_is_never_compared() => Assert.False(Run(Always(Rows.Make(9, 0.5) with { Basis = RatioBasis.Wall })));

    [Fact]
    public void A_scenario_that_breaks_is_a_failure_and_one_without_figures_is_none()
    {
        Assert.False(Run(
            new FakeScenario("broken", static _ => throw new InvalidOperationException("no")),
            new FakeScenario("none", static _ => null),
            Always(Rows.Make(2, 2))));
        Assert.EndsWith("1 passed, 1 failed\n", _output.ToString(), StringComparison.Ordinal);
    }

    private static FakeScenario Always(params Measurement[] rows) => new("fake", _ => Rows.Report(rows));

    private bool Run(params FakeScenario[] scenarios) => GateRun.Run(scenarios, new LoadRun(new PlainDisplay(TextWriter.Null)), _output);
}
