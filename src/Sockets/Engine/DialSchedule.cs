using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;

namespace Sockets.Engine;

/// <summary>
/// Which address is tried next, and when (RFC 8305 §3 to §5). No clock, no task: time is an argument, counted from the beginning of
/// the dial. One thread at a time.
/// </summary>
internal sealed class DialSchedule(DialerOptions options)
{
    // Per family. A zone is not to make this side open connections for minutes.
    internal const int MaxAddresses = 64;

    private readonly Queue<IPAddress> _preferred = new();
    private readonly Queue<IPAddress> _other = new();
    private readonly HashSet<IPAddress> _known = [];
    private bool _preferredPending = options.Uses(options.PreferredFamily);
    private bool _otherPending = options.Uses(OtherFamily(options));
    private bool _lastWasPreferred;
    private int _attempts;
    private int _failures;
    private TimeSpan _resolutionDelayEnd;
    private TimeSpan _nextAttempt;

    /// <summary>A look-up has not been answered yet.</summary>
    public bool IsResolving => _preferredPending || _otherPending;

    public int AttemptsUnderWay => _attempts - _failures;

    /// <summary>Nothing that could still lead to a connection.</summary>
    public bool IsExhausted => !IsResolving && AttemptsUnderWay == 0 && !HasCandidates;

    /// <summary>When <see cref="TryNext"/> has something to give without anything else happening; null when it has nothing.</summary>
    public TimeSpan? NextTimeout => !HasCandidates ? null : IsHeldBack ? _resolutionDelayEnd : _nextAttempt;

    private bool HasCandidates => _preferred.Count + _other.Count != 0;

    /// <summary>The first attempt waits for the preferred family, but not for long (§3).</summary>
    private bool IsHeldBack => _attempts == 0 && _preferredPending && _preferred.Count == 0;

    /// <summary>The one address there is when the host was given as an address.</summary>
    public void OnLiteral(IPAddress address)
    {
        _preferredPending = _otherPending = false;
        Add(address);
    }

    /// <summary>The answer to the question for one family, empty when that failed. It may come after attempts have begun.</summary>
    public void OnAnswer(AddressFamily asked, ReadOnlySpan<IPAddress> addresses, TimeSpan now)
    {
        if (asked == options.PreferredFamily)
            _preferredPending = false;
        else
            _otherPending = false;
        foreach (IPAddress address in addresses)
            Add(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        // Of meaning only as long as the other question is open.
        _resolutionDelayEnd = now + options.ResolutionDelay;
    }

    /// <summary>An attempt failed: the next one need not wait (§5).</summary>
    public void OnFailure(TimeSpan now)
    {
        _failures++;
        _nextAttempt = now;
    }

    /// <summary>The address to be tried now, if one is due.</summary>
    public bool TryNext(TimeSpan now, out IPAddress? address)
    {
        address = null;
        if (NextTimeout is not { } due || due > now)
            return false;
        // The families alternate, after so many of the preferred one (§4).
        bool preferred = _attempts < options.FirstAddressFamilyCount || !_lastWasPreferred;
        if ((preferred ? _preferred : _other).Count == 0)
            preferred = !preferred;
        address = (preferred ? _preferred : _other).Dequeue();
        _lastWasPreferred = preferred;
        _attempts++;
        _nextAttempt = now + options.ConnectionAttemptDelay;
        return true;
    }

    private void Add(IPAddress address)
    {
        Queue<IPAddress> queue = address.AddressFamily == options.PreferredFamily ? _preferred : _other;
        if (options.Uses(address.AddressFamily) && queue.Count < MaxAddresses && _known.Add(address))
            queue.Enqueue(address);
    }

    private static AddressFamily OtherFamily(DialerOptions options) =>
        options.PreferredFamily == AddressFamily.InterNetworkV6 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
}
