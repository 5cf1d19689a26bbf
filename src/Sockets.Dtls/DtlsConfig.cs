using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <summary>
/// Everything a connection has to know before it starts. Immutable, shared by any number of connections of either
/// role; call <see cref="Validate"/> once (creating a connection does).
/// </summary>
public sealed partial record DtlsConfig
{
    // UDP payload: enough for a record with one byte of a handshake message and for little else; and all IPv4 can carry.
    internal const int SmallestDatagram = 128;
    internal const int LargestDatagram = 65_507;

    internal const int MaxTickets = 16;
    internal const int MaxAckHistory = 512;
    internal const int MaxReplayWindowSize = 1 << 20;
    private const int MaxPreSharedKeys = 64;

    private CheckMark _check;

    /// <summary>Where the cryptography and the randomness come from.</summary>
    public required CryptoProvider Crypto { get; init; }

    /// <summary>
    /// Suites to offer or accept, the preferred one first. Null: <see cref="CryptoProvider.CipherSuites"/>, all but those that have to be
    /// named.
    /// </summary>
    public IReadOnlyList<CipherSuite>? CipherSuites { get; init; }

    /// <summary>Groups to offer or accept, the preferred one first. Null: all the provider has.</summary>
    public IReadOnlyList<NamedGroup>? Groups { get; init; }

    /// <summary>
    /// Client: how many of the first groups get a key share in the first ClientHello. A hybrid group before them gets one as
    /// well and is not counted: a server without it would have to ask again.
    /// </summary>
    public int KeyShareCount { get; init; } = 1;

    /// <summary>Schemes accepted in the peer's CertificateVerify, the preferred one first. Null: all the provider has.</summary>
    public IReadOnlyList<SignatureScheme>? SignatureSchemes { get; init; }

    /// <summary>Schemes accepted inside the peer's certificates, sent as signature_algorithms_cert. Null: not sent.</summary>
    public IReadOnlyList<SignatureScheme>? CertificateSignatureSchemes { get; init; }

    /// <summary>Own certificates or bare keys, tried in order. A server needs at least one.</summary>
    public IReadOnlyList<DtlsCredential> Credentials { get; init; } = [];

    /// <summary>
    /// Client: end the handshake when the server asks for a certificate and none of <see cref="Credentials"/> fits what it
    /// accepts, instead of sending none (RFC 8446 §4.4.2) and leaving the decision to the server.
    /// </summary>
    public bool RequireMatchingCredential { get; init; }

    /// <summary>Client: the name sent as server_name (DNS name; never an IP address). Null: not sent.</summary>
    public string? ServerName { get; init; }

    /// <summary>
    /// Server: tell a client that the name it asked for was used (RFC 6066 §3). Off for a server that has one answer for every
    /// name and makes no use of it.
    /// </summary>
    public bool AcknowledgeServerName { get; init; } = true;

    /// <summary>
    /// Application protocols (ALPN), the preferred one first. A server that has some refuses a client that offers
    /// only others.
    /// </summary>
    public IReadOnlyList<DtlsApplicationProtocol> ApplicationProtocols { get; init; } = [];

    /// <summary>
    /// Server: chooses among the protocols a client offers, in the place of <see cref="ApplicationProtocols"/>. Not asked where the
    /// client offers none. It must not throw or block, and must return one that is offered, or none, or a refusal.
    /// </summary>
    public Func<DtlsClientHelloInfo, DtlsProtocolChoice>? SelectApplicationProtocol { get; init; }

    /// <summary>
    /// Server: choose the configuration by the name the client asks for. Each ClientHello raises
    /// <see cref="DtlsEventKind.ConfigurationRequired"/>, which <see cref="DtlsConnection.CompleteConfiguration"/> or
    /// <see cref="DtlsConnection.RefuseClientHello"/> answers. Tickets are then bound to the certificates of what was chosen, too.
    /// </summary>
    public bool ChooseByClientHello { get; init; }

