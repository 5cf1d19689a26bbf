using System;
using System.Globalization;
using System.IO;
using System.Linq;

namespace Sockets.LoadBench.Reports;

/// <summary>The end of a run: every target with its ratio and what became of it.</summary>
internal static class SummaryText
{
    public static void Write(TextWriter writer, LoadReport report)
    {
        (ScenarioReport Scenario, Measurement Row)[] targets = [.. report.Targets()];
        writer.WriteLine($"== targets: {Count(targets.Select(static target => target.Row.Verdict).ToArray())}");
        foreach ((ScenarioReport scenario, Measurement row) in targets)
        {
            string who = $"{scenario.Scenario}: {row.Subject}, {row.Contender}";
            writer.WriteLine($"  {who,-72} {FigureText.Ratio(row),-22} {FigureText.Target(row),-22} {FigureText.Verdict(row)}".TrimEnd());
        }

        foreach (ScenarioReport scenario in report.Scenarios.Where(static scenario => scenario.Failure is not null))
            writer.WriteLine($"  {scenario.Scenario} FAILED: {scenario.Failure}");
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Scenarios.Sum(static scenario => scenario.Seconds):F0} s on {report.Machine.Describe()}"));
    }

    /// <summary>How many there are of each verdict, in words.</summary>
    public static string Count(Verdict[] verdicts)
    {
        (Verdict Verdict, string Words)[] all =
        [
            (Verdict.Met, "met"), (Verdict.WithinNoise, "within noise"), (Verdict.BelowAim, "below aim"), (Verdict.Missed, "MISSED"),
        ];
        return verdicts.Length == 0
            ? "none"
            : string.Join(", ", all.Select(one => (Count: verdicts.Count(verdict => verdict == one.Verdict), one.Words))
                .Where(static one => one.Count > 0)
                .Select(static one => $"{one.Count} {one.Words}"));
    }
}
