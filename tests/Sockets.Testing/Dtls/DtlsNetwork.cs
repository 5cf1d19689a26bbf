using System.Globalization;
using System.Text;
using Sockets.Dtls;

namespace Sockets.Testing;

/// <summary>
/// Nodes, links and one clock. <see cref="Step"/> jumps to whatever is due next; no time passes anywhere else.
/// </summary>
public sealed class DtlsNetwork(ulong seed)
{
    private const int StandstillLimit = 20_000;

    private readonly List<DtlsNode> _nodes = [];
    private readonly Dictionary<DtlsAddress, DtlsNode> _byAddress = [];
    private readonly Dictionary<DtlsAddress, DtlsAddress> _outside = [];
    private readonly Dictionary<DtlsAddress, DtlsAddress> _inside = [];
    private readonly PriorityQueue<Action, (long Ticks, long Order)> _actions = new();
    private readonly SeededRandom _seeds = new(seed);
    private readonly StringBuilder? _text = Environment.GetEnvironmentVariable("SOCKETS_TRACE") is null ? null : new StringBuilder();
    private ulong _trace = 14_695_981_039_346_656_037UL;
    private long _order;
    private int _standstill;

    public VirtualClock Clock { get; } = new();

    public IReadOnlyList<DtlsNode> Nodes => _nodes;

    /// <summary>A hash over (time, direction, length, first byte) of every datagram sent so far.</summary>
    public ulong TraceHash => _trace;

    public int DatagramsSent { get; private set; }

    /// <summary>The readable trace, when the environment variable SOCKETS_TRACE is set.</summary>
    public string TraceText => _text?.ToString() ?? "";

    /// <summary>Sees every datagram as it is sent; false makes it vanish before it reaches the link.</summary>
    public Func<NetemDatagram, bool>? OnSend { get; set; }

    /// <summary>Sees every datagram as it arrives; false makes it vanish.</summary>
    public Func<NetemDatagram, bool>? OnDeliver { get; set; }

    public bool IsPacketInFlight => _nodes.Exists(static node => node.Inbound.InFlight > 0);

    public bool IsTimerPending => _nodes.Exists(static node => node.NextTimeout != MonotonicTime.Never);

    public static DtlsAddress Address(int host, int port) =>
        DtlsAddress.FromIPv4([10, (byte)(host >> 16), (byte)(host >> 8), (byte)host], port);

    /// <summary>Adds a node. Without an endpoint it holds the one connection it is told to make.</summary>
    public DtlsNode AddNode(DtlsAddress address, NetemOptions inbound, DtlsEndpoint? endpoint = null)
    {
        var link = new Netem(_seeds.NextUInt64()) { Options = inbound };
        var node = new DtlsNode(this, address, link, endpoint);
        _nodes.RemoveAll(old => old.Address == address);
        _nodes.Add(node);
        _byAddress[address] = node;
        return node;
    }

    /// <summary>Another address of a node.</summary>
    public void AddAddress(DtlsNode node, DtlsAddress address) => _byAddress[address] = node;

    /// <summary>Whose address it is, as seen from there; null: nobody's.</summary>
    public DtlsNode? NodeAt(DtlsAddress address) => _byAddress.GetValueOrDefault(address);

    /// <summary>What is sent to the address vanishes from now on.</summary>
    public void RemoveAddress(DtlsAddress address) => _byAddress.Remove(address);

    /// <summary>
    /// From now on others see <paramref name="inside"/> as <paramref name="outside"/>, as a NAT shows it; what it was seen as before
    /// leads nowhere any more. It does not notice.
    /// </summary>
    public void Rebind(DtlsAddress inside, DtlsAddress outside)
    {
        if (_outside.TryGetValue(inside, out DtlsAddress before))
            _inside.Remove(before);
        _outside[inside] = outside;
        _inside[outside] = inside;
    }