    /// <summary>
    /// SRTP protection profiles (use_srtp, RFC 5764), the preferred one first: for media that are keyed by this connection. Empty:
    /// not negotiated. With no profile in common the handshake goes on without: see <see cref="DtlsConnection.SrtpProfile"/>.
    /// </summary>
    public IReadOnlyList<SrtpProtectionProfile> SrtpProfiles { get; init; } = [];

    /// <summary>
    /// Client: send suites, groups, versions and extensions that mean nothing among those that do (GREASE, RFC 8701), so that servers
    /// which cannot ignore what they do not know are found out. Unknown values of peers are ignored in any case.
    /// </summary>
    public bool SendGrease { get; init; }

    /// <summary>
    /// Client: whether to offer resumption with a fresh key exchange (psk_dhe_ke), which is what makes a server send
    /// session tickets (RFC 8446 §4.2.9, §4.6.1). Each is reported by <see cref="DtlsEventKind.TicketReceived"/> and, with
    /// <see cref="UtcNow"/>, waits in <see cref="DtlsConnection.TakeTicket"/>.
    /// </summary>
    public bool RequestTickets { get; init; }

    /// <summary>
    /// Client: the ticket to resume a session with. Not offered when it has expired or was made for another
    /// <see cref="ServerName"/>; a server that does not take it makes a full handshake. Needs <see cref="UtcNow"/>. It must
    /// stay undisposed until the connection is made.
    /// </summary>
    public DtlsTicket? Ticket { get; init; }

    /// <summary>The time of day, asked for when a ticket is made, offered or taken. Null: no tickets.</summary>
    public Func<DateTimeOffset>? UtcNow { get; init; }

    /// <summary>
    /// Server: makes the tickets sent to clients that ask for them, and reads those that come back. Null: sessions are not
    /// resumed. Needs <see cref="UtcNow"/>.
    /// </summary>
    public IDtlsTicketProtector? TicketProtector { get; init; }

    /// <summary>Server: tickets sent after each handshake. 0: none, but tickets of other servers are taken.</summary>
    public int TicketCount { get; init; } = 2;

    /// <summary>Server: how long a ticket is good for, seven days at most (RFC 8446 §4.6.1).</summary>
    public TimeSpan TicketLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Server: what tickets are bound to besides the name the client asked for and <see cref="ClientAuthentication"/>: any
    /// bytes that stand for how clients are trusted. A ticket made under others is not taken.
    /// </summary>
    public ReadOnlyMemory<byte> TicketContext { get; init; }

    /// <summary>
    /// Client: whether data may be sent along with the first ClientHello when <see cref="Ticket"/> allows it: see
    /// <see cref="DtlsConnection.WriteEarlyData"/>. Whoever records it can send it to the server again, which must see to it that
    /// nothing is done twice; and it has no forward secrecy. The certificates of the session are judged before anything is sent.
    /// </summary>
    public bool SendEarlyData { get; init; }

    /// <summary>
    /// Server: bytes of early data taken with a ticket. 0, the default: none. Needs an <see cref="EarlyDataRecord"/>, and a server
    /// that demands cookies never gets to it, since a cookie is a HelloRetryRequest. Not for sessions with a client certificate.
    /// </summary>
    public int MaxEarlyDataSize { get; init; }

    /// <summary>Server: remembers the ClientHellos whose early data was taken, so that none is taken twice. Servers that share tickets must share it.</summary>
    public IDtlsReplayRecord? EarlyDataRecord { get; init; }

    /// <summary>Server: how far a ticket's age may differ from what the client says for its early data to be taken (RFC 8446 §8.3).</summary>
    public TimeSpan EarlyDataWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// External pre-shared keys. A client offers them in this order and then accepts a server that has one of them, and no
    /// certificate instead. A server takes the first it knows, from here or by <see cref="FindPreSharedKey"/>; with no
    /// <see cref="Credentials"/> it serves nobody else.
    /// </summary>
    public IReadOnlyList<DtlsPreSharedKey> PreSharedKeys { get; init; } = [];

    /// <summary>
    /// Server: finds the key of an identity that is not among <see cref="PreSharedKeys"/>; null when there is none. Anybody can
    /// send any identity: it must not throw or block.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, DtlsPreSharedKey?>? FindPreSharedKey { get; init; }

