using System.Collections.Generic;

namespace Sockets.LoadBench;

/// <summary>What a scenario found.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Measurements">Every figure.</param>
/// <param name="Notes">What a reader has to know: versions, what could not be run and why.</param>
internal sealed record ScenarioReport(string Scenario, IReadOnlyList<Measurement> Measurements, IReadOnlyList<string> Notes)
{
    /// <summary>What ended it before its end; null when nothing did.</summary>
    public string? Failure { get; init; }

    /// <summary>How long it took.</summary>
    public double Seconds { get; init; }
}
