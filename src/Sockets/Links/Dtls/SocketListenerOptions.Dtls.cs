using System;
using Sockets.Links.Dtls;

namespace Sockets;

public sealed partial class SocketListenerOptions
{
    /// <summary>Datagrams under DTLS 1.3.</summary>
    /// <param name="options">
    /// Read once, now. Where both have a limit (connections, handshakes, the handshake's time, the queue of accepted connections)
    /// the stricter one counts; <see cref="DtlsOptions.ReceiveQueueSize"/> is that of these options; the clock is
    /// <see cref="SocketOptions.TimeProvider"/> where these options name none.
    /// </param>
    /// <returns>The same options.</returns>
    /// <exception cref="ArgumentException">
    /// There is a <see cref="DtlsOptions.Handler"/>: a socket's datagrams go to those who receive. Or there is no certificate.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">This program leaves DTLS out (SocketsDtlsSupport).</exception>
    public SocketListenerOptions UseDtls(DtlsServerOptions options)
    {
        if (!DtlsFeature.IsSupported)
            throw DtlsFeature.NotSupported();
        ArgumentNullException.ThrowIfNull(options);
        Links = new DtlsServerLinks(options);
        return this;
    }
}