    /// <summary>
    /// Server: what is not looked up by the calls named with each kind, which are made inside the engine's, but by
    /// <see cref="DtlsEventKind.LookupRequired"/> events that can be answered later, within <see cref="HandshakeTimeout"/>. Tickets are still
    /// made by <see cref="TicketProtector"/>. Default: none.
    /// </summary>
    public DtlsLookupKinds DeferredLookups { get; init; }

    /// <summary>
    /// Whether a PSK may do without a key exchange (psk_ke). Saves its time; but whoever learns the PSK later can read every
    /// recorded connection it was used for. A server still prefers the exchange where the client offers it.
    /// </summary>
    public bool AllowPskWithoutExchange { get; init; }

    /// <summary>Server: whether to ask for a client certificate.</summary>
    public DtlsClientAuthentication ClientAuthentication { get; init; }

    /// <summary>DER distinguished names sent as certificate_authorities.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> CertificateAuthorities { get; init; } = [];

    /// <summary>
    /// Server: do without the limit of three times the bytes received until the client's address is proven (RFC 9147
    /// §5.1). Only where something else proves the address, such as ICE or a transport that is connected; elsewhere it
    /// makes the server a weapon against whoever's address is forged.
    /// </summary>
    public bool DangerousUnlimitedAmplification { get; init; }

    /// <summary>
    /// Believe records of epoch 0 as if they were authenticated: malformed and misplaced ones end the handshake with an alert,
    /// alerts end it at once, ACKs and parts of messages end a flight for good (RFC 9147 §7.2). Anybody who knows two addresses
    /// can then end a handshake. For test rigs, which look at what is answered to what, over links that nobody else writes to.
    /// </summary>
    public bool DangerousTrustPlaintext { get; init; }

    /// <summary>Largest datagram to send, in bytes of UDP payload: what every path is believed to carry, one that the peer moves to as well.</summary>
    public int MaxDatagramSize { get; init; } = 1200;

    /// <summary>
    /// Search for a larger datagram that the path carries, up to so many bytes of UDP payload (RFC 9147 §4.4, RFC 8899); what is found
    /// is the connection's <see cref="DtlsConnection.MaxDatagramSize"/> (<see cref="DtlsEventKind.PathMtuChanged"/>), and
    /// <see cref="MaxDatagramSize"/> again when it does not arrive any more. Probes are padded KeyUpdates, a few every ten minutes and on each new path: a
    /// peer that has gone is found out by them. The driver must give <see cref="DtlsConnection.PollTransmit"/> so much room, and send
    /// with "don't fragment". 0, the default: no search.
    /// </summary>
    public int MaxProbedDatagramSize { get; init; }

    /// <summary>
    /// The largest protected record to take, in bytes of content, content type and padding (record_size_limit, RFC 8449); a peer
    /// that agrees to it and sends a larger one ends the connection. 64 to 16385; 16385, the default, is what the protocol allows
    /// anyway, and lets the peer tell its own limit. Null: not negotiated, and the peer's limit is not asked for.
    /// </summary>
    public int? RecordSizeLimit { get; init; } = RecordSizeLimitExtension.Largest;

    /// <summary>How much records after the handshake are padded. Default: not at all.</summary>
    public DtlsPadding Padding { get; init; }

    /// <summary>The size that repeated loss lowers handshake datagrams to, in steps (RFC 9147 §4.4).</summary>
    public int MinDatagramSize { get; init; } = 256;

    /// <summary>Whether the second and each further timeout of a flight lowers the datagram size.</summary>
    public bool LowerDatagramSizeOnLoss { get; init; } = true;

    /// <summary>Form of the unified header on sending.</summary>
    public RecordHeaderForm HeaderForm { get; init; }

    /// <summary>Records an epoch's replay window remembers: 256 or more, a multiple of 64.</summary>
    public int ReplayWindowSize { get; init; } = 256;

