using Sockets.LoadBench.Streams;

namespace Sockets.LoadBench.Plain;

/// <summary>Plain TCP against the sockets of the platform.</summary>
internal sealed class PlainScenario : ILoadScenario
{
    public string Name => "plain";

    public string Description => "echo and throughput over TCP, against System.Net.Sockets";

    public ScenarioReport Run(LoadOptions options) => new(
        Name,
        StreamPlan.Run("socket", "System.Net.Sockets", "plain", AllocationRule.Nothing, options),
        [StreamPlan.Note]);

    public ScenarioReport RunGate(LoadOptions options) => new(Name, StreamPlan.RunGate("socket", "System.Net.Sockets", "plain", AllocationRule.Nothing, options), []);
}
