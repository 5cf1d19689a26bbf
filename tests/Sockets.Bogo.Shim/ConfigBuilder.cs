using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Bogo.Shim;

/// <summary>Makes the engine's configuration out of the flags, and of what the runner takes for granted.</summary>
internal static class ConfigBuilder
{
    // The longest record: without -mtu, the runner's stream carries datagrams of any size.
    private const int DefaultDatagramSize = (1 << 14) + 256;

    /// <exception cref="UnimplementedException">A group, scheme or key that the library lacks.</exception>
    public static DtlsConfig Build(ShimOptions options, SessionKeeper sessions)
    {
        CryptoProvider crypto = Crypto();
        int datagramSize = options.DatagramSize ?? DefaultDatagramSize;
        return new DtlsConfig
        {
            Crypto = crypto,
            Groups = options.Groups.Count == 0 ? null : [.. options.Groups.Select(group => Group(crypto, group))],
            Credentials = Credentials(crypto, options),
            ServerName = options.HostName,
            ApplicationProtocols = [.. options.ApplicationProtocols.Select(Protocol)],
            SrtpProfiles = options.SrtpProfiles,
            ClientAuthentication = options.RequireClientCertificate ? DtlsClientAuthentication.Required
                : options.VerifyPeer ? DtlsClientAuthentication.Requested
                : DtlsClientAuthentication.None,
            DangerousUnlimitedAmplification = true,
            DangerousTrustPlaintext = !options.DistrustPlaintext,
            RequestTickets = true,
            UtcNow = sessions.UtcNow,
            Ticket = options.IsServer ? null : sessions.Ticket,
            TicketProtector = options.IsServer && !options.WithoutTickets ? new CountingProtector(sessions.Keys, options.DeclineTickets) : null,
            SelectApplicationProtocol = options.ExpectOfferedProtocols.Count == 0 ? null : hello => Select(options, hello),
            AcknowledgeServerName = !options.WithoutServerNameAck,
            RequireMatchingCredential = true,
            MaxDatagramSize = datagramSize,
            MinDatagramSize = Math.Min(datagramSize, 256),
            LowerDatagramSizeOnLoss = false,
            MaxRecordsPerBurst = int.MaxValue,
            InitialRetransmitTimeout = TimeSpan.FromMilliseconds(options.InitialTimeoutMilliseconds),
            UseMeasuredRoundTrip = false,
            MaxRetransmissions = 12,
            AckDelayDivisor = 4,
            AckHistory = 32,
            RepeatAcks = false,
            ResendOnPartialAck = false,
            HandshakeTimeout = TimeSpan.FromDays(1),
            PreviousEpochLifetime = TimeSpan.FromMinutes(4),
            MaxHandshakeMessageSize = options.MaxCertificateList ?? 65_536,
        };
    }

    /// <summary>The library's own provider; where the platform has no ML-KEM, with the one of the tests: the runner's messages are as large as it makes them.</summary>
    private static CryptoProvider Crypto()
    {
        CryptoProvider crypto = CryptoProviders.Default;
        return crypto.Groups.Contains(NamedGroup.X25519MLKEM768) || !HybridCryptoProvider.IsSupported ? crypto : new HybridCryptoProvider(crypto);
    }

    /// <summary>The credentials in the order they are tried: the default one is the last.</summary>
    private static List<DtlsCredential> Credentials(CryptoProvider crypto, ShimOptions options)
    {
        var credentials = new List<DtlsCredential>();
        foreach (CredentialOptions credential in options.Credentials)
            credentials.Add(CredentialFiles.Load(crypto, credential));
        if (options.DefaultCredential.CertificateFile is not null)
            credentials.Add(CredentialFiles.Load(crypto, options.DefaultCredential));
        return credentials;
    }

    private static NamedGroup Group(CryptoProvider crypto, ushort codePoint) =>
        crypto.Groups.Contains((NamedGroup)codePoint)
            ? (NamedGroup)codePoint
            : throw new UnimplementedException($"group 0x{codePoint:x4}");

    private static DtlsProtocolChoice Select(ShimOptions options, DtlsClientHelloInfo hello)
    {
        if (!hello.ApplicationProtocols.SequenceEqual(options.ExpectOfferedProtocols.Select(Protocol)))
            throw new ShimFailureException($"Expectation: other application protocols than {string.Join(", ", hello.ApplicationProtocols)}.");
        return DtlsProtocolChoice.Use(Protocol(options.SelectInvalidProtocol ? "a protocol that no client offers" : options.ApplicationProtocols[0]));
    }

    private static DtlsApplicationProtocol Protocol(string name) =>
        name.Length == 0
            ? throw new UnimplementedException("an empty application protocol cannot be configured")
            : new DtlsApplicationProtocol(name);
}