    /// <summary>First retransmission timeout; doubled at each timeout (RFC 9147 §5.8.2).</summary>
    public TimeSpan InitialRetransmitTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest retransmission timeout.</summary>
    public TimeSpan MaxRetransmitTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Once a round trip has been measured, use one and a half times it (and 100 ms at least) where that is less than
    /// <see cref="InitialRetransmitTimeout"/>.
    /// </summary>
    public bool UseMeasuredRoundTrip { get; init; } = true;

    /// <summary>Retransmissions of one flight; the timeout after the last one ends the connection.</summary>
    public int MaxRetransmissions { get; init; } = 7;

    /// <summary>The ACK timer is the current retransmission timeout divided by this (RFC 9147 §7.1).</summary>
    public int AckDelayDivisor { get; init; } = 4;

    /// <summary>
    /// Whether an ACK of a part of a flight has the rest sent again at once (RFC 9147 §5.8.1); otherwise it waits for the
    /// retransmission timer.
    /// </summary>
    public bool ResendOnPartialAck { get; init; } = true;

    /// <summary>
    /// Client: repeat the ACK of a flight that stays incomplete, with the retransmission timer's delays. Needed where the
    /// server validates addresses by the handshake itself instead of a cookie.
    /// </summary>
    public bool RepeatAcks { get; init; } = true;

    /// <summary>Record numbers an ACK names at most, and sent records that are remembered for the peer's ACKs.</summary>
    public int AckHistory { get; init; } = 32;

    /// <summary>
    /// Handshake records sent at once (RFC 9147 §5.8.3); the rest of a large flight follows <see cref="BurstInterval"/> later,
    /// or when the peer acknowledges.
    /// </summary>
    public int MaxRecordsPerBurst { get; init; } = 10;

    /// <summary>The pause between two bursts of one flight.</summary>
    public TimeSpan BurstInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How long the whole handshake may take.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Ends a connection, with close_notify, from whose peer nothing authentic came for so long; what is sent does not count, since
    /// nobody may be there to take it. Null: a silent peer stays.
    /// </summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>
    /// Asks a peer from which nothing authentic came for so long whether it is there, and ends the connection
    /// (<see cref="DtlsFailureReason.PeerUnreachable"/>) when <see cref="MaxRetransmissions"/> are not answered either. Where both check
    /// paths (RFC 9853) that is a path_challenge; elsewhere it is a KeyUpdate, at most 24 times before data is written again, since
    /// peers end connections over more. Null, the default: nobody is asked.
    /// </summary>
    public TimeSpan? LivenessInterval { get; init; }

    /// <summary>Ends a connection, with close_notify, that is so old, its handshake included. Null: it may get as old as it likes.</summary>
    public TimeSpan? MaxLifetime { get; init; }

    /// <summary>How long the keys of an older epoch open late records: the TCP maximum segment lifetime (RFC 9147 §4.2.1).</summary>
    public TimeSpan PreviousEpochLifetime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Longest handshake message accepted, in bytes.</summary>
    public int MaxHandshakeMessageSize { get; init; } = 65_536;

    /// <summary>Bytes of handshake messages held for reassembly, for all messages of one peer together.</summary>
    public int ReassemblyBudget { get; init; } = 131_072;

    /// <summary>
    /// Bytes of datagrams held that came before the peer's Finished was taken, and may be its first application data
    /// (RFC 9147 §5.8.1). 0: they are dropped.
    /// </summary>
    public int EarlyDatagramBuffer { get; init; } = 16_384;

    /// <summary>
    /// Length in bytes of the connection ID that the peer shall put into its records, 0 to 20 (RFC 9146, RFC 9147 §9); 0: none, but
    /// ours carry what the peer wants. Null: connection IDs are neither offered nor taken.
    /// </summary>
    public int? ConnectionIdLength { get; init; }

    /// <summary>Connection IDs of ours that the peer may use at the same time, those on their way included.</summary>
    public int MaxConnectionIds { get; init; } = 8;

    /// <summary>Spare connection IDs of the peer that are kept; what it issues beyond is dropped (RFC 9147 §9).</summary>
    public int MaxSpareConnectionIds { get; init; } = 8;

