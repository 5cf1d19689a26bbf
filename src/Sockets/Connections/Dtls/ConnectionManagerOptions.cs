using System;
using System.Threading;
using Sockets.Dtls;

namespace Sockets;

/// <summary>
/// How a <see cref="ConnectionManager"/> serves, in one place: limits, times and policies here, certificates and trust in
/// <see cref="Security"/>. Read once, when it starts.
/// </summary>
public sealed partial record ConnectionManagerOptions
{
    // What was not set follows what it may not exceed.
    private readonly int? _maxHandshakes;
    private readonly Choice? _maxConnectionsPerAddress;
    private readonly Choice? _maxHandshakesPerSecondPerAddress;
    private readonly long? _maxQueuedBytes;

    /// <summary>
    /// Certificates, trust, tickets, protocols, the handler. What is set on this page must not be set there as well.
    /// </summary>
    public required DtlsServerOptions Security { get; init; }

    /// <summary>
    /// How many sockets share each address, each with a loop of its own (SO_REUSEPORT): the system spreads the clients over them, and
    /// with <see cref="ConnectionIds"/> those that move are found again. Linux only. Default: 1.
    /// </summary>
    public int ShardsPerAddress { get; init; } = 1;

    /// <summary>Connections at most, handshakes included. Default: 100,000.</summary>
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>
    /// Handshakes at the same time at most. Beyond it the oldest of the same socket gives way to a client that has returned its cookie.
    /// Default: 1,000, or <see cref="MaxConnections"/> where that is less.
    /// </summary>
    public int MaxHandshakes
    {
        get => _maxHandshakes ?? Math.Clamp(MaxConnections, 1, 1_000);
        init => _maxHandshakes = value;
    }

    /// <summary>
    /// Connections at most of one address, an IPv4 address or a /64 of IPv6, counted only when it has proven to be there. A client that moves
    /// counts at its new address once that is validated, unless as many are there already: then it stays and counts where it was. Default: 100,
    /// or <see cref="MaxConnections"/> where that is less; null: no limit, for servers behind a proxy or with many clients behind one address.
    /// </summary>
    public int? MaxConnectionsPerAddress
    {
        get => _maxConnectionsPerAddress is { } chosen ? chosen.Value : Math.Clamp(MaxConnections, 1, 100);
        init => _maxConnectionsPerAddress = new Choice(value);
    }

    /// <summary>
    /// Handshakes a second at most of clients that have returned their cookie; a second's worth may come at once. Others ask again.
    /// Default: 1,000; null: no limit.
    /// </summary>
    public int? MaxHandshakesPerSecond { get; init; } = 1_000;

    /// <summary>
    /// As <see cref="MaxHandshakesPerSecond"/>, of one address that has proven to be there (<see cref="MaxConnectionsPerAddress"/>), so that it
    /// does not take the turns of all others. Default: 100, or <see cref="MaxHandshakesPerSecond"/> where that is less; null: no limit.
    /// </summary>
    public int? MaxHandshakesPerSecondPerAddress
    {
        get => _maxHandshakesPerSecondPerAddress is { } chosen ? chosen.Value : Math.Clamp(MaxHandshakesPerSecond ?? 100, 1, 100);
        init => _maxHandshakesPerSecondPerAddress = new Choice(value);
    }

    /// <summary>Which clients must return a cookie first. Default: all.</summary>
    public DtlsCookiePolicy Cookies { get; init; } = DtlsCookiePolicy.Always;

    /// <summary>How long a handshake may take. Default: 15 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// A connection from whose client nothing authentic came for so long is closed with close_notify; what is sent to it does not count.
    /// With <see cref="DtlsOptions.LivenessInterval"/> silent clients are asked before, and those that answer stay. Default: 15 min; <see cref="Timeout.InfiniteTimeSpan"/>: never.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A connection that is so old is closed with close_notify. Default: <see cref="Timeout.InfiniteTimeSpan"/>, never.</summary>
    public TimeSpan MaxLifetime { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Connections that wait for <see cref="ConnectionManager.AcceptAsync"/>; further ones are closed at once. Default: 512.</summary>
    public int AcceptQueueLength { get; init; } = 512;

    /// <summary>
    /// Bytes of received datagrams that wait for <see cref="DtlsChannel.ReceiveAsync"/>, per connection; the newest is dropped, and
    /// counted. Default: 64 KiB.
    /// </summary>
    public int ReceiveQueueSize { get; init; } = 64 * 1024;

    /// <summary>
    /// As <see cref="ReceiveQueueSize"/>, for all connections together. Their buffers, beyond 4 KiB for each, have twice that. Default: 64 MiB, or <see cref="ReceiveQueueSize"/> where that is more.
    /// </summary>
    public long MaxQueuedBytes
    {
        get => _maxQueuedBytes ?? Math.Max(ReceiveQueueSize, 64 << 20);
        init => _maxQueuedBytes = value;
    }

    /// <summary>
    /// Checked when the manager starts: what the limits on this page allow, <see cref="EstimateMemory"/>, must fit into so many bytes. From then
    /// on each of those limits is enforced by itself; there is no meter of memory beside them. Default: null, not checked.
    /// </summary>
    public long? MaxMemory { get; init; }

    /// <summary>
    /// What the connection IDs are made of that this server issues; the shard number is the manager's to fill in. Null, the default:
    /// no connection IDs, or as <see cref="DtlsOptions.ConnectionIdLength"/> of <see cref="Security"/> says, with a shard number when
    /// there are several sockets.
    /// </summary>
    public DtlsConnectionIdLayout? ConnectionIds { get; init; }

    /// <summary>The way to other nodes; needs <see cref="ConnectionIds"/> with node numbers. Null: their datagrams are dropped.</summary>
    public IDatagramForwarder? Forwarder { get; init; }

    /// <summary>
    /// Datagrams that came to another socket or node and wait for their own, per socket; more are dropped, and those whose connection ID
    /// no connection has. None may have more here than places are left: one alone gets half of them. Default: 512.
    /// </summary>
    public int ForwardQueueLength { get; init; } = 512;

    /// <summary>
    /// Told of each connection's beginning and end, one event after the other, on the thread pool and outside of every lock: it may call
    /// anything, also <see cref="ConnectionManager.StopAsync"/>. Events that it is too slow for are dropped and counted; its exceptions
    /// are ignored.
    /// </summary>
    public Action<ConnectionEvent>? EventRaised { get; init; }

    /// <summary>Events that wait for <see cref="EventRaised"/>. Default: 4,096.</summary>
    public int EventQueueLength { get; init; } = 4_096;

    /// <summary>A limit that was set, perhaps to none.</summary>
    private readonly record struct Choice(int? Value);
}
