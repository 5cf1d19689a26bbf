using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;

namespace Sockets.LoadBench.Reports;

/// <summary>One page with everything in it: no script, nothing from elsewhere.</summary>
internal static class ReportHtml
{
    private const string Style = """
        :root { color-scheme: light dark; --text: #1b1f24; --back: #ffffff; --soft: #57606a; --line: #c4cad1; --zebra: #f4f6f8;
          --met: #1f7a3d; --missed: #b3261e; --close: #8a5a00; --shown: #6b7785; }
        @media (prefers-color-scheme: dark) { :root { --text: #e6e9ec; --back: #14171a; --soft: #a7b0ba; --line: #3b434c;
          --zebra: #1c2025; --met: #4cc173; --missed: #ff7a70; --close: #e0a63a; --shown: #8a96a3; } }
        body { font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 1100px; margin: 0 auto; padding: 1.5rem; }
        h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
        p.soft, caption, dt, li.note { color: var(--soft); } dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; } dd { margin: 0; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; width: 100%; }
        caption { text-align: left; padding: .3rem 0; } th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
        td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; } tbody tr:nth-child(even) { background: var(--zebra); }
        td.met { color: var(--met); } td.missed, p.missed { color: var(--missed); font-weight: 600; } td.close { color: var(--close); }
        svg { width: 100%; height: auto; margin: .8rem 0; } svg text { fill: var(--text); font: 12px system-ui, sans-serif; } svg text.head { font-weight: 600; font-size: 13px; }
        rect.met { fill: var(--met); } rect.missed { fill: var(--missed); } rect.close { fill: var(--close); } rect.shown { fill: var(--shown); }
        line.target { stroke: var(--text); stroke-width: 3; } line.interval { stroke: var(--text); stroke-width: 1.5; } line.one { stroke: var(--soft); stroke-dasharray: 3 4; }
        """;

    private static readonly ReportColumn[] SummaryColumns =
    [
        new("what", false, static row => row.Subject),
        new("who", false, static row => row.Contender),
        new("ratio [95 %]", true, FigureText.Ratio),
        new("target", true, FigureText.Target),
        new("verdict", false, FigureText.Verdict),
    ];

    public static string Write(LoadReport report)
    {
        var page = new StringBuilder();
        Verdict[] verdicts = [.. report.Targets().Select(static target => target.Row.Verdict)];
        Add(page, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Sockets against its peers, {report.Date:yyyy-MM-dd}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <main>
            <h1>Sockets against its peers</h1>
            <p class="soft">Contender and peer took turns in one run. A ratio above 1 means better than the peer; a figure of CPU time unless it says wall.</p>
            <dl>
            <dt>Date</dt><dd>{report.Date:yyyy-MM-dd HH:mm} UTC</dd>
            <dt>Processor</dt><dd>{Encode(report.Machine.Processor)}, {report.Machine.Cores} cores</dd>
            <dt>System</dt><dd>{Encode(report.Machine.System)}</dd>
            <dt>Runtime</dt><dd>{Encode(report.Machine.Runtime)}</dd>
            <dt>libcrypto</dt><dd>{Encode(report.Machine.Libcrypto ?? "none")}</dd>
            <dt>Targets</dt><dd>{Encode(SummaryText.Count(verdicts))}</dd>
            </dl>

            """);
        foreach (ScenarioReport scenario in report.Scenarios)
            Section(page, scenario);
        Add(page, $"<h2 id=\"targets\">Every target</h2>\n");
        foreach (ScenarioReport scenario in report.Scenarios)
            Table(page, SummaryColumns, [.. scenario.Measurements.Where(static row => row.Verdict != Verdict.NotJudged)], $"Targets of {scenario.Scenario}");
        page.Append("</main>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void Section(StringBuilder page, ScenarioReport scenario)
    {
        Add(page, $"<h2 id=\"{Encode(scenario.Scenario)}\">{Encode(scenario.Scenario)}</h2>\n<p class=\"soft\">{scenario.Seconds:F0} s. Bars are ratios, the thin line in each its 95 % confidence interval, the thick mark its target, the dashed line the peer.</p>\n");
        if (scenario.Failure is not null)
            Add(page, $"<p class=\"missed\">It ended before its end: {Encode(scenario.Failure)}</p>\n");
        if (scenario.Notes.Count > 0)
            Add(page, $"<ul>\n{string.Concat(scenario.Notes.Select(static note => $"<li class=\"note\">{Encode(note)}</li>\n"))}</ul>\n");
        page.Append(HtmlChart.Draw(scenario));
        Table(page, ReportColumn.Of(scenario), scenario.Measurements, $"Figures of {scenario.Scenario}");
    }

    private static void Table(StringBuilder page, IReadOnlyList<ReportColumn> columns, IReadOnlyList<Measurement> rows, string caption)
    {
        if (rows.Count == 0)
            return;
        Add(page, $"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{Encode(caption)}\">\n<table>\n<caption>{Encode(caption)}</caption>\n<thead><tr>");
        foreach (ReportColumn column in columns)
            Add(page, $"<th scope=\"col\"{(column.IsNumber ? " class=\"number\"" : string.Empty)}>{Encode(column.Title.Length == 0 ? "verdict" : column.Title)}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (Measurement row in rows)
        {
            page.Append("<tr>");
            for (int i = 0; i < columns.Count; i++)
            {
                string style = i == columns.Count - 1 ? HtmlChart.ClassOf(row.Verdict) : columns[i].IsNumber ? "number" : "text";
                Add(page, $"<td class=\"{style}\">{Encode(columns[i].Value(row))}</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</tbody>\n</table>\n</div>\n");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static void Add(StringBuilder text, FormattableString part) => text.Append(part.ToString(CultureInfo.InvariantCulture));
}