    /// <summary>
    /// How the peer's new address is validated before we send there, and whether at all (RFC 9853). Negotiated where connection
    /// IDs are; without, the address never changes.
    /// </summary>
    public DtlsPathValidation PathValidation { get; init; }

    /// <summary>KeyUpdates and RequestConnectionIds of the peer accepted without application data between them.</summary>
    public int MaxKeyUpdates { get; init; } = 32;

    /// <summary>
    /// Records sealed under one key before it is updated; lowered to the AEAD's limit (RFC 9147 §4.5.3). The update is
    /// asked for at 7/8 of it; at the limit itself the connection is closed.
    /// </summary>
    public ulong MaxRecordsPerKey { get; init; } = ulong.MaxValue;

    /// <summary>
    /// Receives every traffic secret as a line in SSLKEYLOGFILE form. Whoever reads it can decrypt everything: for
    /// debugging only.
    /// </summary>
    public Action<string>? DangerousKeyLog { get; init; }

    /// <summary>
    /// Whether the connection may be saved and restored: see <see cref="DtlsConnection.TrySave"/>. It then keeps the secrets that the
    /// keys in force were made of, for as long as the keys themselves. Needs <see cref="UtcNow"/>.
    /// </summary>
    public bool AllowSave { get; init; }

    internal IReadOnlyList<CipherSuite> EffectiveCipherSuites => CipherSuites ?? Crypto.CipherSuites;

    internal IReadOnlyList<NamedGroup> EffectiveGroups => Groups ?? Crypto.Groups;

    /// <summary>
    /// Client: whether to offer a key exchange. Without one, which takes <see cref="AllowPskWithoutExchange"/>, a server that
    /// takes no PSK ends the handshake.
    /// </summary>
    public bool OfferKeyExchange { get; init; } = true;

    /// <summary>Whether a server has anything to prove who it is, or will choose it by the ClientHello.</summary>
    internal bool CanServe => Credentials.Count > 0 || HasPreSharedKeys || ChooseByClientHello;

    /// <summary>The room a driver must give to a datagram.</summary>
    internal int LargestOutgoingDatagram => Math.Max(MaxDatagramSize, MaxProbedDatagramSize);

    internal bool HasPreSharedKeys => PreSharedKeys.Count > 0 || FindPreSharedKey is not null || (DeferredLookups & DtlsLookupKinds.PreSharedKey) != 0;

    internal IReadOnlyList<SignatureScheme> EffectiveSignatureSchemes => SignatureSchemes ?? Crypto.SignatureSchemes;

