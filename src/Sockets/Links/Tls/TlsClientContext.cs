using System;
using System.Net.Security;
using Sockets.Certificates;
using Sockets.Links.Tls;

namespace Sockets;

/// <summary>
/// A client's side of TLS, ready for use: a snapshot of <see cref="TlsClientOptions"/>, immutable, for any number of
/// connections at the same time. Make one for each configuration and keep it: sessions are resumed within it, and pooled
/// connections of one context are never given to another.
/// </summary>
public sealed class TlsClientContext
{
    private TlsClientContext(TlsClientOptions options)
    {
        Settings = new TlsSettings(options);
        TargetHost = TargetHostName.WithoutTrailingDot(options.TargetHost);
        if (TargetHost is { Length: 0 })
            throw new ArgumentException($"{nameof(options.TargetHost)} is empty: leave it null to use the host that is connected to.", nameof(options));
        Certificate = options.Certificate;
        AllowResumption = options.AllowResumption;
        Links = new TlsClientLinks(this);
    }

    internal TlsSettings Settings { get; }

    internal string? TargetHost { get; }

    internal TlsCertificate? Certificate { get; }

    internal bool AllowResumption { get; }


    internal TlsBuffers Buffers { get; } = new();

    /// <summary>One for each context, so that it stands for the context in a pool's key.</summary>
    internal TlsClientLinks Links { get; }

    /// <summary>Takes a snapshot of options.</summary>
    /// <exception cref="ArgumentException">Options that make no sense; the message names them.</exception>
    /// <exception cref="PlatformNotSupportedException">An option this platform cannot honour, or this program leaves TLS out (SocketsTlsSupport).</exception>
    public static TlsClientContext Create(TlsClientOptions options)
    {
        if (!TlsFeature.IsSupported)
            throw TlsFeature.NotSupported();
        ArgumentNullException.ThrowIfNull(options);
        return new TlsClientContext(options);
    }

    /// <summary>The name to verify, for a connection to <paramref name="host"/>.</summary>
    /// <exception cref="InvalidOperationException">There is no name, and the trust needs one.</exception>
    internal string? NameFor(string? host)
    {
        string? name = TargetHost ?? TargetHostName.WithoutTrailingDot(host);
        if (string.IsNullOrEmpty(name))
        {
            return Settings.Trust.NeedsName
                ? throw new InvalidOperationException($"The server's certificate is judged by its name, and there is none: set {nameof(TlsClientOptions)}.{nameof(TlsClientOptions.TargetHost)}.")
                : null;
        }

        return TargetHostName.ToAscii(name);
    }

    internal SslClientAuthenticationOptions CreatePlatformOptions(string? name, RemoteCertificateValidationCallback judge) => new()
    {
        TargetHost = name ?? string.Empty,
        EnabledSslProtocols = Settings.Versions,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        ApplicationProtocols = Settings.ApplicationProtocols.Count == 0 ? null : Settings.ApplicationProtocols,
        CipherSuitesPolicy = Settings.CipherSuites,
        ClientCertificateContext = Certificate?.PlatformContext,
        CertificateChainPolicy = TlsSettings.CreatePlatformPolicy(),
        RemoteCertificateValidationCallback = judge,
        AllowRenegotiation = false,
        AllowTlsResume = AllowResumption && name is not null && TlsSessions.TryOwn(this, name),
    };
}
