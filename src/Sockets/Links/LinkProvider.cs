namespace Sockets.Links;

/// <summary>The security that options have chosen, by name and by what it can run over. Immutable.</summary>
internal abstract class LinkProvider
{
    /// <summary>For people: "plain", "TLS", "DTLS 1.3".</summary>
    public abstract string Name { get; }

    /// <summary>What it runs over when the options do not say.</summary>
    public abstract SocketTransport DefaultTransport { get; }

    /// <summary>Whether it can run over <paramref name="transport"/>.</summary>
    public abstract bool Supports(SocketTransport transport);
}
