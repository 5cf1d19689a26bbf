namespace Sockets.Links.Tls;

/// <summary>Puts TLS over a client's streams. Equal only to itself: one for each <see cref="TlsClientContext"/>.</summary>
internal sealed class TlsClientLinks(TlsClientContext context) : ClientLinkProvider
{
    public override string Name => "TLS";

    public override SocketTransport DefaultTransport => SocketTransport.Stream;

    public override bool Supports(SocketTransport transport) => transport == SocketTransport.Stream;

    public override SocketLink Wrap(PlainLink transport, string? targetHost) =>
        new TlsLink(transport, new TlsClientHandshake(context, context.NameFor(targetHost)), context.Buffers);
}
