using System;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;

namespace Sockets.Links;

/// <summary>
/// Makes the links of connections that begin here: the security a client chose. Immutable. Two that are equal give the same
/// trust, so a pool may give the connection of one to the other: by default only a provider and itself.
/// </summary>
internal abstract class ClientLinkProvider : LinkProvider
{
    /// <summary>Puts a link over a stream. The handshake is not done yet.</summary>
    /// <param name="transport">Connected, or connecting; the link owns it.</param>
    /// <param name="targetHost">The name that was connected to; null when it was an address without a name.</param>
    public abstract SocketLink Wrap(PlainLink transport, string? targetHost);

    /// <summary>A link of datagrams, by name or end point, open when it comes back.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="options">The client's.</param>
    /// <param name="deadline">Over everything that happens in here.</param>
    /// <param name="cancellationToken">Cancelled by the caller or at the deadline.</param>
    public virtual ValueTask<SocketLink> ConnectDatagramAsync(SocketTarget target, SocketClientOptions options, Deadline deadline, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>A link of datagrams whose handshake goes on by <see cref="SocketLink.Progress"/>.</summary>
    public virtual SocketLink StartConnectDatagram(IPEndPoint endPoint, string? targetHost, SocketClientOptions options) =>
        throw new NotSupportedException();
}
