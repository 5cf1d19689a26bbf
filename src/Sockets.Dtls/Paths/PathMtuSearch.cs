using System;

namespace Sockets.Dtls.Paths;

/// <summary>
/// Which datagram sizes to try on a path, and what their arrival or loss means (the search of RFC 8899 §5.3, with what DTLS has
/// for probes). Bounded: a round has a few probes, and rounds are far apart. Knows nothing of records.
/// </summary>
internal sealed class PathMtuSearch
{
    /// <summary>A size is taken for too large when so many probes of it were lost (MAX_PROBES, RFC 8899 §5.1.2).</summary>
    public const int MaxLosses = 3;

    /// <summary>A round ends when it can find no more than so many bytes.</summary>
    private const int Resolution = 16;

    /// <summary>Probes of a round at most: peers end connections that do nothing but change keys.</summary>
    public const int MaxProbes = 15;

    /// <summary>Until the next round (PMTU_RAISE_TIMER, RFC 8899 §5.1.1).</summary>
    public static readonly TimeSpan RoundInterval = TimeSpan.FromMinutes(10);

    /// <summary>Between the probes of a round.</summary>
    public static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);

    private readonly int _floor;
    private readonly int _ceiling;
    private int _high;
    private int _candidate;
    private int _losses;
    private int _probes;

    /// <param name="floor">What the path is believed to carry, and what a black hole brings back.</param>
    /// <param name="ceiling">The largest size to try.</param>
    /// <param name="now">The time.</param>
    public PathMtuSearch(int floor, int ceiling, MonotonicTime now)
    {
        _floor = floor;
        _ceiling = ceiling;
        Restart(now);
    }

    /// <summary>The largest size that has arrived.</summary>
    public int Size { get; private set; }

    /// <summary>When the next probe is due; Never while one is under way.</summary>
    public MonotonicTime NextProbe { get; private set; }

    /// <summary>Begins anew from the floor, after a change of the path for instance.</summary>
    public void Restart(MonotonicTime now)
    {
        Size = _floor;
        _high = _ceiling;
        _candidate = _ceiling;
        _losses = 0;
        _probes = 0;
        IsNewRound = false;
        NextProbe = _ceiling > _floor ? now + ProbeInterval : MonotonicTime.Never;
    }

    /// <summary>Whether the next probe is the first of its round, and not of the first round.</summary>
    public bool IsNewRound { get; private set; }

    /// <summary>Nothing was sent lately: it is no use to know more.</summary>
    public void SkipRound(MonotonicTime now) => NextProbe = now + RoundInterval;

    /// <summary>Takes the size to try now.</summary>
    public int Begin()
    {
        NextProbe = MonotonicTime.Never;
        IsNewRound = false;
        _probes++;
        return _candidate;
    }

    /// <summary>Something else has to go first.</summary>
    public void Postpone(MonotonicTime now) => NextProbe = now + TimeSpan.FromSeconds(1);

    /// <summary>What became of the probe.</summary>
    /// <param name="size">The bytes it had; 0 when it was lost.</param>
    /// <param name="now">The time.</param>
    public void Conclude(int size, MonotonicTime now)
    {
        if (size > 0)
            OnArrived(size);
        else
            OnLost();
        if (_candidate > 0 && _probes < MaxProbes)
        {
            NextProbe = now + ProbeInterval;
            return;
        }

        // Done. The next round asks first whether what was found still holds, then whether the path carries more by now.
        EndRound(now);
    }

    /// <summary>What was found does not arrive any more.</summary>
    public void OnBlackHole(MonotonicTime now)
    {
        Size = _floor;
        EndRound(now);
    }

    private void EndRound(MonotonicTime now)
    {
        NextProbe = now + RoundInterval;
        IsNewRound = true;
        _high = _ceiling;
        _candidate = Size > _floor ? Size : _ceiling;
        _losses = 0;
        _probes = 0;
    }

    private void OnArrived(int size)
    {
        _losses = 0;
        bool isLess = size < _candidate; // as much as the peer's record_size_limit or the driver's buffer allows
        Size = Math.Max(Size, size);
        if (isLess)
            _high = Size;
        _candidate = Next();
    }

    private void OnLost()
    {
        if (++_losses < MaxLosses)
            return;
        _losses = 0;
        _high = _candidate - 1;
        if (_candidate <= Size)
            Size = _floor; // it was confirmed once, and is not any more (RFC 8899 §4.3)
        _candidate = Next();
    }

    /// <summary>The largest that is not excluded, then halves of what is left; 0: the round is over.</summary>
    private int Next()
    {
        if (_high - Size < Resolution)
            return 0;
        return _high == _ceiling ? _ceiling : (Size + _high + 1) / 2;
    }
}
