using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Sockets.LoadBench;
using Sockets.LoadBench.Records;

ILoadScenario[] scenarios = [new RecordScenario()];
CultureInfo culture = CultureInfo.InvariantCulture;
double seconds = 20;
string? json = null;
List<ILoadScenario> chosen = [];
for (int i = 0; i < args.Length; i++)
{
    string? value = i + 1 < args.Length ? args[i + 1] : null;
    ILoadScenario? scenario = scenarios.FirstOrDefault(candidate => candidate.Name == args[i]);
    if (args[i] == "--seconds" && double.TryParse(value, culture, out seconds))
        i++;
    else if (args[i] == "--json" && (json = value) is not null)
        i++;
    else if (args[i] == "all")
        chosen.AddRange(scenarios);
    else if (scenario is not null)
        chosen.Add(scenario);
    else
        return Usage($"\"{args[i]}\" is not understood.");
}

if (chosen.Count == 0)
    return Usage("Name a scenario.");
var options = new LoadOptions(seconds, static text => Console.Error.Write($"\r{text,-70}"));
List<ScenarioReport> reports = [];
foreach (ILoadScenario scenario in chosen)
{
    reports.Add(scenario.Run(options));
    options.Progress(string.Empty);
    Console.Error.Write('\r');
    ReportText.Write(Console.Out, reports[^1]);
}

if (json is not null)
    File.WriteAllText(json, ReportJson.Serialize(reports));
return reports.Any(static report => report.Measurements.Any(static measurement => measurement.IsMissed)) ? 1 : 0;

int Usage(string problem)
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine("Usage: Sockets.LoadBench <scenario>… | all [--seconds N] [--json FILE]");
    foreach (ILoadScenario scenario in scenarios)
        Console.Error.WriteLine($"  {scenario.Name,-12} {scenario.Description}");
    return 2;
}
