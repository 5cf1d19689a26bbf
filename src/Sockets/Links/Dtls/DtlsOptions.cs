using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Certificates;
using Microsoft.Extensions.Logging;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Platform;

namespace Sockets;

/// <summary>
/// What both ends of DTLS have in common. Read once, when the listener is bound or the connection begins; later changes
/// have no effect.
/// </summary>
public abstract partial class DtlsOptions
{
    private protected DtlsOptions()
    {
    }

    /// <summary>
    /// Where the cryptography comes from. Null: what the environment variable <c>SOCKETS_CRYPTO</c> names (<c>openssl</c>,
    /// <c>bcl</c>, <c>hardware</c> or <c>native</c>; FIPS mode outranks it), else <see cref="CryptoProviders.Default"/>.
    /// </summary>
    public CryptoProvider? Crypto { get; set; }

    /// <summary>Suites to offer or accept, the preferred one first. Null: all the provider has.</summary>
    public IReadOnlyList<CipherSuite>? CipherSuites { get; set; }

    /// <summary>Groups to offer or accept, the preferred one first. Null: all the provider has.</summary>
    public IReadOnlyList<NamedGroup>? Groups { get; set; }

    /// <summary>Application protocols (ALPN), the preferred one first.</summary>
    public IReadOnlyList<DtlsApplicationProtocol> ApplicationProtocols { get; set; } = [];

    /// <summary>Own certificates or bare keys, tried in order: see <see cref="DtlsCredentialLoader"/>. A server needs one.</summary>
    public IReadOnlyList<DtlsCredential> Credentials { get; set; } = [];

    /// <summary>
    /// Signs for credentials whose key is not in this process. Called on the thread pool, or, where nothing runs in the
    /// background (<see cref="SocketOptions.DrivenByPoll"/>), by the thread that drives; the handshake waits, its timers go on. An exception or an empty result ends the handshake. The token is cancelled when the connection is over.
    /// </summary>
    public Func<DtlsSignatureRequest, CancellationToken, ValueTask<byte[]>>? SigningCallback { get; set; }

    /// <summary>How the peer's certificate is judged: exactly one way. Default: the system's roots, and the name.</summary>
    public PeerTrust Trust { get; set; } = PeerTrust.SystemRoots;

    /// <summary>
    /// Kinds of certificates taken from the peer, the preferred one first. A bare key (RFC 7250) needs <see cref="Trust"/> to be
    /// <see cref="PeerTrust.PublicKeyHashes"/>, which then holds for certificates too. To show one, see
    /// <see cref="DtlsCredentialLoader.FromKey(System.Security.Cryptography.ECDsa)"/>. Default: X.509 alone.
    /// </summary>
    public IReadOnlyList<DtlsCertificateType> PeerCertificateTypes { get; set; } = [DtlsCertificateType.X509];

    /// <summary>
    /// Client: offers to be asked for a certificate after the handshake too. Server: lets
    /// <see cref="DtlsChannel.RequestClientCertificateAsync"/> ask clients that offer it (RFC 8446 §4.6.2). Default: no.
    /// </summary>
    public bool PostHandshakeAuthentication { get; set; }

    /// <summary>
    /// Algorithms that certificates may travel in, both ways, the preferred one first (RFC 8879): see
    /// <see cref="DtlsCertificateCompressors"/>. Takes datagrams off the handshake and time off the processor; a peer's certificate is
    /// taken apart before anybody knows whose it is, up to <see cref="DtlsConfig.MaxHandshakeMessageSize"/>. Default: none.
    /// </summary>
    public IReadOnlyList<DtlsCertificateCompressor> CertificateCompressors { get; set; } = [];

    /// <summary>
    /// Revocation check of chains. Nothing is ever downloaded during a handshake, so <see cref="X509RevocationMode.Offline"/>
    /// and <see cref="X509RevocationMode.Online"/> mean the same: revocation lists this machine has cached, and refusal where
    /// there is none. Default: no check.
    /// </summary>
    public X509RevocationMode CertificateRevocationCheckMode { get; set; } = X509RevocationMode.NoCheck;

    /// <summary>
    /// Remembers chains that were accepted, for as long as none of their certificates expires and for 10 minutes at most.
    /// Default: one for these options. Null: every chain is judged anew.
    /// </summary>
    public PeerTrustCache? TrustCache { get; set; } = new();

