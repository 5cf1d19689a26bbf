using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Threading;
using Sockets.Links.Tls;

namespace Sockets;

/// <summary>
/// A server's side of TLS, ready for use: a snapshot of <see cref="TlsServerOptions"/>, for any number of listeners and
/// connections at the same time. Only its certificates can change, as a whole and for new handshakes; connections that exist
/// are not touched.
/// </summary>
public sealed class TlsServerContext : IDisposable
{
    private readonly Func<string?, IReadOnlyList<SslApplicationProtocol>?>? _selectProtocols;
    private readonly TlsCertificateWatch? _watch;
    private readonly Lock _replacing = new();
    private readonly int _maxHandshakes;
    private volatile TlsServerCertificates _certificates;
    private int _handshakes;

    private TlsServerContext(TlsServerOptions options)
    {
        Settings = new TlsSettings(options);
        _certificates = options.Certificates ?? throw new ArgumentException($"A server needs a certificate and its key: set {nameof(options.Certificates)}.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxConcurrentHandshakes, 1, nameof(options.MaxConcurrentHandshakes));
        _maxHandshakes = options.MaxConcurrentHandshakes;
        _selectProtocols = options.ApplicationProtocolSelector;
        ClientAuthentication = options.ClientAuthentication;
        AllowResumption = options.AllowResumption && ClientAuthentication == TlsClientAuthentication.None;
        Links = new TlsServerLinks(this);
        if (options.CertificatePollingInterval is { } interval)
            _watch = new TlsCertificateWatch(this, interval, Settings.TimeProvider, options.CertificateReloadFailed);
    }

    /// <summary>What is shown to new clients now.</summary>
    public TlsServerCertificates Certificates => _certificates;

    internal TlsSettings Settings { get; }

    internal TlsClientAuthentication ClientAuthentication { get; }

    internal bool AllowResumption { get; }

    internal TlsBuffers Buffers { get; } = new();

    internal TlsServerLinks Links { get; }

    /// <summary>Handshakes under way.</summary>
    internal int Handshakes => Volatile.Read(ref _handshakes);

    /// <summary>Takes a snapshot of options.</summary>
    /// <exception cref="ArgumentException">Options that make no sense; the message names them.</exception>
    /// <exception cref="PlatformNotSupportedException">An option this platform cannot honour, or this program leaves TLS out (SocketsTlsSupport).</exception>
    public static TlsServerContext Create(TlsServerOptions options)
    {
        if (!TlsFeature.IsSupported)
            throw TlsFeature.NotSupported();
        ArgumentNullException.ThrowIfNull(options);
        return new TlsServerContext(options);
    }

    /// <summary>Shows other certificates from now on. Certificate and key go together, so there is no moment with the one and not the other.</summary>
    public void Replace(TlsServerCertificates certificates)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        lock (_replacing)
            _certificates = certificates;
    }

    /// <summary>
    /// Reads those certificates again that came from <see cref="TlsCertificate.LoadPemFiles"/>. All of them are good, or nothing
    /// changes.
    /// </summary>
    /// <exception cref="CryptographicException">A file does not hold what it should, or a key does not belong to its certificate; the message names the file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public void Reload()
    {
        lock (_replacing)
            _certificates = _certificates.Reload();
    }

    /// <summary>Stops watching files. Connections and listeners are not touched.</summary>
    public void Dispose() => _watch?.Dispose();

    /// <summary>Takes a place for one handshake. False: as many as may be are under way.</summary>
    internal bool TryEnterHandshake()
    {
        if (Interlocked.Increment(ref _handshakes) <= _maxHandshakes)
            return true;
        Interlocked.Decrement(ref _handshakes);
        return false;
    }

    /// <summary>Gives the place back.</summary>
    internal void ExitHandshake() => Interlocked.Decrement(ref _handshakes);

    /// <param name="serverName">What the client asks for.</param>
    /// <param name="certificate">What it is shown.</param>
    /// <param name="judge">Judges the client's certificate.</param>
    internal SslServerAuthenticationOptions CreatePlatformOptions(string? serverName, TlsCertificate certificate, RemoteCertificateValidationCallback judge) => new()
    {
        ServerCertificateContext = certificate.PlatformContext,
        ClientCertificateRequired = ClientAuthentication != TlsClientAuthentication.None,
        EnabledSslProtocols = Settings.Versions,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        ApplicationProtocols = ProtocolsFor(serverName),
        CipherSuitesPolicy = Settings.CipherSuites,
        CertificateChainPolicy = TlsSettings.CreatePlatformPolicy(),
        RemoteCertificateValidationCallback = ClientAuthentication == TlsClientAuthentication.None ? null : judge,
        AllowRenegotiation = false,
        AllowTlsResume = AllowResumption,
    };

    private List<SslApplicationProtocol>? ProtocolsFor(string? serverName)
    {
        IReadOnlyList<SslApplicationProtocol>? selected;
        try
        {
            selected = _selectProtocols?.Invoke(serverName);
        }
        catch (Exception exception)
        {
            throw new AuthenticationException($"{nameof(TlsServerOptions.ApplicationProtocolSelector)} failed.", exception);
        }

        List<SslApplicationProtocol> protocols = selected is null ? Settings.ApplicationProtocols : [.. selected];
        return protocols.Count == 0 ? null : protocols;
    }
}
