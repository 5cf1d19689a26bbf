using System;
using System.Collections.Generic;
using Sockets.Dtls.Records;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Records;

public sealed class ReplayWindowTests
{
    [Fact]
    public void A_number_is_fresh_once()
    {
        var window = new ReplayWindow(256);
        Assert.Equal(ReplayVerdict.Fresh, window.Check(0));
        window.Commit(0);
        Assert.Equal(ReplayVerdict.Seen, window.Check(0));
        Assert.Equal(1UL, window.Next);
    }

    [Fact]
    public void Checking_changes_nothing()
    {
        var window = new ReplayWindow(256);
        window.Commit(10);
        Assert.Equal(ReplayVerdict.Fresh, window.Check(1UL << 40));
        Assert.Equal(11UL, window.Next);
        Assert.Equal(ReplayVerdict.Fresh, window.Check(0));
        Assert.Equal(ReplayVerdict.Fresh, window.Check(0));
    }

    [Theory]
    [InlineData(256)]
    [InlineData(1024)]
    public void The_window_ends_exactly_at_its_size(int size)
    {
        var window = new ReplayWindow(size);
        ulong largest = 100_000;
        window.Commit(largest);
        ulong oldest = largest + 1 - (ulong)size;
        Assert.Equal(ReplayVerdict.Fresh, window.Check(oldest));
        Assert.Equal(ReplayVerdict.TooOld, window.Check(oldest - 1));
        window.Commit(oldest);
        Assert.Equal(ReplayVerdict.Seen, window.Check(oldest));
    }

    [Theory]
    [InlineData(63UL)]
    [InlineData(64UL)]
    [InlineData(255UL)]
    [InlineData(256UL)]
    [InlineData(319UL)]
    [InlineData(320UL)]
    [InlineData(321UL)]
    [InlineData(1UL << 47)]
    public void A_jump_forgets_what_it_passes_and_nothing_else(ulong jump)
    {
        var window = new ReplayWindow(256);
        window.Commit(0);
        window.Commit(jump);
        Assert.Equal(ReplayVerdict.Seen, window.Check(jump));
        Assert.Equal(jump < 256 ? ReplayVerdict.Seen : ReplayVerdict.TooOld, window.Check(0));
        for (ulong number = jump > 255 ? jump - 255 : 1; number < jump; number++)
            Assert.Equal(ReplayVerdict.Fresh, window.Check(number));
    }

    [Theory]
    [InlineData(256, 1UL)]
    [InlineData(256, 2UL)]
    [InlineData(512, 3UL)]
    public void It_agrees_with_a_set_of_numbers(int size, ulong seed)
    {
        var window = new ReplayWindow(size);
        var seen = new HashSet<ulong>();
        var random = new SeededRandom(seed);
        ulong next = 0;
        for (int i = 0; i < 50_000; i++)
        {
            // Mostly near the edge, sometimes far ahead, sometimes far behind.
            ulong number = random.Next(100) switch
            {
                < 2 => next + (ulong)random.Next(size * 3),
                < 60 => next + (ulong)random.Next(4),
                _ => next - Math.Min(next, (ulong)random.Next(size + 80)),
            };
            ReplayVerdict expected = number < next && next - number > (ulong)size ? ReplayVerdict.TooOld
                : seen.Contains(number) ? ReplayVerdict.Seen
                : ReplayVerdict.Fresh;
            Assert.Equal(expected, window.Check(number));
            if (expected != ReplayVerdict.Fresh)
                continue;
            window.Commit(number);
            seen.Add(number);
            next = Math.Max(next, number + 1);
            Assert.Equal(next, window.Next);
        }
    }
}
