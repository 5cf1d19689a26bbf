using System;
using Sockets.Engine;

namespace Sockets.Pooling;

/// <summary>
/// Stops connecting to an endpoint that fails, and tries it again with one connection at a time. Belongs to the pool's lock.
/// </summary>
internal sealed class CircuitBreaker(SocketPoolOptions options, Random random)
{
    private int _failuresInARow;
    private TimeSpan _break = options.CircuitBreak;
    private long _opensAgainAt = long.MinValue;
    private long _remembersUntil = long.MinValue;
    private bool _isOpen;
    private bool _isTrying;

    public long Breaks { get; private set; }

    public SocketFailureException? LastFailure { get; private set; }

    /// <summary>Whether a connection may be begun now; when the break is over, one only.</summary>
    public bool Allows(long now) => !_isOpen || (now >= _opensAgainAt && !_isTrying);

    /// <summary>What is left of the break.</summary>
    public TimeSpan Remaining(long now) => options.TimeProvider.GetElapsedTime(now, Math.Max(now, _opensAgainAt));

    /// <summary>Whether its failures are so long ago that they say nothing any more.</summary>
    public bool IsSettled(long now) => !_isTrying && now >= _remembersUntil;

    public void Begin()
    {
        if (_isOpen)
            _isTrying = true;
    }

    public void Succeed()
    {
        _isOpen = false;
        _isTrying = false;
        _failuresInARow = 0;
        _break = options.CircuitBreak;
    }

    /// <summary>An attempt that was given up says nothing about the endpoint.</summary>
    public void GiveUp() => _isTrying = false;

    public void Fail(long now, SocketFailureException failure)
    {
        LastFailure = failure;
        bool wasTrying = _isTrying;
        _isTrying = false;
        _remembersUntil = PoolTime.After(options.TimeProvider, now, options.MaxCircuitBreak < TimeLimit.Longest ? options.MaxCircuitBreak * 2 : options.MaxCircuitBreak);
        if (++_failuresInARow < options.CircuitFailureThreshold || (_isOpen && !wasTrying))
            return;
        Breaks++;
        _isOpen = true;
        _opensAgainAt = PoolTime.After(options.TimeProvider, now, PoolTime.Shorten(_break, options.Jitter, random));
        _break = _break < options.MaxCircuitBreak / 2 ? _break * 2 : options.MaxCircuitBreak;
    }
}
