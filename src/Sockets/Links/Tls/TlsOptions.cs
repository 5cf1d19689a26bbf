using System;
using System.Collections.Generic;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Sockets;

/// <summary>
/// What both ends of TLS have in common. Read once, when a context is created from it; later changes have no effect.
/// <para>TLS is the platform's (SslStream). What it cannot do is not pretended here: a client does not look at stapled OCSP
/// responses, revocation lists cannot be handed in, there is no exporter, and keys can be logged for the whole process only
/// (SSLKEYLOGFILE, with the platform's switch System.Net.EnableSslKeyLogging).</para>
/// </summary>
public abstract class TlsOptions
{
    private protected TlsOptions()
    {
    }

    /// <summary>Whether TLS 1.2 may be spoken when the peer has no TLS 1.3. Nothing older can be chosen. Default: false.</summary>
    public bool AllowTls12 { get; set; }

    /// <summary>
    /// Application protocols (ALPN), the preferred one first. When both ends name some and none is common, the handshake
    /// fails with <see cref="SocketFailureReason.NoApplicationProtocol"/>.
    /// </summary>
    public IReadOnlyList<SslApplicationProtocol> ApplicationProtocols { get => field ?? []; set; }

    /// <summary>Whether a peer that knows nothing of ALPN is refused. Default: false.</summary>
    public bool IsApplicationProtocolRequired { get; set; }

    /// <summary>
    /// Cipher suites, the preferred one first. Null, the default: the platform's, which are good. <b>Any list switches session
    /// resumption off</b>: the platform does not resume with one. A list with none of TLS 1.3 means TLS 1.2 alone. Not supported
    /// on Windows.
    /// </summary>
    public IReadOnlyList<TlsCipherSuite>? CipherSuites { get; set; }

    /// <summary>How the peer's certificate is judged: exactly one way. Default: the system's roots, and the name.</summary>
    public PeerTrust Trust { get; set; } = PeerTrust.SystemRoots;

    /// <summary>
    /// Revocation check of chains. <see cref="X509RevocationMode.Offline"/>: with lists this machine has cached already, and
    /// refusal where there is none. <see cref="X509RevocationMode.Online"/>: lists and OCSP responses are downloaded where
    /// needed, which blocks the thread that drives the handshake for <see cref="RevocationTimeout"/> at most, and an answer
    /// that cannot be had refuses. Default: no check.
    /// </summary>
    public X509RevocationMode CertificateRevocationCheckMode { get; set; } = X509RevocationMode.NoCheck;

    /// <summary>How long the downloads of one online revocation check may take together. Default: 5 s.</summary>
    public TimeSpan RevocationTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Remembers chains that were accepted, for as long as none of their certificates expires and for 10 minutes at most.
    /// Default: one for these options. Null: every chain is judged anew.
    /// </summary>
    public PeerTrustCache? TrustCache { get; set; } = new();

    /// <summary>
    /// A further check of a certificate that <see cref="Trust"/> has accepted already: false refuses it. It gets the
    /// certificates as the peer sent them, leaf first, which are disposed afterwards. Called by the thread that drives the
    /// handshake: it must not block. It can never make a bad certificate good.
    /// </summary>
    public Func<X509Certificate2Collection, bool>? AdditionalCertificateCheck { get; set; }

    /// <summary>How long the handshake may take, from the connected transport on. Default: 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of the handshake's timeout and of certificate validity.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
