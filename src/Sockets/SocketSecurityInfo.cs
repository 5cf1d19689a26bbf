using System;
using System.Collections.Generic;
using System.Security.Cryptography.X509Certificates;

namespace Sockets;

/// <summary>What a handshake agreed on.</summary>
public sealed class SocketSecurityInfo
{
    internal SocketSecurityInfo()
    {
    }

    /// <summary>Protocol and version: "TLS 1.3", "DTLS 1.3".</summary>
    public required string Protocol { get; init; }

    /// <summary>The cipher suite by its IANA name.</summary>
    public required string CipherSuite { get; init; }

    /// <summary>The application protocol (ALPN) as bytes; empty when there is none.</summary>
    public ReadOnlyMemory<byte> ApplicationProtocol { get; init; }

    /// <summary>The name the client asked for (SNI); null when there was none.</summary>
    public string? ServerName { get; init; }

    /// <summary>The peer's certificates in DER, leaf first; empty when it has none or the platform shows only the leaf.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> PeerCertificates { get; init; } = [];

    /// <summary>The peer's bare public key in DER (RFC 7250, under DTLS); empty when it has none or shows a certificate.</summary>
    public ReadOnlyMemory<byte> PeerPublicKey { get; init; }

    /// <summary>Whether an earlier session was resumed; null where the platform does not tell, as under TLS.</summary>
    public bool? IsResumed { get; init; }

    /// <summary>The identity of the pre-shared key that authenticates the peer; empty without one.</summary>
    public ReadOnlyMemory<byte> PskIdentity { get; init; }

    /// <summary>How long the handshake took.</summary>
    public TimeSpan HandshakeDuration { get; init; }

    /// <summary>The peer's own certificate, or null. The caller disposes it.</summary>
    public X509Certificate2? GetPeerCertificate() =>
        PeerCertificates.Count == 0 ? null : X509CertificateLoader.LoadCertificate(PeerCertificates[0].Span);
}
