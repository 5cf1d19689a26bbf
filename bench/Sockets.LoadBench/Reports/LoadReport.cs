using System;
using System.Collections.Generic;
using System.Linq;

namespace Sockets.LoadBench.Reports;

/// <summary>Everything one run found.</summary>
/// <param name="Date">When it began, UTC.</param>
/// <param name="Machine">Where.</param>
/// <param name="Scenarios">What every scenario found, in the order they ran.</param>
internal sealed record LoadReport(DateTime Date, MachineInfo Machine, IReadOnlyList<ScenarioReport> Scenarios)
{
    /// <summary>Every figure that has a target, with its scenario.</summary>
    public IEnumerable<(ScenarioReport Scenario, Measurement Row)> Targets() =>
        Scenarios.SelectMany(static scenario => scenario.Measurements.Where(static row => row.Verdict != Verdict.NotJudged), static (scenario, row) => (scenario, row));

    /// <summary>Whether a target was missed or a scenario ended before its end.</summary>
    public bool IsFailure() => Scenarios.Any(static scenario => scenario.Failure is not null) || Targets().Any(static target => target.Row.Verdict == Verdict.Missed);
}
