using System;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Certificates;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>What was made, once, of options that <see cref="DtlsServerOptions.ServerOptionsSelectionCallback"/> has chosen.</summary>
internal sealed class DtlsServerSelection
{
    /// <param name="chosen">The options.</param>
    /// <param name="listener">The listener's configuration: what was agreed on before the choice is its.</param>
    /// <param name="timeProvider">The listener's clock.</param>
    /// <exception cref="ArgumentException">An option has a value that it may not have.</exception>
    public DtlsServerSelection(DtlsServerOptions chosen, DtlsConfig listener, TimeProvider timeProvider)
    {
        DtlsServerOptions options = chosen.Snapshot();
        options.TimeProvider = timeProvider;
        options.Crypto = listener.Crypto;
        options.CipherSuites = listener.CipherSuites;
        options.Groups = listener.Groups;
        options.ServerOptionsSelectionCallback = null;
        DtlsConfig config = options.CreateConfig();

        // Who we are, whom we trust and what we agree on is of the choice; everything else goes on as it began.
        Config = listener with
        {
            ChooseByClientHello = false,
            Credentials = config.Credentials,
            SignatureSchemes = config.SignatureSchemes,
            CertificateSignatureSchemes = config.CertificateSignatureSchemes,
            PeerCertificateTypes = config.PeerCertificateTypes,
            CertificateCompressors = config.CertificateCompressors,
            CertificateAuthorities = config.CertificateAuthorities,
            ClientAuthentication = config.ClientAuthentication,
            PostHandshakeAuthentication = config.PostHandshakeAuthentication,
            ApplicationProtocols = config.ApplicationProtocols,
            SelectApplicationProtocol = config.SelectApplicationProtocol,
            SrtpProfiles = config.SrtpProfiles,
            RecordSizeLimit = config.RecordSizeLimit,
            Padding = config.Padding,
            PreSharedKeys = config.PreSharedKeys,
            FindPreSharedKey = config.FindPreSharedKey,
            DeferredLookups = config.DeferredLookups,
            TicketProtector = config.TicketProtector,
            TicketCount = config.TicketCount,
            TicketLifetime = config.TicketLifetime,
            TicketContext = config.TicketContext,
            UtcNow = config.UtcNow,
            MaxEarlyDataSize = config.MaxEarlyDataSize,
            EarlyDataRecord = config.EarlyDataRecord,
            EarlyDataWindow = config.EarlyDataWindow,
        };
        Verifier = options.CreateVerifier(targetHost: null);
        SigningCallback = options.SigningCallback;
        EarlyDataReceived = options.EarlyDataReceived;
        Lookups = new ServerLookups(options);
    }

    public DtlsConfig Config { get; }

    /// <summary>Judges the client's certificates by the chosen trust.</summary>
    public CertificateVerifier Verifier { get; }

    public Func<DtlsSignatureRequest, CancellationToken, ValueTask<byte[]>>? SigningCallback { get; }

    public Action<DtlsChannel, ReadOnlyMemory<byte>>? EarlyDataReceived { get; }

    public ServerLookups Lookups { get; }
}
