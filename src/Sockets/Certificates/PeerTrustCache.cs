using System;
using System.Collections.Generic;
using Sockets.Certificates;

namespace Sockets;

/// <summary>
/// Remembers certificate chains that were found good, since building one takes as long as a whole handshake does otherwise. What
/// is found again is exactly what was judged: every certificate the peer sent, in order, the trust it was judged by, its pins
/// included, the name, the purpose and the kind of revocation check. What was refused is never remembered, and the additional
/// check of the application is asked every time. May be shared by any number of options and used by any thread.
/// </summary>
public sealed class PeerTrustCache
{
    private readonly object _gate = new();
    private readonly Dictionary<TrustCacheKey, Entry> _entries = [];
    private readonly Queue<TrustCacheKey> _order = new();
    private readonly int _capacity;
    private readonly TimeSpan _lifetime;
    private readonly TimeSpan _revocationLifetime;
    private long _generation;
    private long _hits;
    private (TrustPolicy Policy, byte[] Hash)? _lastPolicy;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="capacity">Chains at most; the oldest gives way. Default: 1024.</param>
    public PeerTrustCache(int capacity = 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        _lifetime = TimeSpan.FromMinutes(10);
    }

    /// <summary>
    /// How long a chain is remembered at most, and never beyond the day on which the first of its certificates expires. It is
    /// also how long a root that the system stops trusting is still trusted here. Default: 10 minutes.
    /// </summary>
    public TimeSpan Lifetime
    {
        get => _lifetime;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            _lifetime = value;
        }
    }

    /// <summary>
    /// How long a chain is remembered whose certificates were checked for revocation: until the lists may have changed, or
    /// <see cref="Clear"/> tells that they have. Default: not at all, so that each handshake looks at the lists itself.
    /// </summary>
    public TimeSpan RevocationLifetime
    {
        get => _revocationLifetime;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            _revocationLifetime = value;
        }
    }

    /// <summary>How many chains are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>How often a chain was found here.</summary>
    public long Hits
    {
        get
        {
            lock (_gate)
                return _hits;
        }
    }

    /// <summary>
    /// Forgets everything: when revocation lists or the system's roots have changed. A check that is under way meanwhile is not
    /// remembered either.
    /// </summary>
    public void Clear()
    {
        lock (_gate)
        {
            _generation++;
            _entries.Clear();
            _order.Clear();
        }
    }

    /// <summary>Clients make many connections with one policy: the hash of the last one is kept.</summary>
    internal byte[] HashPolicy(TrustPolicy policy)
    {
        lock (_gate)
        {
            if (_lastPolicy is { } last && last.Policy == policy)
                return last.Hash;
        }

        byte[] hash = policy.Hash();
        lock (_gate)
            _lastPolicy = (policy, hash);
        return hash;
    }

    /// <summary>Whether a chain was found good before and nothing has expired since.</summary>
    /// <param name="key">What was judged, and how.</param>
    /// <param name="now">The time of the check.</param>
    /// <param name="generation">What <see cref="Add"/> wants to know when it was not.</param>
    internal bool Contains(in TrustCacheKey key, DateTimeOffset now, out long generation)
    {
        lock (_gate)
        {
            generation = _generation;
            bool isGood = _entries.TryGetValue(key, out Entry entry) && entry.From <= now && now < entry.Until;
            if (isGood)
                _hits++;
            return isGood;
        }
    }

    /// <summary>Remembers a chain that was found good.</summary>
    /// <param name="key">What was judged, and how.</param>
    /// <param name="now">The time of the check.</param>
    /// <param name="notAfter">When the first certificate of the chain expires.</param>
    /// <param name="checkedRevocation">Whether revocation lists were part of it.</param>
    /// <param name="generation">What <see cref="Contains"/> told before the check began.</param>
    internal void Add(in TrustCacheKey key, DateTimeOffset now, DateTimeOffset notAfter, bool checkedRevocation, long generation)
    {
        TimeSpan lifetime = checkedRevocation && _revocationLifetime < _lifetime ? _revocationLifetime : _lifetime;
        DateTimeOffset until = notAfter - now < lifetime ? notAfter : now + lifetime;
        if (until <= now)
            return;
        lock (_gate)
        {
            if (generation != _generation)
                return;
            if (!_entries.ContainsKey(key))
            {
                if (_order.Count == _capacity)
                    _entries.Remove(_order.Dequeue());
                _order.Enqueue(key);
            }

            _entries[key] = new Entry(now, until);
        }
    }

    /// <summary>Good from the check on; a clock that was set back says nothing about what was before.</summary>
    private readonly record struct Entry(DateTimeOffset From, DateTimeOffset Until);
}
