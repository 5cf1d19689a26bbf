using System;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// The retransmission timer of RFC 9147 §5.8.2: an initial value, doubled at each timeout up to a maximum. Keeps when
/// it was started rather than when it ends, so that a new initial value rescales a running timer.
/// </summary>
internal struct RetransmitTimer
{
    private MonotonicTime _started;
    private bool _isRunning;

    /// <summary>The timeout before any doubling.</summary>
    public TimeSpan Initial { get; set; }

    /// <summary>Where doubling ends.</summary>
    public TimeSpan Maximum { get; init; }

    /// <summary>Timeouts of the current flight so far.</summary>
    public int Timeouts { get; private set; }

    /// <summary>The timeout as it stands.</summary>
    public readonly TimeSpan Current => After(Timeouts);

    /// <summary>When it ends; Never when it is not running.</summary>
    public readonly MonotonicTime Deadline => _isRunning ? _started + Current : MonotonicTime.Never;

    /// <summary>When the flight was last sent.</summary>
    public readonly MonotonicTime Started => _started;

    /// <summary>The timeout after a number of doublings, <see cref="Maximum"/> at most.</summary>
    public readonly TimeSpan After(int doublings)
    {
        TimeSpan value = Initial;
        for (int i = 0; i < doublings && value < Maximum; i++)
            value = value < Maximum / 2 ? value + value : Maximum;
        return value < Maximum ? value : Maximum;
    }

    /// <summary>Starts for a new flight: no timeouts yet.</summary>
    public void StartFlight(MonotonicTime now)
    {
        Timeouts = 0;
        Start(now);
    }

    /// <summary>Starts again without forgetting the timeouts.</summary>
    public void Start(MonotonicTime now)
    {
        _started = now;
        _isRunning = true;
    }

    /// <summary>Stops.</summary>
    public void Stop() => _isRunning = false;

    /// <summary>Counts a timeout and starts again with the doubled value.</summary>
    public void OnTimeout(MonotonicTime now)
    {
        Timeouts++;
        Start(now);
    }
}
