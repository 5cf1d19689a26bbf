using System;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;

namespace Sockets.LoadBench.Reports;

/// <summary>Horizontal bars, drawn as SVG: each row's ratio with its confidence interval, and a mark where its target is.</summary>
internal static class HtmlChart
{
    private const int Width = 960;
    private const int LabelWidth = 330;
    private const int ValueWidth = 150;
    private const int BarHeight = 14;
    private const int RowHeight = 22;
    private const int HeadHeight = 26;

    /// <summary>A chart of one scenario; empty when it has no ratios.</summary>
    public static string Draw(ScenarioReport scenario)
    {
        Measurement[] rows = [.. scenario.Measurements.Where(static row => row.Ratio is { Median: var median } && double.IsFinite(median))];
        if (rows.Length == 0)
            return string.Empty;
        IGrouping<string, Measurement>[] groups = [.. rows.GroupBy(static row => row.Subject)];
        int height = (groups.Length * HeadHeight) + (rows.Length * RowHeight) + 8;
        double most = Math.Max(1.1, rows.Max(static row => Math.Max(row.Ratio!.Value.High, row.Target ?? 1)));
        var svg = new StringBuilder();
        string title = $"chart-{Encode(scenario.Scenario)}";
        Add(svg, $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-labelledby=\"{title}\">\n<title id=\"{title}\">Ratios of {Encode(scenario.Scenario)}, contender against peer: the table below has the same figures.</title>\n");
        int y = 0;
        foreach (IGrouping<string, Measurement> group in groups)
        {
            Add(svg, $"<text class=\"head\" x=\"0\" y=\"{y + 19}\">{Encode(group.Key)}</text>\n");
            y += HeadHeight;
            foreach (Measurement row in group)
            {
                Bar(svg, row, y, most);
                y += RowHeight;
            }
        }

        // What the peer does is where the ratio is 1.
        Add(svg, $"<line class=\"one\" x1=\"{X(1, most)}\" x2=\"{X(1, most)}\" y1=\"0\" y2=\"{height}\"/>\n</svg>\n");
        return svg.ToString();
    }

    private static void Bar(StringBuilder svg, Measurement row, int y, double most)
    {
        RatioInterval ratio = row.Ratio!.Value;
        int middle = y + (BarHeight / 2);
        double? target = row.Figure is null ? row.Target : row.Figure.Limit is null ? null : 1;
        Add(svg, $"<text x=\"{LabelWidth - 8}\" y=\"{y + 11}\" text-anchor=\"end\">{Encode(row.Contender)}</text>");
        Add(svg, $"<rect class=\"{ClassOf(row.Verdict)}\" x=\"{LabelWidth}\" y=\"{y}\" width=\"{Math.Max(X(ratio.Median, most) - LabelWidth, 1):F1}\" height=\"{BarHeight}\"/>");
        if (row.Figure is null)
            Add(svg, $"<line class=\"interval\" x1=\"{X(ratio.Low, most):F1}\" x2=\"{X(ratio.High, most):F1}\" y1=\"{middle}\" y2=\"{middle}\"/>");
        if (target is { } least)
            Add(svg, $"<line class=\"target\" x1=\"{X(least, most):F1}\" x2=\"{X(least, most):F1}\" y1=\"{y - 3}\" y2=\"{y + BarHeight + 3}\"/>");
        Add(svg, $"<text x=\"{Width - ValueWidth + 8}\" y=\"{y + 11}\">{Encode(Label(row, ratio.Median, target))}</text>\n");
    }

    /// <summary>The class that colours a verdict.</summary>
    public static string ClassOf(Verdict verdict) => verdict switch
    {
        Verdict.NotJudged => "shown",
        Verdict.Met => "met",
        Verdict.Missed => "missed",
        _ => "close",
    };

    private static string Label(Measurement row, double ratio, double? target)
    {
        string value = row.IsCost ? $"costs {1 / ratio:F2}" : $"{ratio:F2}";
        string goal = target is not { } least ? string.Empty : row.IsCost ? $" of {1 / least:0.##}" : $" of {least:0.##}";
        return $"{value}{goal} {Word(row.Verdict)}".Trim();
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Met => "met",
        Verdict.WithinNoise => "within noise",
        Verdict.BelowAim => "below aim",
        Verdict.Missed => "missed",
        _ => string.Empty,
    };

    private static double X(double ratio, double most) =>
        LabelWidth + (Math.Clamp(ratio, 0, most) / most * (Width - LabelWidth - ValueWidth));

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static void Add(StringBuilder text, FormattableString part) => text.Append(part.ToString(CultureInfo.InvariantCulture));
}
