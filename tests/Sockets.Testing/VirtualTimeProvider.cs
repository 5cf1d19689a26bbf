namespace Sockets.Testing;

/// <summary>
/// A <see cref="TimeProvider"/> that only moves when a test says so. Timers fire on the thread that moves it, in the order of their
/// times and among equal ones in the order in which they were set.
/// </summary>
public sealed class VirtualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<VirtualTimer> _timers = [];
    private long _nextOrder;

    /// <summary>Starts away from zero, so that an uninitialised time does not look like now.</summary>
    private TimeSpan _now = TimeSpan.FromHours(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Since the beginning.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (_gate)
                return _now - TimeSpan.FromHours(1);
        }
    }

    /// <summary>When the next timer fires, as <see cref="Elapsed"/> counts; null when none is set.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_gate)
                return Next() is { } next ? next.Due - TimeSpan.FromHours(1) : null;
        }
    }

    /// <summary>Whether a timer fires at <paramref name="elapsed"/>, as <see cref="Elapsed"/> counts.</summary>
    public bool IsSetFor(TimeSpan elapsed)
    {
        lock (_gate)
            return _timers.Exists(timer => timer.Due == elapsed + TimeSpan.FromHours(1));
    }

    public override long GetTimestamp()
    {
        lock (_gate)
            return _now.Ticks;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return DateTimeOffset.UnixEpoch + _now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan duration) => AdvanceTo(Elapsed + duration);

    /// <summary>Fires everything that is due until <paramref name="elapsed"/>, each at its own time.</summary>
    public void AdvanceTo(TimeSpan elapsed)
    {
        TimeSpan end = elapsed + TimeSpan.FromHours(1);
        while (true)
        {
            VirtualTimer? timer;
            lock (_gate)
            {
                timer = Next();
                if (timer is null || timer.Due > end)
                {
                    if (end > _now)
                        _now = end;
                    return;
                }

                if (timer.Due > _now)
                    _now = timer.Due;
                _timers.Remove(timer);
                if (timer.Period > TimeSpan.Zero)
                    Add(timer, timer.Period);
            }

            timer.Fire();
        }
    }

    /// <summary>Fires the next timer; false when there is none.</summary>
    public bool AdvanceToNext()
    {
        if (NextDue is not { } due)
            return false;
        AdvanceTo(due);
        return true;
    }

    internal void Set(VirtualTimer timer, TimeSpan dueTime)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
            if (dueTime != Timeout.InfiniteTimeSpan)
                Add(timer, dueTime);
        }
    }

    private void Add(VirtualTimer timer, TimeSpan dueTime)
    {
        timer.Due = _now + dueTime;
        timer.Order = _nextOrder++;
        _timers.Add(timer);
    }

    private VirtualTimer? Next() => _timers.Count == 0 ? null : _timers.MinBy(static timer => (timer.Due, timer.Order));
}
