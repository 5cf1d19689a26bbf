using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using Sockets.LoadBench.Gate;
using Sockets.LoadBench.Reports;

namespace Sockets.LoadBench;

/// <summary>The command line: what it accepts, and what the exit codes mean.</summary>
internal static class LoadCommand
{
    /// <summary>Exit code when a target was missed or a scenario failed.</summary>
    public const int Missed = 1;

    /// <summary>Exit code when the command line was not understood or its files cannot be written.</summary>
    public const int Misused = 2;

    private const string All = "all";
    private const double MaxSeconds = 3600;

    /// <summary>Runs what the arguments ask for.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="scenarios">What there is to measure.</param>
    /// <param name="console">Where it writes.</param>
    /// <param name="isolate">Runs one of several scenarios; null runs them here.</param>
    public static int Run(
        string[] arguments, IReadOnlyList<ILoadScenario> scenarios, LoadConsole console, Func<ILoadScenario, LoadOptions, ScenarioReport>? isolate = null)
    {
        RootCommand root = Create(scenarios, console, isolate ?? RunHere);
        ParseResult parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is null or ParseErrorAction)
            return Misuse(console, parsed.Errors[0].Message);
        return parsed.Invoke(new InvocationConfiguration { Output = console.Output, Error = console.Error });
    }

    private static RootCommand Create(IReadOnlyList<ILoadScenario> scenarios, LoadConsole console, Func<ILoadScenario, LoadOptions, ScenarioReport> isolate)
    {
        string[] known = [.. scenarios.Select(static scenario => scenario.Name)];
        var names = new Argument<string[]>("scenario") { Description = $"What to measure: {string.Join(", ", known)}, or all.", Arity = ArgumentArity.ZeroOrMore };
        names.CompletionSources.Add([.. known, All]);
        var seconds = new Option<double?>("--seconds") { HelpName = "N", Description = "How long each scenario takes, instead of the time it has in 'all'.", CustomParser = ParseSeconds };
        var list = new Option<bool>("--list") { Description = "Says what there is, and measures nothing." };
        ReportFiles files = new();
        var root = new RootCommand("Measures the sockets against their peers, which take turns in one run. Ends with 1 when a target is missed, with 2 when it is asked for what it cannot do.")
        {
            names, seconds, list, files.Json, files.Html, files.Readme,
        };
        root.Validators.Add(result =>
        {
            string[] chosen = result.GetValue(names) ?? [];
            if (chosen.Except([.. known, All]).FirstOrDefault() is { } stranger)
                result.AddError($"'{stranger}' is neither a scenario ({string.Join(", ", known)}) nor all nor an option");
            else if (result.GetValue(list))
                return;
            else if (chosen.Length == 0)
                result.AddError($"Name a scenario ({string.Join(", ", known)}) or all");
            else if (files.Problem(result, Choose(scenarios, chosen).Select(static scenario => scenario.Name)) is { } problem)
                result.AddError(problem);
        });
        root.SetAction(result =>
        {
            if (result.GetValue(list))
                return List(scenarios, console.Output);
            IReadOnlyList<ILoadScenario> chosen = Choose(scenarios, result.GetValue(names)!);
            double SecondsOf(ILoadScenario scenario) => result.GetValue(seconds) ?? LoadScenarios.SecondsOf(scenario);
            var run = new LoadRun(console.Display(chosen.Sum(SecondsOf)));
            Func<ILoadScenario, LoadOptions, ScenarioReport> measure = chosen.Count > 1 ? isolate : RunHere;
            return Measure(chosen, scenario => run.Run(scenario.Name, SecondsOf(scenario), options => measure(scenario, options))!, report => files.Write(result, report), console.Output);
        });
        root.Subcommands.Add(Gate(scenarios, console));
        root.Subcommands.Add(Render(console));
        return root;
    }

    private static Command Gate(IReadOnlyList<ILoadScenario> scenarios, LoadConsole console)
    {
        var command = new Command("gate", "Compares a few ratios of CPU time, with room for a noisy machine, in less than a minute. Ends with 'N passed, N failed'.");
        command.SetAction(_ => GateRun.Run(scenarios, new LoadRun(console.Display(scenarios.Count * GateRun.Seconds)), console.Output) ? 0 : Missed);
        return command;
    }

    private static Command Render(LoadConsole console)
    {
        var source = new Argument<string>("report") { Description = "A file that --json wrote." };
        ReportFiles files = new();
        var command = new Command("render", "Makes pages and tables of an earlier run's figures.") { source, files.Html, files.Readme };
        command.SetAction(result =>
        {
            try
            {
                LoadReport report = ReportJson.Deserialize(File.ReadAllText(result.GetValue(source)!));
                if (files.Problem(result.CommandResult, report.Scenarios.Select(static scenario => scenario.Scenario)) is { } problem)
                    return Misuse(console, problem);
                files.Write(result, report);
                SummaryText.Write(console.Output, report);
                return 0;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
            {
                return Misuse(console, $"'{result.GetValue(source)}' is no report: {exception.Message}");
            }
        });
        return command;
    }

    private static int Measure(IReadOnlyList<ILoadScenario> chosen, Func<ILoadScenario, ScenarioReport> measure, Action<LoadReport> write, TextWriter output)
    {
        var report = new LoadReport(DateTime.UtcNow, MachineInfo.Current(), []);
        foreach (ILoadScenario scenario in chosen)
        {
            ScenarioReport found = measure(scenario);
            report = report with { Scenarios = [.. report.Scenarios, found] };
            ReportText.Write(output, found);
            output.Flush();
            write(report);
        }

        SummaryText.Write(output, report);
        return report.IsFailure() ? Missed : 0;
    }

    private static int List(IReadOnlyList<ILoadScenario> scenarios, TextWriter output)
    {
        foreach (ILoadScenario scenario in scenarios)
            output.WriteLine($"{scenario.Name,-12} {LoadScenarios.SecondsOf(scenario),4:F0} s  {scenario.Description}");
        return 0;
    }

    private static IReadOnlyList<ILoadScenario> Choose(IReadOnlyList<ILoadScenario> scenarios, string[] names) =>
        [.. scenarios.Where(scenario => names.Contains(All) || names.Contains(scenario.Name))];

    private static ScenarioReport RunHere(ILoadScenario scenario, LoadOptions options) => scenario.Run(options);

    private static double? ParseSeconds(ArgumentResult result)
    {
        if (double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is > 0 and <= MaxSeconds)
            return value;
        result.AddError($"'{result.Tokens[0].Value}' is no number of seconds up to {MaxSeconds:F0}");
        return null;
    }

    private static int Misuse(LoadConsole console, string problem)
    {
        console.Error.WriteLine($"Sockets.LoadBench: {problem.TrimEnd('.')}. Try --help.");
        return Misused;
    }
}
