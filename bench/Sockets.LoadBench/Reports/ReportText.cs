using System.Globalization;
using System.IO;

namespace Sockets.LoadBench.Reports;

/// <summary>A report as a table for people.</summary>
internal static class ReportText
{
    public static void Write(TextWriter writer, ScenarioReport report)
    {
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"== {report.Scenario}   ({report.Seconds:F0} s)"));
        foreach (string note in report.Notes)
            writer.WriteLine(note);
        string subject = string.Empty;
        foreach (Measurement row in report.Measurements)
        {
            if (row.Subject != subject)
            {
                subject = row.Subject;
                writer.WriteLine(row.Cpu is null
                    ? subject
                    : $"{subject}   ({row.Peer}: {FigureText.Cost(row.Cpu.PeerNanoseconds)}{FigureText.Rate(row, isPeer: true)})");
                if (row.PeerLatency is { } theirs)
                    writer.WriteLine($"  {row.Peer,-36} {FigureText.Latency(theirs)}");
            }

            writer.WriteLine($"  {row.Contender,-36} {FigureText.Value(row),-38} {FigureText.Ratio(row),-22} {FigureText.Target(row),-16} {FigureText.Verdict(row)}".TrimEnd());
            if (row.Latency is { } ours)
                writer.WriteLine($"  {string.Empty,-36} {FigureText.Latency(ours)}");
            if (row.Delivery is { } delivery)
                writer.WriteLine($"  {string.Empty,-36} {FigureText.Delivery(delivery)}");
        }

        if (report.Failure is not null)
            writer.WriteLine($"FAILED: {report.Failure}");
    }
}