    /// <summary>Checks the settings against each other and the provider.</summary>
    /// <exception cref="ArgumentException">Names the setting and what it accepts.</exception>
    public void Validate()
    {
        if (_check.IsOn(this))
            return;
        RequireSubset(nameof(CipherSuites), EffectiveCipherSuites, [.. Crypto.CipherSuites, .. Crypto.CipherSuitesByChoice]);
        RequireSubset(nameof(Groups), EffectiveGroups, Crypto.Groups);
        RequireSubset(nameof(SignatureSchemes), EffectiveSignatureSchemes, Crypto.SignatureSchemes);
        Require(KeyShareCount >= 0, nameof(KeyShareCount), "0 or more");
        Require(MinDatagramSize is >= SmallestDatagram and <= LargestDatagram, nameof(MinDatagramSize), "128 to 65507 bytes");
        Require(MaxDatagramSize >= MinDatagramSize && MaxDatagramSize <= LargestDatagram, nameof(MaxDatagramSize), "MinDatagramSize to 65507 bytes");
        Require(MaxProbedDatagramSize == 0 || (MaxProbedDatagramSize >= MaxDatagramSize && MaxProbedDatagramSize <= LargestDatagram), nameof(MaxProbedDatagramSize), "0, or MaxDatagramSize to 65507 bytes");
        Require(RecordSizeLimit is null or (>= RecordSizeLimitExtension.Smallest and <= RecordSizeLimitExtension.Largest), nameof(RecordSizeLimit), "64 to 16385 bytes");
        Require(ReplayWindowSize >= 256 && ReplayWindowSize % 64 == 0 && ReplayWindowSize <= MaxReplayWindowSize, nameof(ReplayWindowSize), "a multiple of 64 from 256 to 2^20 records");
        Require(InitialRetransmitTimeout >= TimeSpan.FromMilliseconds(1), nameof(InitialRetransmitTimeout), "1 ms or more");
        Require(MaxRetransmitTimeout >= InitialRetransmitTimeout, nameof(MaxRetransmitTimeout), "InitialRetransmitTimeout or more");
        Require(MaxRetransmissions is >= 1 and <= 255, nameof(MaxRetransmissions), "1 to 255");
        Require(AckDelayDivisor >= 1, nameof(AckDelayDivisor), "1 or more");
        Require(AckHistory is >= 8 and <= MaxAckHistory, nameof(AckHistory), "8 to 512 records");
        Require(MaxRecordsPerBurst >= 1, nameof(MaxRecordsPerBurst), "1 or more");
        Require(BurstInterval > TimeSpan.Zero, nameof(BurstInterval), "more than zero");
        Require(HandshakeTimeout > TimeSpan.Zero, nameof(HandshakeTimeout), "more than zero");
        Require(IdleTimeout is null || IdleTimeout > TimeSpan.Zero, nameof(IdleTimeout), "more than zero, or null");
        Require(LivenessInterval is null || LivenessInterval >= TimeSpan.FromSeconds(1), nameof(LivenessInterval), "1 s or more, or null");
        Require(LivenessInterval is null || IdleTimeout is null || LivenessInterval < IdleTimeout, nameof(LivenessInterval), "less than IdleTimeout, or null");
        Require(MaxLifetime is null || MaxLifetime > HandshakeTimeout, nameof(MaxLifetime), "more than HandshakeTimeout, or null");
        Require(PreviousEpochLifetime >= TimeSpan.Zero, nameof(PreviousEpochLifetime), "zero or more");
        Require(MaxHandshakeMessageSize is >= 4096 and <= 0xFFFFFF, nameof(MaxHandshakeMessageSize), "4096 to 16777215 bytes");
        Require(ReassemblyBudget >= MaxHandshakeMessageSize, nameof(ReassemblyBudget), "MaxHandshakeMessageSize or more");
        Require(EarlyDatagramBuffer >= 0, nameof(EarlyDatagramBuffer), "0 or more bytes");
        Require(MaxKeyUpdates >= 1, nameof(MaxKeyUpdates), "1 or more");
        Require(ConnectionIdLength is null or (>= 0 and <= DtlsConnectionIdLayout.MaxLength), nameof(ConnectionIdLength), "0 to 20 bytes, or null");
        Require(PathValidation is >= DtlsPathValidation.Enhanced and <= DtlsPathValidation.None, nameof(PathValidation), "Enhanced, Basic or None");
        Require(MaxConnectionIds is >= 2 and <= 64, nameof(MaxConnectionIds), "2 to 64");
        Require(MaxSpareConnectionIds is >= 0 and <= 64, nameof(MaxSpareConnectionIds), "0 to 64");
        Require(MaxRecordsPerKey >= 16, nameof(MaxRecordsPerKey), "16 or more");
        Require(Ticket is null || UtcNow is not null, nameof(UtcNow), "set for a Ticket");
        Require(TicketProtector is null || UtcNow is not null, nameof(UtcNow), "set for a TicketProtector");
        Require(!AllowSave || UtcNow is not null, nameof(UtcNow), "set for AllowSave");
        Require(OfferKeyExchange || AllowPskWithoutExchange, nameof(OfferKeyExchange), "true unless AllowPskWithoutExchange is set");
        Require(!SendEarlyData || UtcNow is not null, nameof(UtcNow), "set for SendEarlyData");
        Require(MaxEarlyDataSize is >= 0 and <= 1 << 20, nameof(MaxEarlyDataSize), "0 to 2^20 bytes");
        Require(MaxEarlyDataSize == 0 || EarlyDataRecord is not null, nameof(EarlyDataRecord), "set for a MaxEarlyDataSize");
        Require(EarlyDataWindow > TimeSpan.Zero && EarlyDataWindow <= TimeSpan.FromMinutes(10), nameof(EarlyDataWindow), "more than zero, 10 minutes at most");
        Require(TicketCount is >= 0 and <= MaxTickets, nameof(TicketCount), "0 to 16");
        Require(TicketLifetime >= TimeSpan.FromSeconds(1) && TicketLifetime <= DtlsTicket.MaxLifetime, nameof(TicketLifetime), "1 s to 7 days");
        Require(PreSharedKeys.Count <= MaxPreSharedKeys && AreKeysValid(), nameof(PreSharedKeys), "64 keys at most, none of them null, with identities of 32000 bytes together");
        Require(AreAuthoritiesValid(), nameof(CertificateAuthorities), "names in DER, none of them empty, of 60000 bytes together at most");
        Require(AreSrtpProfilesValid(), nameof(SrtpProfiles), "profiles that exist, each of them once");
        Require(AreProtocolsValid(), nameof(ApplicationProtocols), "names, none of them empty");
        Require(ServerName is null || (ServerName.Length is > 0 and <= 255 && System.Text.Ascii.IsValid(ServerName)), nameof(ServerName), "a DNS name in ASCII (punycode) of at most 255 characters");
        ValidateAuthentication();
        _check = new CheckMark(this);
    }

