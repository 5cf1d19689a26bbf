using System;

namespace Sockets;

public sealed partial class SocketListenerOptions
{
    /// <summary>Speaks TLS as <paramref name="options"/> say: a context of its own is made from them, now.</summary>
    /// <returns>The same options.</returns>
    public SocketListenerOptions UseTls(TlsServerOptions options) => UseTls(TlsServerContext.Create(options));

    /// <summary>Speaks TLS with a context that other listeners may use too, and whose certificates can be replaced while it is in use.</summary>
    /// <returns>The same options.</returns>
    public SocketListenerOptions UseTls(TlsServerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Links = context.Links;
        return this;
    }
}
