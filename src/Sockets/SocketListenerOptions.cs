using System;
using System.IO;
using System.Net;
using System.Threading;
using Sockets.Engine;
using Sockets.Links;

namespace Sockets;

/// <summary>How a server listens. One of <c>UseTls</c>, <c>UseDtls</c> and <see cref="UsePlaintext"/> must be called.</summary>
public sealed partial class SocketListenerOptions : SocketOptions
{
    /// <summary>How many connections the system keeps that were not taken out yet; it may have a limit of its own. Default: 512.</summary>
    public int Backlog { get; set; } = 512;

    /// <summary>
    /// Most connections at one time, from their acceptance to the disposal of their <see cref="Socket"/>. Beyond, connections
    /// wait in the system's backlog (see <see cref="RefuseOverLimit"/>), but for one in the hands of each loop, and datagrams of new
    /// peers are dropped. Default: 100,000.
    /// </summary>
    public int MaxConnections { get; set; } = 100_000;

    /// <summary>Streams beyond <see cref="MaxConnections"/> are accepted and reset at once, instead of waiting. Default: false.</summary>
    public bool RefuseOverLimit { get; set; }

    /// <summary>
    /// Most connections whose handshake (or PROXY header) is under way at one time. Beyond, connections wait in the system's
    /// backlog. Default: 1,000.
    /// </summary>
    public int MaxHandshakes { get; set; } = 1_000;

    /// <summary>The PROXY protocol on accepted streams. Null: not understood, its header would be data like any other.</summary>
    public SocketProxyOptions? Proxy { get; set; }

    /// <summary>How long a handshake, with the PROXY header before it, may take. Default: 15 s.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How many connections may be ready and not yet taken by <c>AcceptAsync</c>. When it is full streams wait, and datagrams of
    /// new peers are dropped. Default: 512.
    /// </summary>
    public int AcceptQueueLength { get; set; } = 512;

    /// <summary>
    /// Told of each connection that did not come about after it had been accepted: its address, where known, and why. Runs on
    /// the thread of the handshake: must not block, and its exceptions are ignored.
    /// </summary>
    public Action<EndPoint?, SocketFailureException>? HandshakeFailed { get; set; }

    /// <summary>
    /// How many sockets share the port, each with a loop of its own (SO_REUSEPORT): the system spreads the clients over them.
    /// Linux only. Default: 1.
    /// </summary>
    public int ReusePortShards { get; set; } = 1;

    /// <summary>Who may connect to a Unix socket: the mode of its file. Null: what the process's mask leaves.</summary>
    public UnixFileMode? UnixSocketMode { get; set; }

    /// <summary>
    /// Datagrams of one peer that wait for their reader, in bytes; each counts 64 bytes more than its length. Beyond, the newest
    /// is dropped and counted. Default: 256 KiB.
    /// </summary>
    public int ReceiveQueueSize { get; set; } = 256 * 1024;

    /// <summary>
    /// Plain datagrams: a peer that has been silent for so long, and was sent nothing, is closed by the listener. UDP has no
    /// end, so that without a limit the forgotten ones add up. Default: 5 minutes.
    /// </summary>
    public TimeSpan DatagramIdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    internal ServerLinkProvider Links
    {
        get => Chosen<ServerLinkProvider>();
        private set => Choose(value);
    }

    /// <exception cref="ArgumentException">A value that it may not have; the message names it.</exception>
    internal void Validate()
    {
        RequireAtLeastOne(Backlog, nameof(Backlog));
        RequireAtLeastOne(MaxConnections, nameof(MaxConnections));
        RequireAtLeastOne(MaxHandshakes, nameof(MaxHandshakes));
        RequireAtLeastOne(AcceptQueueLength, nameof(AcceptQueueLength));
        RequireAtLeastOne(ReusePortShards, nameof(ReusePortShards));
        RequireAtLeastOne(ReceiveQueueSize, nameof(ReceiveQueueSize));
        RequireTime(HandshakeTimeout, nameof(HandshakeTimeout));
        RequireTime(DatagramIdleTimeout, nameof(DatagramIdleTimeout));
        if (Proxy is not null && EffectiveTransport == SocketTransport.Datagram)
            throw new InvalidOperationException($"{nameof(Proxy)}: the PROXY protocol is for streams.");
        if (ReusePortShards > 1 && DrivenByPoll)
            throw new InvalidOperationException($"{nameof(ReusePortShards)} need loops of their own, which {nameof(DrivenByPoll)} rules out.");
        if (ReusePortShards > 1 && !PortBinding.CanShare)
            throw new PlatformNotSupportedException($"{nameof(ReusePortShards)} is for Linux: this system does not spread clients over sockets that share a port. Leave it at 1.");
    }

    /// <summary>Sends and receives everything as it is: whoever is on the path can read and change it.</summary>
    /// <returns>The same options.</returns>
    public SocketListenerOptions UsePlaintext()
    {
        Links = PlainServerLinks.Instance;
        return this;
    }

    private static void RequireAtLeastOne(int value, string name)
    {
        if (value < 1)
            throw new ArgumentOutOfRangeException(name, value, $"{name} is 1 or more.");
    }

    private static void RequireTime(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(name, value, $"{name} is longer than nothing, or {nameof(Timeout)}.{nameof(Timeout.InfiniteTimeSpan)}.");
    }
}
