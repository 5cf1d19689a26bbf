using System;
using Sockets.Links.Dtls;

namespace Sockets;

public sealed partial class SocketClientOptions
{
    /// <summary>Datagrams under DTLS 1.3.</summary>
    /// <param name="options">
    /// Read once, now. The stricter of <see cref="DtlsOptions.HandshakeTimeout"/> and <see cref="ConnectTimeout"/> counts, and
    /// <see cref="SocketOptions.TimeProvider"/> where these options name no clock.
    /// </param>
    /// <returns>The same options.</returns>
    /// <exception cref="ArgumentException">There is a <see cref="DtlsOptions.Handler"/>: a socket's datagrams go to those who receive.</exception>
    /// <exception cref="PlatformNotSupportedException">This program leaves DTLS out (SocketsDtlsSupport).</exception>
    public SocketClientOptions UseDtls(DtlsClientOptions options)
    {
        if (!DtlsFeature.IsSupported)
            throw DtlsFeature.NotSupported();
        ArgumentNullException.ThrowIfNull(options);
        Links = new DtlsClientLinks(options);
        return this;
    }
}
