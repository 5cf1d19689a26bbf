using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Sockets.Dtls;

/// <summary>
/// How fast each address begins handshakes: a second's worth may come at once, after that each waits for the time its turn takes.
/// An address is kept until its turns are paid for, a second at most, and looked for by those that come after it; beyond
/// <see cref="Capacity"/> the oldest is forgotten. Its owner sees to it that one thread at a time is here.
/// </summary>
internal sealed class DtlsAddressRates(int handshakesPerSecond)
{
    /// <summary>Addresses at most. So many within a second are more than a limit on all handshakes lets in by default.</summary>
    public const int Capacity = 16_384;

    // More than one, so that fewer are kept than have come lately.
    private const int LooksPerTurn = 2;

    private readonly long _ticksPerHandshake = TimeSpan.TicksPerSecond / handshakesPerSecond;

    /// <summary>When the turns of an address are paid for.</summary>
    private readonly Dictionary<DtlsAddressBlock, MonotonicTime> _horizons = [];

    /// <summary>The same addresses, in the order they will be looked at.</summary>
    private readonly Queue<DtlsAddressBlock> _order = new();

    /// <summary>Addresses that are kept now.</summary>
    public int Count => _order.Count;

    public bool HasTurn(in DtlsAddressBlock block, MonotonicTime now) =>
        !_horizons.TryGetValue(block, out MonotonicTime horizon) || (horizon - now).Ticks + _ticksPerHandshake <= TimeSpan.TicksPerSecond;

    /// <summary>Whoever takes a turn it does not have waits no longer for it than a second.</summary>
    public void Take(in DtlsAddressBlock block, MonotonicTime now)
    {
        ForgetSome(now);
        ref MonotonicTime horizon = ref CollectionsMarshal.GetValueRefOrAddDefault(_horizons, block, out bool isKnown);
        if (!isKnown)
            _order.Enqueue(block);
        if (!isKnown || horizon < now)
            horizon = now;
        horizon = MonotonicTime.Min(horizon + new TimeSpan(_ticksPerHandshake), now + TimeSpan.FromSeconds(1));
    }

    private void ForgetSome(MonotonicTime now)
    {
        for (int i = 0; i < LooksPerTurn && _order.TryDequeue(out DtlsAddressBlock oldest); i++)
        {
            if (_order.Count >= Capacity - 1 || _horizons[oldest] <= now)
                _horizons.Remove(oldest);
            else
                _order.Enqueue(oldest);
        }
    }
}
