using Sockets.LoadBench;

namespace Sockets.Bench.Tests;

public sealed class SliceStatisticsTests
{
    [Fact]
    public void A_disturbed_slice_does_not_move_the_median() => Assert.Equal(3, SliceStatistics.Median([3, 2, 1e9, 1, 4]));

    [Fact]
    public void A_ratio_above_1_means_that_the_contender_costs_less()
    {
        RatioInterval ratio = SliceStatistics.Ratio([20, 20, 20], [10, 10, 10]);
        Assert.Equal(new RatioInterval(2, 2, 2), ratio);
    }

    [Fact]
    public void Neighbours_are_compared_so_that_a_slow_moment_of_both_changes_nothing()
    {
        RatioInterval ratio = SliceStatistics.Ratio([20, 2000, 20, 200, 20], [10, 1000, 10, 100, 10]);
        Assert.Equal(new RatioInterval(2, 2, 2), ratio);
    }

    // Tabled: from 2 to 8 of 9 and from 40 to 61 of 100, counted from 1.
    [Theory]
    [InlineData(9, 1, 7)]
    [InlineData(100, 39, 60)]
    public void The_interval_lies_at_the_ranks_of_the_binomial_distribution(int count, int low, int high)
    {
        Assert.Equal(low, SliceStatistics.Rank(count, -1));
        Assert.Equal(high, SliceStatistics.Rank(count, 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Few_slices_have_an_interval_of_what_there_is(int count)
    {
        Assert.Equal(0, SliceStatistics.Rank(count, -1));
        Assert.InRange(SliceStatistics.Rank(count, 1), count - 1, count - 1);
    }
}
