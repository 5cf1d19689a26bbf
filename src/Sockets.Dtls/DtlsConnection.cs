using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <summary>
/// One DTLS 1.3 connection (RFC 9147) of either role, without any I/O: datagrams, times and answers go in, datagrams,
/// deadlines and events come out.
/// </summary>
/// <remarks>
/// <para><b>In:</b> <see cref="HandleDatagram"/>, <see cref="HandleTimeout"/>, <see cref="Write"/>, <see cref="Close"/>,
/// <see cref="Abort"/>, <see cref="RequestKeyUpdate"/>, <see cref="CompleteCertificateVerification"/>,
/// <see cref="CompleteSignature"/>.
/// <b>Out:</b> <see cref="PollTransmit"/>, <see cref="PollEvent"/>, <see cref="NextTimeout"/>.
/// After each input, or each batch of datagrams, drain the first two and read the third.</para>
/// <para>One thread at a time. A connection that belongs to a <see cref="DtlsEndpoint"/> is driven through it; only the
/// inputs other than datagrams and timeouts are called here.</para>
/// </remarks>
public sealed partial class DtlsConnection : IHandshakeHost, IDisposable
{
    // More than any batch of datagrams.
    private const int MaxInputsBeforeDrain = 1024;

    private DtlsConfig _config; // a server's may be chosen by its ClientHello
    private DtlsPath _path;
    private readonly EpochTable _epochs = new();
    private Queue<DtlsEventKind>? _events; // null while there is none, so that an idle connection does without
    private readonly MonotonicTime _created;
    private ClientRandomBytes _clientRandom;
    private HandshakeMachine? _machine;

    // The traffic secrets of reading and of writing and the exporter secret, once the handshake is done. Pinned, so that the
    // collector leaves no copies that are never zeroed.
    private byte[]? _secrets;
    private ConnectionStatistics _statistics;
    private DtlsState _state;
    private MonotonicTime _now;
    private int _inputsSinceDrain;

    private DtlsConnection(DtlsConfig config, DtlsRole role, in DtlsPath path, MonotonicTime now, int firstMessage, ulong firstRecord)
    {
        config.Validate();
        _config = config;
        _path = path;
        _created = now;
        _now = now;
        Role = role;
        _nextSendMessage = firstMessage;
        _reassembler = new Reassembler((ushort)firstMessage, config.MaxHandshakeMessageSize, config.ReassemblyBudget, config.DangerousTrustPlaintext);
        _epochs.PlaintextSequence = firstRecord;
        _maxDatagramSize = config.MaxDatagramSize;
        _datagramSize = config.MaxDatagramSize;
        _timer = new RetransmitTimer { Initial = config.InitialRetransmitTimeout, Maximum = config.MaxRetransmitTimeout };
    }

    /// <summary>Which end this is.</summary>
    public DtlsRole Role { get; }

    /// <summary>Where the connection stands.</summary>
    public DtlsState State => _machine?.State ?? _state;

    /// <summary>The path its datagrams take: where the handshake began, until the peer has answered from another one.</summary>
    public DtlsPath Path => _path;

    /// <summary>Why the connection failed; null while it has not.</summary>
    public DtlsFailure? Failure { get; private set; }

    /// <summary>Free for the driver.</summary>
    public object? UserState { get; set; }

    /// <summary>The negotiated suite.</summary>
    public CipherSuite CipherSuite { get; private set; }

    /// <summary>The negotiated group.</summary>
    public NamedGroup Group { get; private set; }

    /// <summary>The scheme the peer's certificate key signed with; None when it showed no certificate in this handshake.</summary>
    public SignatureScheme PeerSignatureScheme { get; private set; }

    /// <summary>The negotiated application protocol; empty when there is none.</summary>
    public DtlsApplicationProtocol ApplicationProtocol { get; private set; }

    /// <summary>The name the client asked for; null when it named none.</summary>
    public string? ServerName { get; private set; }

    /// <summary>Whether a HelloRetryRequest took place, for a group or for a cookie.</summary>
    public bool UsedHelloRetryRequest { get; private set; }

