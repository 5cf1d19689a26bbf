using Sockets.LoadBench;

namespace Sockets.Bench.Tests;

/// <summary>A scenario that measures nothing and counts how often it was asked.</summary>
internal sealed class FakeScenario(string name, Func<int, ScenarioReport?> find) : ILoadScenario
{
    public string Name => name;

    public string Description => "fake";

    public int Runs { get; private set; }

    public ScenarioReport Run(LoadOptions options) => find(Runs++)!;

    public ScenarioReport? RunGate(LoadOptions options) => find(Runs++);
}
