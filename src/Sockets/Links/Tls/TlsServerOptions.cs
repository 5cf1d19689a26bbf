using System;
using System.Collections.Generic;
using System.Net.Security;

namespace Sockets;

/// <summary>How a server speaks TLS; the shape of SslServerAuthenticationOptions.</summary>
public sealed class TlsServerOptions : TlsOptions
{
    /// <summary>Its certificates. Must be set. They can be replaced later: <see cref="TlsServerContext.Replace"/>.</summary>
    public TlsServerCertificates? Certificates { get; set; }

    /// <summary>
    /// Whether clients are asked for a certificate. It is judged by <see cref="TlsOptions.Trust"/>, without a name. Servers that
    /// ask do not resume sessions, so that every connection proves its certificate.
    /// </summary>
    public TlsClientAuthentication ClientAuthentication { get; set; }

    /// <summary>
    /// The application protocols for a client that asks for the given name (null: none), the preferred one first, in the
    /// place of <see cref="TlsOptions.ApplicationProtocols"/>. Null as a result: those. (The platform does not tell which ones
    /// the client offers.) Called by the thread that drives the handshake: it must not block.
    /// </summary>
    public Func<string?, IReadOnlyList<SslApplicationProtocol>?>? ApplicationProtocolSelector { get; set; }

    /// <summary>Whether sessions are resumed. Default: true; see <see cref="ClientAuthentication"/>.</summary>
    public bool AllowResumption { get; set; } = true;

    /// <summary>Handshakes at the same time at most, over all listeners with the context; further ones fail at once. Default: 1000.</summary>
    public int MaxConcurrentHandshakes { get; set; } = 1_000;

    /// <summary>
    /// How often to look whether the files of <see cref="TlsCertificate.LoadPemFiles"/> have changed, and to read them again.
    /// Null, the default: never; <see cref="TlsServerContext.Reload"/> does it on demand.
    /// </summary>
    public TimeSpan? CertificatePollingInterval { get; set; }

    /// <summary>Told when changed files could not be read: the certificates in use stay. The next poll tries again.</summary>
    public Action<Exception>? CertificateReloadFailed { get; set; }
}