    /// <summary>
    /// Whether a session was resumed: the peer proved who it is in an earlier handshake, and <see cref="PeerCertificates"/> are
    /// those it showed then.
    /// </summary>
    public bool IsResumed { get; private set; }

    /// <summary>
    /// The identity of the external pre-shared key that authenticates the peer, now or in the handshake that was resumed; empty
    /// when there is none.
    /// </summary>
    public ReadOnlyMemory<byte> PskIdentity { get; private set; }

    /// <summary>
    /// The peer's chain, leaf first, DER; empty when it showed none. Under <see cref="DtlsCertificateType.RawPublicKey"/> the one
    /// entry is the bare key.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> PeerCertificates { get; private set; } = [];

    /// <summary>
    /// Client: the OCSP response that came with <see cref="PeerCertificates"/>, in DER, not judged; empty without one. That of the
    /// first handshake when the session is resumed.
    /// </summary>
    public ReadOnlyMemory<byte> PeerOcspResponse { get; private set; }

    /// <summary>The kind of <see cref="PeerCertificates"/>.</summary>
    public DtlsCertificateType PeerCertificateType =>
        HandshakeMachine.IsRawPublicKey(PeerCertificates) ? DtlsCertificateType.RawPublicKey : DtlsCertificateType.X509;

    /// <summary>
    /// The signature the handshake waits for; null when it waits for none, or no longer: the connection may have ended
    /// between the event and the question.
    /// </summary>
    public DtlsSignatureRequest? PendingSignature => _machine?.PendingSignature ?? _certificateAnswers?.PendingSignature;

    /// <summary>Counters so far.</summary>
    public DtlsStatistics Statistics => AddPathCounts(_statistics.ToStatistics());

    /// <summary>The endpoint this connection belongs to, which wants to know of every input.</summary>
    internal IConnectionOwner? Owner { get; set; }

    /// <summary>The client's random: how a restarted client is told from a retransmission.</summary>
    internal ReadOnlySpan<byte> ClientRandom => _clientRandom;

    /// <summary>Whether the handshake is done and the connection not over.</summary>
    internal bool IsConnected => _machine is null && _state == DtlsState.Connected;

    private Span<byte> ReadSecret => _secrets.AsSpan(0, _secrets!.Length / 3);

    private Span<byte> WriteSecret => _secrets.AsSpan(_secrets!.Length / 3, _secrets.Length / 3);

    private Span<byte> ExporterSecret => _secrets.AsSpan(2 * (_secrets!.Length / 3));

    private bool IsOver => _state is DtlsState.Closed or DtlsState.Failed;

    /// <summary>Starts a client: its ClientHello is ready in <see cref="PollTransmit"/>.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    public static DtlsConnection CreateClient(DtlsConfig config, in DtlsPath path, MonotonicTime now) => CreateClient(config, path, now, null);

    /// <summary>Starts a client for an endpoint, which issues its connection IDs.</summary>
    internal static DtlsConnection CreateClient(DtlsConfig config, in DtlsPath path, MonotonicTime now, IConnectionOwner? owner)
    {
        ArgumentNullException.ThrowIfNull(config);
        var connection = new DtlsConnection(config, DtlsRole.Client, path, now, 0, 0) { Owner = owner };
        var machine = new ClientHandshake(config, connection);
        connection._machine = machine;
        try
        {
            machine.Start();
        }
        catch
        {
            connection.Abandon();
            throw;
        }

        connection.AdoptNegotiated(machine);
        machine.ClientRandom.CopyTo((Span<byte>)connection._clientRandom);
        return connection;
    }

    /// <summary>
    /// Makes a server connection that waits for a ClientHello, without a cookie: for drivers that know their peer's
    /// address to be true. A <see cref="DtlsEndpoint"/> makes its own.
    /// </summary>
    /// <exception cref="ArgumentException">A setting is out of range, or there is no credential; the message names it.</exception>
    public static DtlsConnection CreateServer(DtlsConfig config, in DtlsPath path, MonotonicTime now)
    {
        ArgumentNullException.ThrowIfNull(config);
        RequireCredential(config);
        var connection = new DtlsConnection(config, DtlsRole.Server, path, now, 0, 0);
        connection._machine = new ServerHandshake(config, connection);
        return connection;
    }

