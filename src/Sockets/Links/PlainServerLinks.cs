using System.Net;
using Sockets.Engine;

namespace Sockets.Links;

/// <summary>No security at all, by choice.</summary>
internal sealed class PlainServerLinks : ServerLinkProvider
{
    public static PlainServerLinks Instance { get; } = new();

    public override string Name => "plain";

    public override SocketTransport DefaultTransport => SocketTransport.Stream;

    public override bool IsInstant => true;

    public override bool Supports(SocketTransport transport) => true;

    public override SocketLink Wrap(PlainLink transport) => transport;

    public override DatagramAcceptor BindDatagram(IPEndPoint localEndPoint, SocketListenerOptions options, AcceptAdmission admission, PortSharing sharing) =>
        UdpAcceptor.Bind(localEndPoint, options, admission, sharing);
}
