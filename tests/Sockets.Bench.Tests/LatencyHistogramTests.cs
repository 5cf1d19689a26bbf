using Sockets.LoadBench;

namespace Sockets.Bench.Tests;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(4095)]
    [InlineData(1_000_003)]
    [InlineData(77_777_777_777)]
    [InlineData(long.MaxValue)]
    public void A_time_is_kept_to_a_sixty_fourth(long value)
    {
        var histogram = new LatencyHistogram();
        histogram.Record(value);
        histogram.Record(long.MaxValue);
        Assert.InRange(histogram.Percentile(0.5), value, value + (value / 64.0));
    }

    [Fact]
    public void Percentiles_are_the_ranks_of_what_was_recorded()
    {
        var histogram = new LatencyHistogram();
        for (int i = 100_000; i >= 1; i--)
            histogram.Record(i);
        LatencyPercentiles? times = histogram.Summarize();
        Assert.NotNull(times);
        Assert.Equal(100_000, times.Count);
        Assert.InRange(times.P50, 50_000, 50_000 * (1 + (1 / 64.0)));
        Assert.InRange(times.P99, 99_000, 99_000 * (1 + (1 / 64.0)));
        Assert.InRange(times.P999, 99_900, 100_000);
        Assert.Equal(100_000, times.Max);
    }

    [Fact]
    public void One_slow_operation_in_a_thousand_shows_beyond_the_last_percentile_only()
    {
        var histogram = new LatencyHistogram();
        for (int i = 0; i < 999; i++)
            histogram.Record(10);
        histogram.Record(1_000_000);
        Assert.Equal(10, histogram.Percentile(0.999));
        Assert.Equal(1_000_000, histogram.Percentile(1));
    }

    [Fact]
    public void What_is_cleared_is_gone()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(5);
        histogram.Clear();
        Assert.Null(histogram.Summarize());
        histogram.Record(-5);
        Assert.Equal(0, histogram.Percentile(1));
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1);

        // The fewest of a few runs: the runtime, when it compiles the loop anew, may allocate on the thread that is in it.
        long fewest = long.MaxValue;
        for (int attempt = 0; attempt < 5 && fewest != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10_000; i++)
                histogram.Record(i * 1000L);
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, fewest);
    }
}
