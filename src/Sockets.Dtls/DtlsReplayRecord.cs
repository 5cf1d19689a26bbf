using System;
using System.Collections.Generic;
using System.Threading;

namespace Sockets.Dtls;

/// <summary>A bounded <see cref="IDtlsReplayRecord"/> in this process's memory.</summary>
/// <param name="remembersSince">Now, by the clock of the configuration that uses it: what a process before this one has seen is not in it.</param>
/// <param name="capacity">Identifiers at most; when all of them are still needed, nothing more is accepted.</param>
public sealed class DtlsReplayRecord(DateTimeOffset remembersSince, int capacity = 100_000) : IDtlsReplayRecord
{
    private readonly Lock _gate = new();
    private readonly HashSet<(ulong, ulong, ulong, ulong)> _known = [];
    private readonly PriorityQueue<(ulong, ulong, ulong, ulong), long> _expiries = new();
    private long _forgotten; // the newest expiry of what was removed

    /// <inheritdoc/>
    public DateTimeOffset RemembersSince => remembersSince;

    /// <summary>Identifiers now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _known.Count;
        }
    }

    /// <inheritdoc/>
    public bool TryAdd(ReadOnlySpan<byte> id, DateTimeOffset now, DateTimeOffset expires)
    {
        if (id.Length != 32)
            throw new ArgumentException("An identifier has 32 bytes.", nameof(id));
        var key = (BitConverter.ToUInt64(id), BitConverter.ToUInt64(id[8..]), BitConverter.ToUInt64(id[16..]), BitConverter.ToUInt64(id[24..]));
        lock (_gate)
        {
            while (_expiries.TryPeek(out (ulong, ulong, ulong, ulong) oldest, out long ticks) && ticks <= now.UtcTicks)
            {
                _expiries.Dequeue();
                _known.Remove(oldest);
                _forgotten = ticks;
            }

            // A clock that was ahead and goes back makes fresh again what was forgotten.
            if (now.UtcTicks < _forgotten || _known.Count >= capacity || !_known.Add(key))
                return false;
            _expiries.Enqueue(key, expires.UtcTicks);
            return true;
        }
    }
}
