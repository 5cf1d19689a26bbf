using Sockets.LoadBench;

namespace Sockets.Bench.Tests;

/// <summary>Measurements as a comparison would make them.</summary>
internal static class Rows
{
    public static Measurement Make(double ratio, double? target = null, double high = 0, double low = 0) => new()
    {
        Subject = "seal <64> | B",
        Contender = "ours & \"theirs\"",
        Peer = "peer",
        Cpu = new PairedCost(100, 100 * ratio, new RatioInterval(ratio, low == 0 ? ratio : low, high == 0 ? ratio : high)),
        Wall = new PairedCost(200, 200, new RatioInterval(1, 1, 1)),
        Target = target,
        AllocatedBytes = 0,
        AllocationLimit = 0,
    };

    public static ScenarioReport Report(params Measurement[] rows) => new("fake", rows, ["a <note>"]);
}
