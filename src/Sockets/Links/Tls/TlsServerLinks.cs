namespace Sockets.Links.Tls;

/// <summary>Puts TLS over accepted streams.</summary>
internal sealed class TlsServerLinks(TlsServerContext context) : ServerLinkProvider
{
    public override string Name => "TLS";

    public override SocketTransport DefaultTransport => SocketTransport.Stream;

    public override bool Supports(SocketTransport transport) => transport == SocketTransport.Stream;

    public override SocketLink Wrap(PlainLink transport) => new TlsLink(transport, new TlsServerHandshake(context), context.Buffers);
}
