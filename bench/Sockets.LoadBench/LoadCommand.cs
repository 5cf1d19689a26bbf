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
using Spectre.Console;

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
    /// <param name="output">Where reports go.</param>
    /// <param name="error">Where the one line about a mistake goes, and progress.</param>
    /// <param name="isTerminal">Whether a person watches <paramref name="error"/>.</param>
    public static int Run(string[] arguments, IReadOnlyList<ILoadScenario> scenarios, TextWriter output, TextWriter error, bool isTerminal)
    {
        RootCommand root = Create(scenarios, output, error, isTerminal);
        ParseResult parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is null or ParseErrorAction)
            return Misuse(error, parsed.Errors[0].Message);
        return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error });
    }

    private static RootCommand Create(IReadOnlyList<ILoadScenario> scenarios, TextWriter output, TextWriter error, bool isTerminal)
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
                return List(scenarios, output);
            IReadOnlyList<ILoadScenario> chosen = Choose(scenarios, result.GetValue(names)!);
            double SecondsOf(ILoadScenario scenario) => result.GetValue(seconds) ?? LoadScenarios.SecondsOf(scenario);
            ILoadDisplay display = Display(error, isTerminal, chosen.Sum(SecondsOf));
            return Measure(chosen, SecondsOf, new LoadRun(display), report => files.Write(result, report), output);
        });
        root.Subcommands.Add(Gate(scenarios, output, error, isTerminal));
        root.Subcommands.Add(Render(output, error));
        return root;
    }

    private static Command Gate(IReadOnlyList<ILoadScenario> scenarios, TextWriter output, TextWriter error, bool isTerminal)
    {
        var command = new Command("gate", "Compares a few ratios of CPU time, with room for a noisy machine, in less than a minute. Ends with 'N passed, N failed'.");
        command.SetAction(_ => GateRun.Run(scenarios, new LoadRun(Display(error, isTerminal, scenarios.Count * GateRun.Seconds)), output) ? 0 : Missed);
        return command;
    }

    private static Command Render(TextWriter output, TextWriter error)
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
                    return Misuse(error, problem);
                files.Write(result, report);
                SummaryText.Write(output, report);
                return 0;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
            {
                return Misuse(error, $"'{result.GetValue(source)}' is no report: {exception.Message}");
            }
        });
        return command;
    }

    private static int Measure(IReadOnlyList<ILoadScenario> chosen, Func<ILoadScenario, double> seconds, LoadRun run, Action<LoadReport> write, TextWriter output)
    {
        var report = new LoadReport(DateTime.UtcNow, MachineInfo.Current(), []);
        foreach (ILoadScenario scenario in chosen)
        {
            ScenarioReport found = run.Run(scenario.Name, seconds(scenario), scenario.Run)!;
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

    private static ILoadDisplay Display(TextWriter error, bool isTerminal, double seconds) => isTerminal
        ? new TerminalDisplay(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) }), seconds)
        : new PlainDisplay(error);

    private static double? ParseSeconds(ArgumentResult result)
    {
        if (double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is > 0 and <= MaxSeconds)
            return value;
        result.AddError($"'{result.Tokens[0].Value}' is no number of seconds up to {MaxSeconds:F0}");
        return null;
    }

    private static int Misuse(TextWriter error, string problem)
    {
        error.WriteLine($"Sockets.LoadBench: {problem.TrimEnd('.')}. Try --help.");
        return Misused;
    }
}
