namespace Sockets.Links;

/// <summary>Makes the links of accepted connections: the security a server chose. Immutable.</summary>
internal abstract class ServerLinkProvider
{
    /// <summary>For people: "plain", "TLS", "DTLS 1.3".</summary>
    public abstract string Name { get; }

    /// <summary>What it runs over when the options do not say.</summary>
    public abstract SocketTransport DefaultTransport { get; }

    /// <summary>Whether it can run over <paramref name="transport"/>.</summary>
    public abstract bool Supports(SocketTransport transport);

    /// <summary>Puts a link over an accepted stream. The handshake is not done yet.</summary>
    public abstract SocketLink Wrap(PlainLink transport);

    /// <summary>Whether a link is ready as soon as the transport is, so that no handshake has to be waited for.</summary>
    public virtual bool IsInstant => false;
}
