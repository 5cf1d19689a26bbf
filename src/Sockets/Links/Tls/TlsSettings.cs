using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using Sockets.Certificates;

namespace Sockets.Links.Tls;

/// <summary>What both kinds of context keep of their options: read once, checked, never changed.</summary>
internal sealed class TlsSettings
{
    // What the platform's timers and waits can do.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);

    /// <summary>The first byte of every suite of TLS 1.3 (RFC 8446 §B.4).</summary>
    private const int Tls13Suites = 0x13;

    public TlsSettings(TlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options.Trust, nameof(options.Trust));
        ArgumentNullException.ThrowIfNull(options.TimeProvider, nameof(options.TimeProvider));
        ArgumentNullException.ThrowIfNull(options.ApplicationProtocols, nameof(options.ApplicationProtocols));
        if ((options.HandshakeTimeout <= TimeSpan.Zero && options.HandshakeTimeout != Timeout.InfiniteTimeSpan) || options.HandshakeTimeout > LongestTimeout)
            throw new ArgumentException($"{nameof(options.HandshakeTimeout)} is longer than nothing and at most {LongestTimeout.TotalDays:0} days, or Timeout.InfiniteTimeSpan.", nameof(options));
        if (options.RevocationTimeout <= TimeSpan.Zero || options.RevocationTimeout > LongestTimeout)
            throw new ArgumentException($"{nameof(options.RevocationTimeout)} is longer than nothing and at most {LongestTimeout.TotalDays:0} days.", nameof(options));
        if (options.IsApplicationProtocolRequired && options.ApplicationProtocols.Count == 0)
            throw new ArgumentException($"{nameof(options.IsApplicationProtocolRequired)} needs {nameof(options.ApplicationProtocols)}.", nameof(options));
        Versions = VersionsOf(options);
        ApplicationProtocols = [.. options.ApplicationProtocols];
        IsApplicationProtocolRequired = options.IsApplicationProtocolRequired;
        CipherSuites = options.CipherSuites is null ? null : CreatePolicy(options.CipherSuites);
        Trust = options.Trust;
        RevocationMode = options.CertificateRevocationCheckMode;
        RevocationTimeout = options.RevocationTimeout;
        AdditionalCheck = options.AdditionalCertificateCheck;
        TrustCache = options.TrustCache;
        HandshakeTimeout = options.HandshakeTimeout;
        TimeProvider = options.TimeProvider;
    }

    public SslProtocols Versions { get; }

    /// <summary>Shared by all connections; nobody changes it.</summary>
    public List<SslApplicationProtocol> ApplicationProtocols { get; }

    public bool IsApplicationProtocolRequired { get; }

    public CipherSuitesPolicy? CipherSuites { get; }

    public PeerTrust Trust { get; }

    public TimeSpan HandshakeTimeout { get; }

    public TimeProvider TimeProvider { get; }

    public TlsTrustIdentity TrustIdentity => new(Trust.Identity, RevocationMode, AdditionalCheck);

    private X509RevocationMode RevocationMode { get; }

    private TimeSpan RevocationTimeout { get; }

    private Func<X509Certificate2Collection, bool>? AdditionalCheck { get; }

    private PeerTrustCache? TrustCache { get; }

    public CertificateVerifier CreateVerifier(CertificatePurpose purpose, string? targetHost) => new(Trust, purpose, targetHost)
    {
        AdditionalCheck = AdditionalCheck,
        RevocationMode = RevocationMode,
        RevocationDownloadTimeout = RevocationMode == X509RevocationMode.Online ? RevocationTimeout : null,
        TimeProvider = TimeProvider,
        Cache = TrustCache,
    };

    /// <summary>
    /// The platform builds a chain before it asks us, whatever we think of it: as cheaply as can be, without any download.
    /// Each connection has its own, since the platform puts the peer's certificates into it.
    /// </summary>
    public static X509ChainPolicy CreatePlatformPolicy() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    /// <summary>The platform refuses to offer a version that the list of suites has nothing for.</summary>
    private static SslProtocols VersionsOf(TlsOptions options)
    {
        if (options.CipherSuites is null || options.CipherSuites.Count == 0 || options.CipherSuites.Any(static suite => (int)suite >> 8 == Tls13Suites))
            return options.AllowTls12 ? SslProtocols.Tls12 | SslProtocols.Tls13 : SslProtocols.Tls13;
        return options.AllowTls12
            ? SslProtocols.Tls12
            : throw new ArgumentException($"None of {nameof(options.CipherSuites)} is of TLS 1.3, and {nameof(options.AllowTls12)} is false.", nameof(options));
    }

    private static CipherSuitesPolicy CreatePolicy(IReadOnlyList<TlsCipherSuite> suites)
    {
        if (OperatingSystem.IsWindows() || OperatingSystem.IsAndroid())
            throw new PlatformNotSupportedException($"This platform has no choice of cipher suites for one program: leave {nameof(TlsOptions.CipherSuites)} null.");
        return suites.Count > 0 ? new CipherSuitesPolicy(suites) : throw new ArgumentException("At least one cipher suite is needed.", nameof(suites));
    }
}
