using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Sockets.LoadBench.Reports;

namespace Sockets.LoadBench.Gate;

/// <summary>
/// What CI looks at: a few ratios of CPU time, which a shared machine disturbs little, with room for the rest, and
/// allocations, which it does not disturb. It catches what makes something slower by a third, not by a tenth.
/// </summary>
internal static class GateRun
{
    /// <summary>How long a scenario's part takes, about.</summary>
    public const double Seconds = 6;

    // What has to be left of a target. Below it a second look decides.
    private const double Tolerance = 0.75;
    private const int Attempts = 2;

    /// <summary>Runs every scenario's part and prints a line for each figure; true when nothing failed.</summary>
    public static bool Run(IReadOnlyList<ILoadScenario> scenarios, LoadRun run, TextWriter output)
    {
        int passed = 0;
        int failed = 0;
        foreach (ILoadScenario scenario in scenarios)
        {
            Dictionary<(string Subject, string Contender), Measurement> failing = [];
            for (int attempt = 0; attempt < Attempts && (attempt == 0 || failing.Count > 0); attempt++)
            {
                ScenarioReport? report = run.Run(scenario.Name, Seconds, scenario.RunGate);
                if (report is null)
                    break;
                if (report.Failure is not null)
                {
                    output.WriteLine($"  FAILED  {scenario.Name}: {report.Failure}");
                    failed++;
                    break;
                }

                foreach (string note in attempt == 0 ? report.Notes : [])
                    output.WriteLine($"          {scenario.Name}: {note}");
                foreach (Measurement row in report.Measurements.Where(row => attempt == 0 || failing.ContainsKey((row.Subject, row.Contender))))
                {
                    if (Failing(row) is { } problem)
                    {
                        if (failing.TryAdd((row.Subject, row.Contender), row))
                            output.WriteLine($"  again   {Describe(scenario, row)}: {problem}");
                    }
                    else
                    {
                        failing.Remove((row.Subject, row.Contender));
                        passed++;
                        output.WriteLine($"  ok      {Describe(scenario, row)}");
                    }
                }
            }

            foreach (Measurement row in failing.Values)
                output.WriteLine($"  FAILED  {Describe(scenario, row)}: {Failing(row)}");
            failed += failing.Count;
        }

        output.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0;
    }

    /// <summary>What is wrong with a figure; null when nothing is.</summary>
    public static string? Failing(Measurement row)
    {
        if (row.IsOverAllocated)
            return FigureText.Allocated(row);
        if (row.Basis != RatioBasis.Cpu || row.Cpu is not { } cpu)
            return "it is no ratio of CPU time";
        return cpu.Ratio.High >= Tolerance * (row.Target ?? 0) ? null : $"not {Bound(row)}";
    }

    private static string Bound(Measurement row) => row.IsCost
        ? FormattableString.Invariant($"at most {1 / (Tolerance * row.Target):F2}")
        : FormattableString.Invariant($"at least {Tolerance * row.Target:F2}");

    private static string Describe(ILoadScenario scenario, Measurement row) =>
        $"{scenario.Name}: {row.Subject}, {row.Contender}: {FigureText.Ratio(row)}{(row.Target is null ? ", allocations only" : $", {Bound(row)}")}";
}
