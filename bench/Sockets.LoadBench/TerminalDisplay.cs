using System;
using System.Diagnostics;
using Spectre.Console;

namespace Sockets.LoadBench;

/// <summary>Two bars: the run, and the scenario that is running.</summary>
/// <param name="console">The terminal.</param>
/// <param name="total">Seconds that all scenarios take, about.</param>
internal sealed class TerminalDisplay(IAnsiConsole console, double total) : ILoadDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private double _done;

    public void Show(string scenario, double seconds, Action<Action<string>> run)
    {
        // Without refreshing by itself: its timer's thread would be measured too.
        Progress progress = console.Progress().AutoRefresh(false).AutoClear(true).HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn());
        progress.Start(context =>
        {
            ProgressTask all = context.AddTask("everything", maxValue: total);
            ProgressTask current = context.AddTask(Markup.Escape(scenario), maxValue: seconds);
            var elapsed = Stopwatch.StartNew();
            TimeSpan next = TimeSpan.Zero;
            run(subject =>
            {
                if (elapsed.Elapsed < next)
                    return;
                next = elapsed.Elapsed + Interval;
                current.Description = Markup.Escape($"{scenario}: {subject}");
                current.Value = Math.Min(elapsed.Elapsed.TotalSeconds, seconds);
                all.Value = Math.Min(_done + current.Value, total);
                context.Refresh();
            });
        });
        _done += seconds;
    }
}
