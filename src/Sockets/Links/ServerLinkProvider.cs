using System;
using System.Net;
using Sockets.Engine;

namespace Sockets.Links;

/// <summary>Makes the links of accepted connections: the security a server chose. Immutable.</summary>
internal abstract class ServerLinkProvider : LinkProvider
{
    /// <summary>Whether a link is ready as soon as the transport is, so that no handshake has to be waited for.</summary>
    public virtual bool IsInstant => false;

    /// <summary>Puts a link over an accepted stream. The handshake is not done yet.</summary>
    public virtual SocketLink Wrap(PlainLink transport) => throw new NotSupportedException();

    /// <summary>
    /// Takes a UDP port and serves many peers on it. Nothing is received before <see cref="DatagramAcceptor.Start"/>, or, when
    /// <see cref="SocketOptions.DrivenByPoll"/> is set, <see cref="DatagramAcceptor.Progress"/>.
    /// </summary>
    /// <param name="localEndPoint">Address and port. The IPv6 wildcard serves IPv4 as well.</param>
    /// <param name="options">Read once, now.</param>
    /// <param name="admission">To be asked for a place before anything is kept of a new peer.</param>
    /// <param name="sharing">Whether other sockets of this listener share the port.</param>
    /// <exception cref="SocketFailureException">The port is in use, or the address is not of this machine.</exception>
    public virtual DatagramAcceptor BindDatagram(IPEndPoint localEndPoint, SocketListenerOptions options, AcceptAdmission admission, PortSharing sharing) =>
        throw new NotSupportedException();
}
