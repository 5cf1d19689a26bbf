using System;
using System.Diagnostics;
using System.IO;

namespace Sockets.LoadBench;

/// <summary>Runs scenarios one after the other; one that fails does not keep the others from running.</summary>
/// <param name="display">Shows how far it is.</param>
internal sealed class LoadRun(ILoadDisplay display)
{
    /// <summary>Runs one.</summary>
    /// <param name="scenario">Its name.</param>
    /// <param name="seconds">How long it takes, about.</param>
    /// <param name="run">Measures; null means that there is nothing to measure.</param>
    public ScenarioReport? Run(string scenario, double seconds, Func<LoadOptions, ScenarioReport?> run)
    {
        var elapsed = Stopwatch.StartNew();
        ScenarioReport? report = null;
        try
        {
            display.Show(scenario, seconds, progress => report = run(new LoadOptions(seconds, progress)));
        }
        catch (Exception exception)
        {
            report = new ScenarioReport(scenario, [], []) { Failure = $"{exception.GetType().Name}: {exception.Message}{Place(exception)}" };
        }

        // What a scenario leaves behind is not the next one's to collect.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return report is null ? null : report with { Seconds = elapsed.Elapsed.TotalSeconds };
    }

    private static string Place(Exception exception)
    {
        StackFrame? frame = new StackTrace(exception, fNeedFileInfo: true).GetFrame(0);
        return frame?.GetMethod() is { } method
            ? $" (in {method.DeclaringType?.Name}.{method.Name}{(frame.GetFileName() is { } file ? $", {Path.GetFileName(file)}:{frame.GetFileLineNumber()}" : string.Empty)})"
            : string.Empty;
    }
}
