using System.Globalization;
using System.IO;

namespace Sockets.LoadBench;

/// <summary>A report as a table for people.</summary>
internal static class ReportText
{
    public static void Write(TextWriter writer, ScenarioReport report)
    {
        writer.WriteLine($"== {report.Scenario}");
        foreach (string note in report.Notes)
            writer.WriteLine(note);
        string subject = string.Empty;
        foreach (Measurement row in report.Measurements)
        {
            if (row.Subject != subject)
            {
                subject = row.Subject;
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{subject}   ({row.Peer}: {row.PeerNanoseconds:F0} ns)"));
            }

            string verdict = row.Target is null ? string.Empty : row.IsMet ? "ok" : row.IsMissed ? "MISSED" : "within noise";
            string target = row.Target is { } ratio ? string.Create(CultureInfo.InvariantCulture, $"target {ratio:F2}") : string.Empty;
            string garbage = row.AllocatedBytes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{row.AllocatedBytes:F1} B allocated") : string.Empty;
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {row.Contender,-34} {row.Nanoseconds,8:F1} ns {row.PerSecond / 1e6,8:F3} M/s {row.Ratio,7:F2} [{row.RatioLow:F2}-{row.RatioHigh:F2}] {target,-12} {verdict} {garbage}")
                .TrimEnd());
        }
    }
}
