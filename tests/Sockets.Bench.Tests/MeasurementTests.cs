using Sockets.LoadBench;

namespace Sockets.Bench.Tests;

public sealed class MeasurementTests
{
    // The verdict is named by its text, since its type is not public.
    [Theory]
    [InlineData(2.0, 2.1, 2.0, null, "Met")]
    [InlineData(1.9, 1.95, 2.0, null, "WithinNoise")]
    [InlineData(1.8, 1.93, 2.0, null, "Missed")]
    [InlineData(1.8, 1.95, 2.0, null, "WithinNoise")]
    [InlineData(1.5, 3.00, 2.0, null, "Missed")]
    [InlineData(0.92, 0.93, 0.97, 0.90, "BelowAim")]
    [InlineData(0.96, 0.97, 0.97, 0.90, "WithinNoise")]
    [InlineData(0.85, 0.88, 0.97, 0.90, "Missed")]
    [InlineData(0.85, 0.91, 0.97, 0.90, "BelowAim")]
    [InlineData(0.80, 0.91, 0.97, 0.90, "Missed")]
    [InlineData(0.1, 0.1, null, null, "NotJudged")]
    public void A_ratio_is_judged_by_its_interval(double ratio, double high, double? target, double? floor, string verdict) =>
        Assert.Equal(verdict, (Rows.Make(ratio, target, high) with { Floor = floor }).Verdict.ToString());

    [Fact]
    public void What_allocates_has_missed_however_fast_it_is()
    {
        Measurement row = Rows.Make(9, 2) with { AllocatedBytes = 0.001 };
        Assert.Equal(Verdict.Missed, row.Verdict);
        Assert.Equal(Verdict.Met, (row with { AllocationLimit = null }).Verdict);
        Assert.Equal(Verdict.Met, (row with { AllocationLimit = 24 }).Verdict);
    }

    [Fact]
    public void The_clock_that_is_named_is_judged()
    {
        Measurement row = Rows.Make(3, 2);
        Assert.Equal(Verdict.Met, row.Verdict);
        Assert.Equal(Verdict.Missed, (row with { Basis = RatioBasis.Wall }).Verdict);
    }

    [Theory]
    [InlineData(2900, "Met")]
    [InlineData(3000, "Met")]
    [InlineData(3001, "Missed")]
    public void A_figure_must_not_exceed_its_limit(double value, string verdict) =>
        Assert.Equal(verdict, Figure(new Figure(value, "B", 3000)).Verdict.ToString());

    [Fact]
    public void A_figure_without_a_limit_is_only_shown()
    {
        Measurement row = Figure(new Figure(5, "B", PeerValue: 10));
        Assert.Equal(Verdict.NotJudged, row.Verdict);
        Assert.Equal(2, row.Ratio!.Value.Median);
    }

    private static Measurement Figure(Figure figure) => new() { Subject = "idle", Contender = "server", Figure = figure };
}
