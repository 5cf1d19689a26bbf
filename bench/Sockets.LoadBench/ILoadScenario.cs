namespace Sockets.LoadBench;

/// <summary>
/// One subject that is measured against its peer in the same run. Found by its type: a class with a constructor without
/// parameters, and its name in <see cref="LoadScenarios"/>.
/// </summary>
internal interface ILoadScenario
{
    /// <summary>What selects it on the command line.</summary>
    string Name { get; }

    /// <summary>What it measures, in one line.</summary>
    string Description { get; }

    /// <summary>Measures for about <see cref="LoadOptions.Seconds"/> and reports every figure, with the target where there is one.</summary>
    ScenarioReport Run(LoadOptions options);

    /// <summary>
    /// The few figures that the gate looks at: ratios of CPU time and allocations only, in about
    /// <see cref="LoadOptions.Seconds"/>. Null when it has none.
    /// </summary>
    ScenarioReport? RunGate(LoadOptions options) => null;
}
