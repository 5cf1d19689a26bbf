using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using Sockets.LoadBench.Reports;

namespace Sockets.LoadBench.Peers;

/// <summary>
/// A scenario in a process of its own, so that neither the threads and the heap of one nor its crash reach the next. It is
/// this program, asked for that one scenario.
/// </summary>
internal static class ScenarioProcess
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs it to its end, or to three times the time it has and a minute.</summary>
    public static ScenarioReport Run(ILoadScenario scenario, LoadOptions options)
    {
        string file = Path.GetTempFileName();
        try
        {
            string last = string.Empty;
            ProcessStartInfo start = OwnProgram.With([scenario.Name, "--seconds", options.Seconds.ToString(CultureInfo.InvariantCulture), "--json", file]);
            start.RedirectStandardOutput = true;
            start.RedirectStandardError = true;
            using Process process = Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += (_, line) => last = string.IsNullOrWhiteSpace(line.Data) ? last : line.Data;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var limit = TimeSpan.FromSeconds((3 * options.Seconds) + 60);
            var elapsed = Stopwatch.StartNew();
            while (!process.WaitForExit(Interval))
            {
                options.Progress(Subject(scenario, last));
                if (elapsed.Elapsed <= limit)
                    continue;
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
                throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"It did not end in {limit.TotalSeconds:F0} seconds; it was at '{Subject(scenario, last)}'."));
            }

            return process.ExitCode is 0 or LoadCommand.Missed && ReportJson.Deserialize(File.ReadAllText(file)) is { Scenarios: [var report] }
                ? report
                : throw new InvalidOperationException($"Its process ended with {process.ExitCode}: {last}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    // The lines of PlainDisplay.
    private static string Subject(ILoadScenario scenario, string line) =>
        line.StartsWith(scenario.Name + ": ", StringComparison.Ordinal) ? line[(scenario.Name.Length + 2)..] : line;
}
