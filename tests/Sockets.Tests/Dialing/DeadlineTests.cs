using Sockets.Engine;
using Sockets.Testing;

namespace Sockets.Tests.Dialing;

public sealed class DeadlineTests
{
    private readonly VirtualTimeProvider _time = new();

    [Fact]
    public void It_runs_down_and_stays_at_zero()
    {
        var deadline = Deadline.After(TimeSpan.FromSeconds(2), _time);
        Assert.Equal(TimeSpan.FromSeconds(2), deadline.Remaining);
        _time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(TimeSpan.FromSeconds(0.5), deadline.Remaining);
        Assert.False(deadline.IsExpired);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.True(deadline.IsExpired);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.Zero, deadline.Remaining);
        Assert.Equal(TimeSpan.FromSeconds(2), deadline.Timeout);
    }

    [Fact]
    public void Never_is_never()
    {
        Assert.True(Deadline.Never.IsNever);
        Assert.True(Deadline.After(Timeout.InfiniteTimeSpan, _time).IsNever);
        Assert.False(Deadline.Never.IsExpired);
        Assert.Equal(TimeSpan.MaxValue, Deadline.Never.Remaining);
        using CancellationTokenSource source = Deadline.Never.CreateSource(CancellationToken.None);
        Assert.Null(_time.NextDue);
        Assert.False(source.IsCancellationRequested);
        Assert.Throws<ArgumentOutOfRangeException>(() => Deadline.After(TimeSpan.FromSeconds(-2), _time));
    }

    [Fact]
    public void Its_source_is_cancelled_at_the_deadline_and_not_before()
    {
        var deadline = Deadline.After(TimeSpan.FromSeconds(1), _time);
        using CancellationTokenSource source = deadline.CreateSource(CancellationToken.None);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(source.IsCancellationRequested);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(source.IsCancellationRequested);
        Assert.True(deadline.IsExpired);
    }

    [Fact]
    public void Its_source_follows_the_caller_s_token()
    {
        using var caller = new CancellationTokenSource();
        var deadline = Deadline.After(TimeSpan.FromSeconds(1), _time);
        using CancellationTokenSource source = deadline.CreateSource(caller.Token);
        caller.Cancel();
        Assert.True(source.IsCancellationRequested);
        Assert.False(deadline.IsExpired);
        using CancellationTokenSource late = deadline.CreateSource(caller.Token);
        Assert.True(late.IsCancellationRequested);
    }

    [Fact]
    public void What_is_registered_with_its_token_may_throw()
    {
        using var caller = new CancellationTokenSource();
        foreach (Action cancel in (Action[])[() => _time.Advance(TimeSpan.FromSeconds(1)), caller.Cancel])
        {
            using CancellationTokenSource source = Deadline.After(TimeSpan.FromSeconds(1), _time).CreateSource(caller.Token);
            bool isHeard = false;
            using CancellationTokenRegistration good = source.Token.Register(() => isHeard = true);
            using CancellationTokenRegistration bad = source.Token.Register(static () => throw new InvalidOperationException("Of the application."));
            cancel();
            Assert.True(isHeard && source.IsCancellationRequested);
        }
    }

    [Fact]
    public void A_disposed_source_leaves_no_timer_and_hears_nothing()
    {
        using var caller = new CancellationTokenSource();
        CancellationTokenSource source = Deadline.After(TimeSpan.FromSeconds(1), _time).CreateSource(caller.Token);
        Assert.NotNull(_time.NextDue);
        source.Dispose();
        Assert.Null(_time.NextDue);
        caller.Cancel();
        Assert.False(source.IsCancellationRequested);
    }

    [Fact]
    public void Timers_are_rounded_up_and_cut_to_what_they_can()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(1), Deadline.ToTimer(TimeSpan.FromTicks(1)));
        Assert.Equal(TimeSpan.FromMilliseconds(2), Deadline.ToTimer(TimeSpan.FromMilliseconds(2)));
        Assert.Equal(Timeout.InfiniteTimeSpan, Deadline.ToTimer(TimeSpan.MaxValue));
        // Longer than a timer: it is set again when it fires.
        var deadline = Deadline.After(TimeSpan.FromDays(80), _time);
        using CancellationTokenSource source = deadline.CreateSource(CancellationToken.None);
        using ITimer real = TimeProvider.System.CreateTimer(static _ => { }, null, Deadline.ToTimer(deadline.Remaining), Timeout.InfiniteTimeSpan);
        Assert.True(_time.AdvanceToNext());
        Assert.False(source.IsCancellationRequested);
        Assert.True(_time.AdvanceToNext());
        Assert.True(source.IsCancellationRequested);
        Assert.Equal(TimeSpan.FromDays(80), _time.Elapsed);
    }
}