    /// <summary>Makes a server connection for a client whose cookie came back, and gives it the second ClientHello.</summary>
    /// <param name="config">The server's configuration.</param>
    /// <param name="path">The validated path.</param>
    /// <param name="now">The time.</param>
    /// <param name="owner">The endpoint, which issues the connection IDs.</param>
    /// <param name="retry">What the cookie brought back.</param>
    /// <param name="clientHello">Body of the second ClientHello, message_seq 1.</param>
    /// <param name="firstRecord">Sequence number of our next plaintext record.</param>
    internal static DtlsConnection CreateServer(
        DtlsConfig config,
        in DtlsPath path,
        MonotonicTime now,
        IConnectionOwner owner,
        RetryState retry,
        ReadOnlySpan<byte> clientHello,
        ulong firstRecord)
    {
        var connection = new DtlsConnection(config, DtlsRole.Server, path, now, 1, firstRecord)
        {
            Owner = owner,
            _isAddressValidated = true,
            CookieTime = retry.Created,
        };
        connection._machine = new ServerHandshake(config, connection, retry);
        connection.AcceptFirstMessage(clientHello);
        return connection;
    }

    /// <summary>
    /// Makes a server connection for a client whose first ClientHello has been reassembled, without a cookie.
    /// </summary>
    internal static DtlsConnection CreateServer(
        DtlsConfig config, in DtlsPath path, MonotonicTime now, IConnectionOwner owner, ReadOnlySpan<byte> clientHello, int bytesReceived)
    {
        DtlsConnection connection = CreateServer(config, path, now);
        connection.Owner = owner;
        connection._unvalidatedBytesReceived = bytesReceived;
        connection.AcceptFirstMessage(clientHello);
        return connection;
    }

    /// <summary>Takes the next event.</summary>
    /// <returns>False when there is none.</returns>
    public bool PollEvent(out DtlsEvent dtlsEvent)
    {
        if (_events is not { } events)
        {
            dtlsEvent = default;
            return false;
        }

        dtlsEvent = new DtlsEvent(events.Dequeue(), this);
        if (events.Count == 0)
            _events = null;
        return true;
    }

    /// <summary>The driver has judged <see cref="PeerCertificates"/>, or <see cref="PendingClientCertificates"/>.</summary>
    /// <param name="rejection">Null: accepted. Else the alert to refuse them with.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">No verification was asked for.</exception>
    public void CompleteCertificateVerification(AlertDescription? rejection, MonotonicTime now)
    {
        if (IsOver)
            return; // the answer came too late
        if (PendingClientCertificates is not null)
        {
            CompletePostHandshakeVerification(rejection, now);
            return;
        }

        if (_machine is not { State: DtlsState.WaitCertificateVerification } machine)
            throw new InvalidOperationException($"No certificate verification is pending in state {State}.");
        Resume(machine.CompleteVerification(rejection), now);
    }

    /// <summary>The driver has signed <see cref="PendingSignature"/>.</summary>
    /// <param name="signature">The signature; empty when it could not be made, which fails the handshake, as a wrong one does of a credential without <see cref="DtlsCredential.Signer"/>; after it, the answer is without a certificate then.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="InvalidOperationException">No signature was asked for.</exception>
    public void CompleteSignature(ReadOnlySpan<byte> signature, MonotonicTime now)
    {
        if (IsOver)
            return; // the answer came too late
        if (_certificateAnswers is { PendingSignature: not null })
        {
            CompletePostHandshakeSignature(signature, now);
            return;
        }

        if (_machine is not { State: DtlsState.WaitSignature } machine)
            throw new InvalidOperationException($"No signature is pending in state {State}.");
        _now = now;
        Resume(machine.CompleteSignature(signature), now);
    }

