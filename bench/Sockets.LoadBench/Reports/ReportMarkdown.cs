using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace Sockets.LoadBench.Reports;

/// <summary>The tables of a README.</summary>
internal static class ReportMarkdown
{
    /// <summary>Why a README cannot take the scenarios' tables; null when it can.</summary>
    public static string? Problem(string text, IEnumerable<string> scenarios)
    {
        string[] lacking = [.. scenarios.Where(scenario => !MarkedText.Has(text, scenario))];
        return lacking.Length == 0 ? null : $"It lacks <!-- begin {lacking[0]} --> and <!-- end {lacking[0]} -->";
    }

    /// <summary>Puts every scenario's table in its place; those that did not run keep theirs.</summary>
    public static string Update(string text, LoadReport report) =>
        report.Scenarios.Aggregate(text, (all, scenario) => MarkedText.Replace(all, scenario.Scenario, Table(report, scenario)));

    private static string Table(LoadReport report, ScenarioReport scenario)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{report.Date:yyyy-MM-dd}, {scenario.Seconds:F0} s: {report.Machine.Describe()}.\n\n");
        foreach (string note in scenario.Notes)
            text.Append(CultureInfo.InvariantCulture, $"* {Cell(note)}\n");
        if (scenario.Failure is not null)
            text.Append(CultureInfo.InvariantCulture, $"* It ended before its end: {Cell(scenario.Failure)}\n");
        if (scenario.Notes.Count > 0 || scenario.Failure is not null)
            text.Append('\n');
        if (scenario.Measurements.Count == 0)
            return text.ToString();
        IReadOnlyList<ReportColumn> columns = ReportColumn.Of(scenario);
        Row(text, columns.Select(static column => column.Title));
        Row(text, columns.Select(static column => column.IsNumber ? "---:" : "---"));
        Measurement? above = null;
        foreach (Measurement row in scenario.Measurements)
        {
            Row(text, columns.Select(column => column.IsShared && above?.Subject == row.Subject && column.Value(above) == column.Value(row) ? string.Empty : column.Value(row)));
            above = row;
        }

        return text.ToString();
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells.Select(Cell)).Append(" |\n");

    private static string Cell(string text) => text
        .Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .ReplaceLineEndings(" ");
}