    /// <summary>Puts a datagram on the link towards its destination.</summary>
    public void Send(DtlsAddress source, DtlsAddress destination, ReadOnlySpan<byte> payload)
    {
        DatagramsSent++;
        Mix((ulong)Clock.Now.Ticks);
        if (_outside.TryGetValue(source, out DtlsAddress outside))
            source = outside;
        Mix(source);
        Mix(destination);
        Mix((ulong)payload.Length);
        Mix(payload[0]);
        _text?.Append(CultureInfo.InvariantCulture, $"{Clock.Now.Ticks / 10_000.0,12:F1} ms {source} -> {destination} {payload.Length,5} {payload[0]:x2}\n");
        var datagram = new NetemDatagram(source, destination, payload.ToArray());
        if (OnSend is not null && !OnSend(datagram))
            return;
        if (_inside.TryGetValue(destination, out DtlsAddress inside))
            datagram = datagram with { Destination = inside };
        else if (_outside.ContainsKey(destination))
            return; // nobody has this address outside
        if (_byAddress.TryGetValue(datagram.Destination, out DtlsNode? node))
            node.Inbound.Send(datagram, Clock.Now);
    }

    /// <summary>Runs <paramref name="action"/> after <paramref name="delay"/>.</summary>
    public void After(TimeSpan delay, Action action) => _actions.Enqueue(action, ((Clock.Now + delay).Ticks, _order++));

    /// <summary>Does the next thing that is due: one action, one datagram, or one node's timers. False when nothing ever is.</summary>
    public bool Step()
    {
        MonotonicTime next = _actions.TryPeek(out _, out (long Ticks, long Order) due) ? new MonotonicTime(due.Ticks) : MonotonicTime.Never;
        foreach (DtlsNode node in _nodes)
            next = MonotonicTime.Min(next, MonotonicTime.Min(node.Inbound.NextDelivery, node.NextTimeout));
        if (next == MonotonicTime.Never)
            return false;
        _standstill = next > Clock.Now ? 0 : _standstill + 1;
        if (_standstill > StandstillLimit)
            throw new InvalidOperationException($"{StandstillLimit} steps and no time passed: a timer that is due stays due.");
        Clock.AdvanceTo(next);

        if (due.Ticks <= Clock.Now.Ticks && _actions.TryDequeue(out Action? action, out _))
        {
            action();
            return true;
        }

        foreach (DtlsNode node in _nodes)
        {
            if (node.Inbound.TryReceive(Clock.Now, out NetemDatagram? datagram))
            {
                if (OnDeliver is null || OnDeliver(datagram!))
                    node.Receive(datagram!.Source, datagram.Payload, datagram.Destination);
                return true;
            }
        }

        foreach (DtlsNode node in _nodes)
        {
            if (node.NextTimeout <= Clock.Now)
            {
                node.HandleDue();
                return true;
            }
        }

        return true;
    }

    /// <summary>Steps until <paramref name="done"/>; false when nothing is due any more or <paramref name="maxSteps"/> were taken.</summary>
    public bool RunUntil(Func<bool> done, int maxSteps = 100_000)
    {
        for (int i = 0; i < maxSteps; i++)
        {
            if (done())
                return true;
            if (!Step())
                return done();
        }

        return done();
    }

    /// <summary>Runs everything that is due within <paramref name="duration"/> and moves the clock to its end.</summary>
    public void RunFor(TimeSpan duration)
    {
        bool over = false;
        After(duration, () => over = true);
        if (!RunUntil(() => over, 1_000_000))
            throw new InvalidOperationException("More than a million steps.");
    }

    private void Mix(DtlsAddress address)
    {
        Span<byte> encoded = stackalloc byte[DtlsAddress.EncodedLength];
        address.CopyTo(encoded);
        foreach (byte value in encoded)
            Mix(value);
    }

    private void Mix(ulong value)
    {
        for (int i = 0; i < 8; i++)
            _trace = (_trace ^ (byte)(value >> (8 * i))) * 1_099_511_628_211UL;
    }
}
