using Sockets.Dtls;

namespace Sockets.Testing;

/// <summary>Time that only moves when a test says so.</summary>
public sealed class VirtualClock
{
    /// <summary>Starts away from zero, so that an uninitialised time does not look like now.</summary>
    public MonotonicTime Now { get; private set; } = MonotonicTime.Zero + TimeSpan.FromHours(1);

    public void Advance(TimeSpan duration) => AdvanceTo(Now + duration);

    /// <summary>Moves to <paramref name="time"/>; stays where it is when that has passed.</summary>
    public void AdvanceTo(MonotonicTime time)
    {
        if (time == MonotonicTime.Never)
            throw new InvalidOperationException("Nothing is due, ever.");
        if (time > Now)
            Now = time;
    }
}
