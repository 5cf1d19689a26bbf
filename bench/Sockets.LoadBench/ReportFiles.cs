using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using Sockets.LoadBench.Reports;

namespace Sockets.LoadBench;

/// <summary>The files that a run leaves: options, whether they can be written, and writing them.</summary>
internal sealed class ReportFiles
{
    public Option<string?> Json { get; } = new("--json") { HelpName = "FILE", Description = "Writes every figure there." };

    public Option<string?> Html { get; } = new("--html") { HelpName = "FILE", Description = "Writes a page with charts there." };

    public Option<string?> Readme { get; } = new("--readme") { HelpName = "FILE", Description = "Puts the scenarios' tables between the markers of that file." };

    /// <summary>Why they cannot be written; null when they can.</summary>
    public string? Problem(CommandResult result, IEnumerable<string> scenarios)
    {
        string[] paths = [.. new[] { Json, Html, Readme }.Select(result.GetValue).OfType<string>()];
        if (paths.Select(Path.GetFullPath).Distinct().Count() < paths.Length)
            return "The files have to be different ones";
        string? readme = result.GetValue(Readme);
        if (readme is not null && !File.Exists(readme))
            return $"'{readme}' is not there, and the tables belong between its markers";
        return paths.Select(OutputFile.Problem).FirstOrDefault(static problem => problem is not null)
            ?? (readme is null ? null : ReportMarkdown.Problem(File.ReadAllText(readme), scenarios));
    }

    /// <summary>Writes those that were asked for.</summary>
    public void Write(ParseResult result, LoadReport report)
    {
        Write(result.GetValue(Json), _ => ReportJson.Serialize(report));
        Write(result.GetValue(Html), _ => ReportHtml.Write(report));
        Write(result.GetValue(Readme), path => ReportMarkdown.Update(File.ReadAllText(path), report));
    }

    private static void Write(string? path, Func<string, string> content)
    {
        if (path is not null)
            File.WriteAllText(path, content(path));
    }
}