    /// <summary>Derives keying material for the application (RFC 8446 §7.5). An empty context is the same as none.</summary>
    /// <param name="label">The label, 249 bytes at most.</param>
    /// <param name="context">The context; may be empty.</param>
    /// <param name="destination">What to fill.</param>
    /// <exception cref="InvalidOperationException">The handshake is not done, or the connection is over.</exception>
    public void ExportKeyingMaterial(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> destination)
    {
        if (_secrets is null)
            throw new InvalidOperationException("Keying material can be exported once the handshake is done and until the connection is over.");
        if (label.Length > 249)
            throw new ArgumentException("An exporter label has at most 249 bytes.", nameof(label));
        KeySchedule.Export(_config.Crypto, CipherSuite, ExporterSecret, label, context, destination);
    }

    /// <summary>
    /// Gives back the tables that ciphers make from their keys, up to 1.7 KB in each direction: for a connection that has
    /// gone quiet. The next record makes them anew, in less than a microsecond.
    /// </summary>
    public void ReleaseTables() => _epochs.ReleaseTables();

    /// <summary>
    /// Zeroes every secret. No alert is sent: call <see cref="Close"/> and drain <see cref="PollTransmit"/> first.
    /// </summary>
    public void Dispose()
    {
        if (!IsOver)
            _state = DtlsState.Closed;
        _pendingAlert = null; // without keys it would go out in clear
        ReleaseSecrets();
        DisposeTickets();
        Owner?.OnTouched(this);
    }

    private void AcceptFirstMessage(ReadOnlySpan<byte> clientHello)
    {
        try
        {
            AcceptMessage(HandshakeType.ClientHello, clientHello);
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    /// <summary>It could not be made, say because a list in the configuration is too long: its owner has nothing of it.</summary>
    private void Abandon()
    {
        ((IHandshakeHost)this).DropConnectionIds();
        Owner = null;
        Dispose();
    }

    private static void RequireCredential(DtlsConfig config)
    {
        if (!config.CanServe)
            throw new ArgumentException("DtlsConfig.Credentials must have at least one credential for a server, or PreSharedKeys a key.", nameof(config));
    }

    /// <summary>Takes over what the handshake has found out; called whenever it has taken a message.</summary>
    private void AdoptNegotiated(HandshakeMachine machine)
    {
        CipherSuite = machine.CipherSuite;
        Group = machine.Group;
        PeerSignatureScheme = machine.PeerSignatureScheme;
        ApplicationProtocol = machine.ApplicationProtocol;
        ServerName = machine.ServerName;
        UsedHelloRetryRequest = machine.UsedHelloRetryRequest;
        PeerCertificates = machine.PeerCertificates.Count > 0 ? machine.PeerCertificates : [];
        ChecksPaths = machine.ChecksPaths;
        PeerOcspResponse = machine.PeerOcspResponse;
        IsResumed = machine.IsResumed;
        PskIdentity = machine.PskIdentity;
        SrtpProfile = machine.SrtpProfile;
        AdoptRecordSizeLimit(machine);
    }

    private void ReleaseSecrets()
    {
        _machine?.Dispose();
        _machine = null;
        _epochs.Dispose();
        EndEarlyData();
        CryptographicOperations.ZeroMemory(_secrets);
        _secrets = null;
        DropResumptionSecret();
        DropPostHandshake();
        _reassembler = null;
        _flight = null;
        _acks = null;
        _early = null;
    }

    private void Raise(DtlsEventKind kind) => (_events ??= new Queue<DtlsEventKind>(2)).Enqueue(kind);

    private void Touch()
    {
        CountInput();
        Owner?.OnTouched(this);
    }

    /// <summary>Holds drivers to the contract: whoever never drains the output waits for a handshake that cannot end.</summary>
    [Conditional("DEBUG")]
    private void CountInput()
    {
        if (++_inputsSinceDrain > MaxInputsBeforeDrain)
            throw new InvalidOperationException($"{MaxInputsBeforeDrain} inputs and PollTransmit was never called until it was empty: see the remarks on DtlsConnection.");
    }

    [InlineArray(32)]
    private struct ClientRandomBytes
    {
        private byte _first;
    }
}