    /// <summary>
    /// A further check of a certificate that <see cref="Trust"/> has accepted already: false refuses it. It gets the
    /// certificates as the peer sent them, leaf first, which are disposed afterwards. Called where
    /// <see cref="SigningCallback"/> is. It can never
    /// make a bad certificate good.
    /// </summary>
    public Func<X509Certificate2Collection, bool>? AdditionalCertificateCheck { get; set; }

    /// <summary>
    /// Keys that the peer was given beforehand, for devices that have no certificates. A client offers them in this order and
    /// then trusts a server that has one of them and no other, whatever <see cref="Trust"/> says. A server takes the first it
    /// knows. They must not be disposed before the last connection was made.
    /// </summary>
    public IReadOnlyList<DtlsPreSharedKey> PreSharedKeys { get; set; } = [];

    /// <summary>Largest datagram to send, in bytes of UDP payload. Default: 1200.</summary>
    public int MaxDatagramSize { get; set; } = 1200;

    /// <summary>
    /// Length in bytes of the connection ID that the peer shall put into its records, 0 to 20 (RFC 9146, RFC 9147 §9), so that the
    /// connection is found whatever address they come from; 0: none, but ours carry what the peer wants,
    /// which is enough for a client that moves (<see cref="DtlsChannel.MigrateAsync"/>). Null, the default:
    /// connection IDs are neither offered nor taken.
    /// </summary>
    public int? ConnectionIdLength { get; set; }

    /// <summary>
    /// Search for a larger datagram that the path carries, up to so many bytes of UDP payload (RFC 8899): 1472 is what Ethernet has
    /// under IPv4, 1452 under IPv6. <see cref="DtlsChannel.MaxDatagramLength"/> grows with what is found, and shrinks again when it does
    /// not arrive any more. The socket then sends nothing in fragments. Each probe updates keys. 0, the default: no search.
    /// </summary>
    public int MaxProbedDatagramSize { get; set; }

    /// <summary>
    /// The largest record to take (record_size_limit, RFC 8449), in bytes of content, content type and padding: 64 to 16385. For
    /// devices with small buffers. Default: 16385, all the protocol allows. Null: the extension is not used.
    /// </summary>
    public int? RecordSizeLimit { get; set; } = (1 << 14) + 1;

    /// <summary>
    /// SRTP protection profiles (RFC 5764), the preferred one first: for media that <see cref="DtlsChannel.ExportSrtpKeys"/> gives
    /// the keys of. Default: none.
    /// </summary>
    public IReadOnlyList<SrtpProtectionProfile> SrtpProfiles { get; set; } = [];

    /// <summary>How much records are padded after the handshake, so that their length tells less. Default: not at all.</summary>
    public DtlsPadding Padding { get; set; }

    /// <summary>
    /// Asks a peer from which nothing came for so long whether it is there, and ends the connection when it does not answer: see
    /// <see cref="DtlsConfig.LivenessInterval"/>. Null, the default: nobody is asked.
    /// </summary>
    public TimeSpan? LivenessInterval { get; set; }

    /// <summary>
    /// Whether connections may be saved and restored: see <see cref="DtlsListener.SaveAsync"/> and <see cref="DtlsChannel.TrySave"/>.
    /// They then keep the secrets that their keys were made of. Default: no.
    /// </summary>
    public bool AllowSave { get; set; }

    /// <summary>How long the whole handshake may take. Default: 60 s.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Bytes of received datagrams that wait for <see cref="DtlsChannel.ReceiveAsync"/>, per connection. When a datagram
    /// does not fit, it is the newest that is dropped, and counted in <see cref="DtlsChannel.DatagramsDropped"/>. Default: 256 KiB.
    /// </summary>
    public int ReceiveQueueSize { get; set; } = 256 * 1024;

    /// <summary>SO_RCVBUF of the UDP socket in bytes. Null: the system's default. The system may grant less.</summary>
    public int? SocketReceiveBufferSize { get; set; }

    /// <summary>SO_SNDBUF of the UDP socket in bytes. Null: the system's default. The system may grant less.</summary>
    public int? SocketSendBufferSize { get; set; }

    /// <summary>
    /// Receives everything synchronously in the receive loop, without a queue or a copy. Null: use
    /// <see cref="DtlsListener.AcceptAsync"/> and <see cref="DtlsChannel.ReceiveAsync"/>.
    /// </summary>
    public IDtlsHandler? Handler { get; set; }

