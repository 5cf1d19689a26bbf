using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sockets.LoadBench;
using Sockets.LoadBench.Reports;

namespace Sockets.Bench.Tests;

public sealed partial class ReportTests
{
    private static readonly LoadReport Report = new(
        new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        new MachineInfo("CPU <x>", 2, "Linux", ".NET", null),
        [
            new ScenarioReport(
                "fake",
                [
                    Rows.Make(3, 2),
                    Rows.Make(1, 2) with
                    {
                        Latency = new LatencyPercentiles(10, 1, 2, 3, 4),
                        Delivery = new Delivery(100, 90),
                        BytesPerOperation = 64,
                    },
                    Rows.Make(double.PositiveInfinity),
                    new Measurement { Subject = "idle", Contender = "server", Figure = new Figure(5000, "B", 3000, 9400) },
                ],
                ["a <note>"]),
            new ScenarioReport("broken", [], []) { Failure = "it <broke>" },
        ]);

    [Fact]
    public void A_report_survives_its_file()
    {
        LoadReport read = ReportJson.Deserialize(ReportJson.Serialize(Report));
        Assert.Equal(ReportJson.Serialize(Report), ReportJson.Serialize(read));
        Assert.Equal(Report.Scenarios[0].Measurements, read.Scenarios[0].Measurements);
        Assert.True(read.IsFailure());
    }

    [Fact]
    public void A_page_escapes_what_it_shows_and_loads_nothing()
    {
        string page = ReportHtml.Write(Report);
        Assert.DoesNotContain("<64>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<note>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<broke>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<x>", page, StringComparison.Ordinal);
        Assert.Contains("seal &lt;64&gt; | B", page, StringComparison.Ordinal);
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chart_is_well_formed_and_has_a_title_and_a_bar_for_each_ratio()
    {
        string svg = Svg().Match(ReportHtml.Write(Report)).Value;
        XElement chart = XElement.Parse(svg);
        Assert.Single(chart.Elements("title"));
        Assert.Equal(3, chart.Elements("rect").Count());
        Assert.Equal(["met", "missed", "missed"], chart.Elements("rect").Select(static bar => bar.Attribute("class")!.Value));
    }

    [Fact]
    public void Tables_go_between_their_markers_and_the_rest_stays()
    {
        const string Readme = "above\n<!-- begin fake -->\nold\n<!-- end fake -->\nbetween\n<!-- begin broken -->\n<!-- end broken -->\n<!-- begin other -->\nkept\n<!-- end other -->\nbelow\n";
        string text = ReportMarkdown.Update(Readme, Report);
        Assert.StartsWith("above\n<!-- begin fake -->\n2020-01-02, ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\nold\n", text, StringComparison.Ordinal);
        Assert.EndsWith("<!-- begin other -->\nkept\n<!-- end other -->\nbelow\n", text, StringComparison.Ordinal);
        Assert.Contains("| seal &lt;64> \\| B | ours & \"theirs\" |", text, StringComparison.Ordinal);
        Assert.Contains("| 10 % of 100 |", text, StringComparison.Ordinal);
        Assert.Contains("It ended before its end: it &lt;broke>", text, StringComparison.Ordinal);
        Assert.Equal(text, ReportMarkdown.Update(text, Report));
    }

    [Theory]
    [InlineData("<!-- begin fake -->\n<!-- end fake -->", true)]
    [InlineData("", false)]
    [InlineData("<!-- begin fake -->", false)]
    [InlineData("<!-- end fake -->\n<!-- begin fake -->", false)]
    [InlineData("<!-- begin fake --><!-- end fake --><!-- begin fake --><!-- end fake -->", false)]
    public void A_text_takes_a_table_when_it_has_its_place_once(string text, bool takes)
    {
        Assert.Equal(takes, MarkedText.Has(text, "fake"));
        Assert.Equal(takes, ReportMarkdown.Problem(text, ["fake"]) is null);
    }

    [Fact]
    public void The_summary_names_every_target()
    {
        var writer = new StringWriter();
        SummaryText.Write(writer, Report);
        Assert.StartsWith("== targets: 1 met, 2 MISSED", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("at most 3,000 B", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("broken FAILED: it <broke>", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cost_is_shown_the_other_way_round()
    {
        Measurement row = Rows.Make(0.8, 1 / 1.25, high: 1, low: 0.5) with { IsCost = true };
        Assert.Equal("1.25 [1.00-2.00]", FigureText.Ratio(row));
        Assert.Equal("at most 1.25", FigureText.Target(row));
    }

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Svg();
}
