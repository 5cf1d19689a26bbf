using System;
using Microsoft.Extensions.Logging;
using Sockets.Links;

namespace Sockets;

/// <summary>What clients and listeners have in common. Read once, when the connection or the listener begins; later changes have no effect.</summary>
public abstract class SocketOptions
{
    private LinkProvider? _links;

    private protected SocketOptions()
    {
    }

    /// <summary>What travels below the security. Null: what goes with it (TLS and plain: a stream; DTLS: datagrams).</summary>
    public SocketTransport? Transport { get; set; }

    /// <summary>
    /// Nothing runs in the background: a <c>SocketPoll</c>, or synchronous calls, drive the socket, its handshake and its
    /// timers on the thread that makes them. Default: false.
    /// </summary>
    public bool DrivenByPoll { get; set; }

    /// <summary>The clock of timeouts and of certificate validity.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// Settings of the system's sockets, of <see cref="SocketSettings"/>: of the one that connects, or of the listening one before it
    /// listens and of each that it accepts.
    /// </summary>
    public SocketSettingList Settings { get; set; } = [];

    /// <summary>Takes the lines of the log: connections and handshakes, never payload or secrets. Null: none are written.</summary>
    public ILogger? Logger { get; set; }

    internal SocketTransport EffectiveTransport
    {
        get
        {
            LinkProvider links = Chosen<LinkProvider>();
            SocketTransport transport = Transport ?? links.DefaultTransport;
            return links.Supports(transport)
                ? transport
                : throw new InvalidOperationException($"{links.Name} does not run over {nameof(SocketTransport)}.{transport}.");
        }
    }

    /// <summary>The security. Fails closed: without a choice there is no connection.</summary>
    private protected TLinks Chosen<TLinks>()
        where TLinks : LinkProvider =>
        (TLinks?)_links ?? throw new InvalidOperationException("Say how the bytes travel: call UseTls(…), UseDtls(…) or UsePlaintext() on the options.");

    private protected void Choose(LinkProvider links) => _links = _links is null
        ? links
        : throw new InvalidOperationException($"The security is chosen already: {_links.Name}.");
}
