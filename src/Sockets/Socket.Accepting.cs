using System.Net;
using Sockets.Links;

namespace Sockets;

public sealed partial class Socket
{
    private EndPoint? _proxiedRemote;

    /// <summary>What a trusted proxy said of an accepted connection. Null: it came directly.</summary>
    public SocketProxyInfo? Proxied { get; private set; }

    /// <summary>The peer is the client that the proxy speaks for, where it says so.</summary>
    internal void SetProxied(SocketProxyInfo? info)
    {
        Proxied = info;
        _proxiedRemote = info?.Source;
    }

    /// <summary>
    /// Goes on with another link over the same transport. Its <see cref="SocketLink.Changed"/> has been set already. Only by the
    /// thread that drives the old one, from inside it.
    /// </summary>
    internal void ReplaceLink(SocketLink link)
    {
        _link = link;
        _poll.SignalChange();
    }
}