    // The names share a list of 2^16 - 1 bytes, and a message, with other things (RFC 8446 §4.2.4).
    private bool AreAuthoritiesValid()
    {
        const int maxLength = 60_000;
        int length = 0;
        foreach (ReadOnlyMemory<byte> name in CertificateAuthorities)
        {
            length += sizeof(ushort) + name.Length;
            if (name.IsEmpty || length > maxLength)
                return false;
        }

        return true;
    }

    private bool AreKeysValid()
    {
        const int maxLength = 32_000;
        int length = 0;
        foreach (DtlsPreSharedKey? key in PreSharedKeys)
        {
            if (key is null)
                return false;
            length += key.Identity.Length;
        }

        return length <= maxLength;
    }

    private bool AreSrtpProfilesValid()
    {
        for (int i = 0; i < SrtpProfiles.Count; i++)
        {
            if (SrtpProfiles[i] == SrtpProtectionProfile.None || !Enum.IsDefined(SrtpProfiles[i]))
                return false;
            for (int j = 0; j < i; j++)
            {
                if (SrtpProfiles[i] == SrtpProfiles[j])
                    return false;
            }
        }

        return true;
    }

    private bool AreProtocolsValid()
    {
        foreach (DtlsApplicationProtocol protocol in ApplicationProtocols)
        {
            if (protocol.IsEmpty)
                return false;
        }

        return true;
    }

    private static void Require(bool condition, string setting, string accepted)
    {
        if (!condition)
            throw new ArgumentException($"DtlsConfig.{setting} must be {accepted}.", setting);
    }

    private void RequireSubset<T>(string setting, IReadOnlyList<T> values, IReadOnlyList<T> available)
        where T : struct, Enum
    {
        if (values.Count == 0)
            throw new ArgumentException($"DtlsConfig.{setting} must not be empty.", setting);
        foreach (T value in values)
        {
            bool found = false;
            foreach (T candidate in available)
                found |= EqualityComparer<T>.Default.Equals(candidate, value);
            if (!found)
                throw new ArgumentException($"DtlsConfig.{setting} names {value}, which the provider {Crypto.Name} lacks.", setting);
        }
    }

    /// <summary>
    /// On a configuration that was checked. A copy, which may differ, takes along what marks its original. No part of what
    /// makes two configurations equal.
    /// </summary>
    private readonly struct CheckMark(DtlsConfig config) : IEquatable<CheckMark>
    {
        private readonly DtlsConfig? _config = config;

        public bool IsOn(DtlsConfig config) => ReferenceEquals(_config, config);

        public bool Equals(CheckMark other) => true;

        public override bool Equals(object? obj) => obj is CheckMark;

        public override int GetHashCode() => 0;
    }
}
