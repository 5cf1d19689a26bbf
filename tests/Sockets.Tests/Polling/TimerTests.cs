using System.Diagnostics;
using Sockets.Links;

namespace Sockets.Tests.Polling;

/// <summary>Timers in the loop, and those of the links.</summary>
public class TimerTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();

    public static TheoryData<bool> Both => PollKinds.Both;

    [Fact]
    public void Timers_come_in_the_order_of_their_times_and_none_too_early()
    {
        using var poll = new SocketPoll(_clock);
        poll.AddTimer(3 * s_second, "c");
        poll.AddTimer(s_second, "a");
        poll.AddTimer(2 * s_second, "b1");
        poll.AddTimer(2 * s_second, "b2");
        poll.AddTimer(TimeSpan.Zero, "now");
        Assert.Equal([("now", SocketEvents.Timer)], poll.Look());
        _clock.Advance(s_second - TimeSpan.FromTicks(1));
        Assert.Empty(poll.Look());
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal([("a", SocketEvents.Timer)], poll.Look());
        _clock.Advance(5 * s_second);
        Assert.Equal([("b1", SocketEvents.Timer), ("b2", SocketEvents.Timer), ("c", SocketEvents.Timer)], poll.Look());
        Assert.Empty(poll.Look());
    }

    [Fact]
    public void A_period_is_reckoned_from_the_first_time()
    {
        using var poll = new SocketPoll(_clock);
        SocketPollTimer timer = poll.AddTimer(s_second, "p", period: 2 * s_second); // due at 1, 3, 5, …
        _clock.Advance(1.9 * s_second);
        Assert.Single(poll.Look());
        _clock.Advance(1.0 * s_second);
        Assert.Empty(poll.Look());
        _clock.Advance(0.1 * s_second); // 3: late by 0.9 once, and yet in time now
        Assert.Single(poll.Look());
        _clock.Advance(7.5 * s_second); // 10.5: those at 5, 7 and 9 are one
        Assert.Single(poll.Look());
        _clock.Advance(0.4 * s_second);
        Assert.Empty(poll.Look());
        _clock.Advance(0.1 * s_second); // 11
        Assert.Equal([("p", SocketEvents.Timer)], poll.Look());
        Assert.True(timer.IsActive);
        Assert.True(timer.Cancel());
        Assert.False(timer.IsActive);
        _clock.Advance(100 * s_second);
        Assert.Empty(poll.Look());
    }

    [Fact]
    public void A_cancelled_timer_is_not_reported_even_when_it_is_due()
    {
        using var poll = new SocketPoll(_clock);
        SocketPollTimer first = poll.AddTimer(s_second, 1);
        SocketPollTimer second = poll.AddTimer(s_second, 2);
        SocketPollTimer third = poll.AddTimer(s_second, 3);
        Assert.Equal(2, second.UserData);
        _clock.Advance(s_second);
        var events = new SocketPollEvent[1];
        Assert.Equal(1, poll.Wait(events, TimeSpan.Zero));
        Assert.Same(first, events[0].Timer);
        Assert.Null(events[0].Socket);
        Assert.Null(events[0].Failure);
        Assert.False(first.IsActive);
        Assert.True(second.IsActive);
        Assert.True(second.Cancel()); // it was due, and waited for room
        Assert.False(second.Cancel());
        Assert.Equal(1, poll.Wait(events, TimeSpan.Zero));
        Assert.Same(third, events[0].Timer);
        Assert.Equal(SocketEvents.Timer, events[0].Events);
        Assert.False(third.Cancel());
        Assert.Equal(SocketEvents.None, events[0].Events);
        Assert.Empty(poll.Look());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_wait_ends_with_the_timer_and_never_before(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        for (int i = 1; i <= 5; i++)
        {
            long start = Stopwatch.GetTimestamp();
            TimeSpan dueTime = TimeSpan.FromMilliseconds(i + 0.3);
            poll.AddTimer(dueTime, i);
            Assert.Equal([(i, SocketEvents.Timer)], poll.Await());
            Assert.True(Stopwatch.GetElapsedTime(start) >= dueTime);
        }
    }

    [Fact]
    public void The_kernel_waits_as_long_as_the_first_of_all_limits_rounded_up()
    {
        var readiness = new ScriptedReadiness();
        using var poll = new SocketPoll(TimeProvider.System, readiness);
        var events = new SocketPollEvent[1];
        poll.Look();
        Assert.Equal(0, readiness.LastTimeout);

        // This kernel does not wait.
        readiness.Waiting += poll.Wake;
        Assert.Equal(0, poll.Wait(events, Timeout.InfiniteTimeSpan));
        Assert.Equal(-1, readiness.LastTimeout);
        SocketPollTimer far = poll.AddTimer(TimeSpan.FromHours(10));
        Assert.Equal(0, poll.Wait(events, Timeout.InfiniteTimeSpan));
        Assert.InRange(readiness.LastTimeout, 9 * 3600_000, 10 * 3600_000);
        Assert.Equal(0, poll.Wait(events, TimeSpan.FromHours(1)));
        Assert.InRange(readiness.LastTimeout, 1, 3600_000);
        far.Cancel();
        poll.AddTimer(TimeSpan.FromMinutes(1));
        Assert.Equal(0, poll.Wait(events, TimeSpan.FromHours(1)));
        Assert.InRange(readiness.LastTimeout, 1, 60_000);
    }

    /// <summary>Nobody sleeps on such a clock: moving it ends the wait.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_clock_that_is_moved_ends_the_wait(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable, _clock);
        using var armed = new SemaphoreSlim(0);
        _clock.Armed = () => armed.Release();
        poll.AddTimer(TimeSpan.FromDays(1), "a", TimeSpan.FromDays(1));
        for (int i = 0; i < 20; i++)
        {
            Task<List<(object? UserData, SocketEvents Events)>> waiting = Task.Run(() => poll.Await());
            Assert.True(await armed.WaitAsync(Waiting.HangGuard));
            _clock.Advance(TimeSpan.FromDays(0.5));
            _clock.Advance(TimeSpan.FromDays(0.5));
            Assert.Equal([("a", SocketEvents.Timer)], await waiting.WaitAsync(Waiting.HangGuard));
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_timer_that_another_thread_adds_ends_a_wait_without_limit(bool isPortable)
    {
        using SocketPoll poll = PollKinds.Create(isPortable);
        for (int i = 0; i < 50; i++)
        {
            Task<List<(object? UserData, SocketEvents Events)>> waiting = Task.Run(() => poll.Await());
            poll.AddTimer(TimeSpan.Zero, i);
            Assert.Equal([(i, SocketEvents.Timer)], await waiting.WaitAsync(Waiting.HangGuard));
        }
    }

    [Fact]
    public void A_links_timeout_lets_it_go_on()
    {
        using var poll = new SocketPoll(_clock);
        using var scripted = new ScriptedSocket(timeProvider: _clock);
        scripted.Link.NowWants = LinkWants.Read;
        scripted.Link.Timeout = _clock.GetTimestamp() + s_second.Ticks;
        poll.Add(scripted.Socket, SocketEvents.Connected, "a");
        Assert.Empty(poll.Look());
        int before = scripted.Link.Progressed;
        _clock.Advance(0.5 * s_second);
        Assert.Empty(poll.Look());
        Assert.Equal(before, scripted.Link.Progressed);

        // A retransmission, and the next timeout.
        scripted.Link.OnProgress = link => link.Timeout = _clock.GetTimestamp() + (2 * s_second).Ticks;
        _clock.Advance(0.5 * s_second);
        Assert.Empty(poll.Look());
        Assert.Equal(before + 1, scripted.Link.Progressed);
        _clock.Advance(1.9 * s_second);
        Assert.Empty(poll.Look());
        Assert.Equal(before + 1, scripted.Link.Progressed);
        scripted.Link.OnProgress = link =>
        {
            link.Timeout = long.MaxValue;
            link.Open();
        };
        _clock.Advance(0.1 * s_second);
        Assert.Equal([("a", SocketEvents.Connected)], poll.Look());
        _clock.Advance(100 * s_second);
        Assert.Empty(poll.Look());
        Assert.Equal(before + 2, scripted.Link.Progressed);
    }

    /// <summary>The link keeps to its own clock.</summary>
    [Fact]
    public void A_links_timeout_on_another_clock_is_reckoned_over()
    {
        using var poll = new SocketPoll(_clock);
        using var scripted = new ScriptedSocket();
        scripted.Link.NowWants = LinkWants.Read;
        scripted.Link.Timeout = TimeProvider.System.GetTimestamp() + (3600 * TimeProvider.System.TimestampFrequency);
        poll.Add(scripted.Socket, SocketEvents.Connected);
        Assert.Empty(poll.Look());
        int before = scripted.Link.Progressed;
        _clock.Advance(TimeSpan.FromMinutes(50));
        poll.Look();
        Assert.Equal(before, scripted.Link.Progressed);
        _clock.Advance(TimeSpan.FromMinutes(10));
        poll.Look();
        Assert.Equal(before + 1, scripted.Link.Progressed);
    }

    /// <summary>A link that is never content with its time does not take the loop for itself.</summary>
    [Fact]
    public void A_timeout_that_is_always_over_does_not_spin()
    {
        using var poll = new SocketPoll(_clock);
        using var scripted = new ScriptedSocket(timeProvider: _clock);
        scripted.Link.NowWants = LinkWants.Read;
        scripted.Link.Timeout = 0;
        poll.Add(scripted.Socket, SocketEvents.Connected);
        poll.AddTimer(10 * s_second, "timer");
        poll.Look();
        int before = scripted.Link.Progressed;
        for (int i = 0; i < 10; i++)
            poll.Look();
        Assert.Equal(before, scripted.Link.Progressed);
        _clock.Advance(s_second);
        poll.Look();
        Assert.Equal(before + 1, scripted.Link.Progressed);
    }
}
