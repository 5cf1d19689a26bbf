using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace Sockets.LoadBench;

/// <summary>The command line.</summary>
internal static class LoadCommand
{
    private const int Misused = 2;

    public static int Run(string[] arguments)
    {
        IReadOnlyList<ILoadScenario> scenarios = LoadScenarios.Create();
        var names = new Argument<string[]>("scenario") { Description = "What to measure: any of --list, or 'all'.", Arity = ArgumentArity.ZeroOrMore };
        var seconds = new Option<double?>("--seconds") { HelpName = "N", Description = "How long each scenario takes, instead of its own time." };
        var json = new Option<string?>("--json") { HelpName = "FILE", Description = "Writes every figure there." };
        var root = new RootCommand("Measures the sockets against their peers, taking turns in one run.") { names, seconds, json };
        root.SetAction(result =>
        {
            List<ScenarioReport> reports = [];
            foreach (ILoadScenario scenario in scenarios.Where(s => result.GetValue(names)!.Any(n => n == s.Name || n == "all")))
            {
                var elapsed = Stopwatch.StartNew();
                var options = new LoadOptions(result.GetValue(seconds) ?? LoadScenarios.Budgets[scenario.Name], static _ => { });
                ScenarioReport report = scenario.Run(options);
                reports.Add(report with { Seconds = elapsed.Elapsed.TotalSeconds });
                ReportText.Write(Console.Out, reports[^1]);
            }

            if (result.GetValue(json) is { } file)
                File.WriteAllText(file, ReportJson.Serialize(reports));
            return reports.Any(static report => report.Measurements.Any(static row => row.Verdict == Verdict.Missed)) ? 1 : 0;
        });
        ParseResult parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            Console.Error.WriteLine(parsed.Errors[0].Message);
            return Misused;
        }

        return parsed.Invoke();
    }
}