    /// <summary>Takes the lines of the log: handshakes, never payload or secrets. Null: none are written.</summary>
    public ILogger? Logger { get; set; }

    /// <summary>The clock of timers and of certificate validity.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// Last word on the engine's configuration, for settings that have no property here:
    /// <c>config =&gt; config with { ReplayWindowSize = 1024 }</c>.
    /// </summary>
    public Func<DtlsConfig, DtlsConfig>? ConfigureEngine { get; set; }

    /// <summary>For tests: see <see cref="DatagramAbilities"/>.</summary>
    internal Func<DatagramFeatures, int>? RefuseDatagramFeature { get; set; }

    internal abstract DtlsRole Role { get; }

    /// <summary>Whether the peer is asked for an OCSP response.</summary>
    internal virtual OcspStapling Stapling => OcspStapling.None;

    internal CryptoProvider EffectiveCrypto => Crypto ?? PreferredCrypto.Get();

    internal CertificateVerifier CreateVerifier(string? targetHost, bool asksApplication = true) =>
        new(Trust, Role == DtlsRole.Client ? CertificatePurpose.ServerAuthentication : CertificatePurpose.ClientAuthentication, targetHost)
        {
            AdditionalCheck = asksApplication ? AdditionalCertificateCheck : null,
            RevocationMode = CertificateRevocationCheckMode,
            TimeProvider = TimeProvider,
            Stapling = Stapling,
            Cache = TrustCache,
        };

    /// <summary>A copy that later changes of the original do not reach.</summary>
    private protected DtlsOptions Copy()
    {
        var copy = (DtlsOptions)MemberwiseClone();
        copy.CipherSuites = CipherSuites is null ? null : [.. CipherSuites];
        copy.Groups = Groups is null ? null : [.. Groups];
        copy.ApplicationProtocols = [.. ApplicationProtocols];
        copy.Credentials = [.. Credentials];
        copy.PeerCertificateTypes = [.. PeerCertificateTypes];
        copy.SrtpProfiles = [.. SrtpProfiles];
        copy.CertificateCompressors = [.. CertificateCompressors];
        copy.PreSharedKeys = [.. PreSharedKeys];
        return copy;
    }

    internal virtual DtlsConfig CreateConfig()
    {
        if (ReceiveQueueSize < 1024)
            throw new ArgumentException($"{nameof(ReceiveQueueSize)} must be 1024 bytes or more.", nameof(ReceiveQueueSize));
        ArgumentNullException.ThrowIfNull(Trust);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        return new DtlsConfig
        {
            Crypto = EffectiveCrypto,
            CipherSuites = CipherSuites,
            Groups = Groups,
            ApplicationProtocols = ApplicationProtocols,
            Credentials = Credentials,
            PeerCertificateTypes = PeerCertificateTypes,
            CertificateCompressors = CertificateCompressors,
            PostHandshakeAuthentication = PostHandshakeAuthentication,
            PreSharedKeys = PreSharedKeys,
            UtcNow = TimeProvider.GetUtcNow,
            MaxDatagramSize = MaxDatagramSize,
            MaxProbedDatagramSize = MaxProbedDatagramSize,
            MinDatagramSize = Math.Clamp(MaxDatagramSize, 128, 256),
            SrtpProfiles = SrtpProfiles,
            RecordSizeLimit = RecordSizeLimit,
            Padding = Padding,
            HandshakeTimeout = HandshakeTimeout,
            AllowSave = AllowSave,
            LivenessInterval = LivenessInterval,
            ConnectionIdLength = ConnectionIdLength,
        };
    }

    /// <summary>The hook has the last word; the result is checked, so that a bad setting is found here and not in the loop.</summary>
    private protected DtlsConfig Finish(DtlsConfig config)
    {
        DtlsConfig own = config;
        config = ConfigureEngine?.Invoke(config) ?? config;
        Validate(config, own);
        if (!Trust.JudgesBareKeys && config.PeerCertificateTypes.Contains(DtlsCertificateType.RawPublicKey))
            throw new ArgumentException($"{nameof(PeerCertificateTypes)} with bare keys needs {nameof(Trust)} to be PeerTrust.PublicKeyHashes.");
        foreach (DtlsCredential credential in config.Credentials)
        {
            if (credential.Signer is null && SigningCallback is null)
                throw new ArgumentException($"A credential without a key in this process needs a {nameof(SigningCallback)}.");
        }

        return config;
    }
}
