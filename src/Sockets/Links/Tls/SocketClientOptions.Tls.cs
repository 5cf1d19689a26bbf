using System;

namespace Sockets;

public sealed partial class SocketClientOptions
{
    /// <summary>Speaks TLS 1.3: the server's certificate is judged by the system's roots and the host's name.</summary>
    /// <returns>The same options.</returns>
    public SocketClientOptions UseTls() => UseTls(new TlsClientOptions());

    /// <summary>Speaks TLS as <paramref name="options"/> say: a context of its own is made from them, now.</summary>
    /// <returns>The same options.</returns>
    public SocketClientOptions UseTls(TlsClientOptions options) => UseTls(TlsClientContext.Create(options));

    /// <summary>Speaks TLS with a context that other connections use too, as a client that makes many should.</summary>
    /// <returns>The same options.</returns>
    public SocketClientOptions UseTls(TlsClientContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Links = context.Links;
        return this;
    }
}
