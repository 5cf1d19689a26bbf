using Sockets.Dtls;

namespace Sockets.Testing;

/// <summary>
/// One direction of an emulated link, itself without I/O: datagrams and times in, datagrams and times out. Everything
/// it decides comes from its seed.
/// </summary>
public sealed class Netem(ulong seed)
{
    private readonly SeededRandom _random = new(seed);
    private readonly PriorityQueue<NetemDatagram, (long Ticks, long Order)> _queue = new();
    private long _order;

    public NetemOptions Options { get; set; } = NetemOptions.Perfect;

    public int InFlight => _queue.Count;

    /// <summary>Datagrams dropped by loss or size.</summary>
    public int Dropped { get; private set; }

    /// <summary>When the next datagram arrives; <see cref="MonotonicTime.Never"/> when none is on its way.</summary>
    public MonotonicTime NextDelivery =>
        _queue.TryPeek(out _, out (long Ticks, long Order) due) ? new MonotonicTime(due.Ticks) : MonotonicTime.Never;

    public void Send(NetemDatagram datagram, MonotonicTime now)
    {
        // Every decision is drawn every time: one changed option must not shift the others.
        bool lost = _random.Chance(Options.Loss);
        bool twice = _random.Chance(Options.Duplication);
        bool late = _random.Chance(Options.Reordering);
        TimeSpan first = _random.Between(TimeSpan.Zero, Options.Jitter);
        TimeSpan second = _random.Between(TimeSpan.Zero, Options.Jitter);
        if (lost || datagram.Payload.Length > Options.Mtu)
        {
            Dropped++;
            return;
        }

        Enqueue(datagram, now + Options.Delay + first + (late ? Options.ReorderDelay : TimeSpan.Zero));
        if (twice)
            Enqueue(datagram with { Payload = [.. datagram.Payload] }, now + Options.Delay + second);
    }

    /// <summary>Takes the next datagram that is due at <paramref name="now"/>.</summary>
    public bool TryReceive(MonotonicTime now, out NetemDatagram? datagram)
    {
        if (NextDelivery > now)
        {
            datagram = null;
            return false;
        }

        datagram = _queue.Dequeue();
        return true;
    }

    /// <summary>Forgets everything on its way.</summary>
    public void Clear() => _queue.Clear();

    private void Enqueue(NetemDatagram datagram, MonotonicTime due) => _queue.Enqueue(datagram, (due.Ticks, _order++));
}
