using System;
using System.Collections.Generic;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Links.Dtls;

namespace Sockets;

/// <summary>
/// One peer over DTLS 1.3: datagrams in, datagrams out, confidential and authentic. They may be lost, reordered, but are
/// never delivered twice. Sending is safe from any thread; one <see cref="ReceiveAsync"/> at a time.
/// </summary>
public sealed partial class DtlsChannel : IAsyncDisposable
{
    private readonly DatagramDriver _driver;

    // A server has very many of these, most of them idle: what not every channel needs is made when somebody asks for it.
    private ReceiveQueue? _queue;
    private ChannelWaiters? _waiters;
    private CertificateRequestWaiters? _certificateWaiters;
    private IPEndPoint? _remoteEndPoint;
    private ChannelFaults? _faults;
    private DtlsException? _failure;
    private StrongBox<DtlsStatistics>? _lastStatistics;
    private int _maxDatagramLength;
    private volatile bool _isOver;

    internal DtlsChannel(DatagramDriver driver, DtlsConnection connection, SocketAddress remoteAddress)
    {
        _driver = driver;
        Connection = connection;
        RemoteAddress = remoteAddress;
    }

    /// <summary>The peer's address.</summary>
    public IPEndPoint RemoteEndPoint
    {
        get
        {
            if (Volatile.Read(ref _remoteEndPoint) is { } known)
                return known;

            // Never in the place of what a change of the path has put there meanwhile.
            IPEndPoint made = SocketAddressFormat.ToEndPoint(SocketAddressFormat.Read(RemoteAddress));
            return Interlocked.CompareExchange(ref _remoteEndPoint, made, null) ?? made;
        }
    }

    /// <summary>Our address; the wildcard for a listener that is bound to it.</summary>
    public IPEndPoint LocalEndPoint { get => field ?? new IPEndPoint(IPAddress.Any, 0); private set; }

    /// <summary>Which end this is.</summary>
    public DtlsRole Role { get; private set; }

    /// <summary>The negotiated cipher suite.</summary>
    public CipherSuite CipherSuite { get; private set; }

    /// <summary>The negotiated key-exchange group.</summary>
    public NamedGroup Group { get; private set; }

    /// <summary>The scheme of the peer's signature; <see cref="SignatureScheme.None"/> when it has no certificate.</summary>
    public SignatureScheme PeerSignatureScheme { get; private set; }

    /// <summary>The negotiated application protocol (ALPN); empty when there is none.</summary>
    public DtlsApplicationProtocol ApplicationProtocol { get; private set; }

    /// <summary>The name the client asked for, if any.</summary>
    public string? ServerName { get; private set; }

    /// <summary>Whether the handshake took a HelloRetryRequest, for a cookie or for another group.</summary>
    public bool UsedHelloRetryRequest { get; private set; }

    /// <summary>Whether a session was resumed: <see cref="PeerCertificates"/> are those of the handshake it began with.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>The identity of the pre-shared key that authenticates the peer, now or where the session began; empty without one.</summary>
    public ReadOnlyMemory<byte> PskIdentity => WasOpen ? Connection.PskIdentity : default;

    /// <summary>
    /// Client: what became of <see cref="DtlsClientOptions.EarlyData"/>; None when there was none to send. Rejected also when it
    /// could not be offered, for want of a ticket that allows it. Pending when it went to another address of the host than the one that
    /// has answered in time: nobody knows whether a server has used it.
    /// </summary>
    public DtlsEarlyDataStatus EarlyDataStatus { get; private set; }

    /// <summary>Client: the early data when it was rejected, for the application to send again if it wants to; else empty.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> RejectedEarlyData { get; private set; } = [];

    /// <summary>The peer's certificates in DER, leaf first; empty for a client that sent none, and for a peer with a bare key.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> PeerCertificates { get; private set; } = [];

    /// <summary>The peer's bare public key in DER (SubjectPublicKeyInfo, RFC 7250); empty when it has none or shows a certificate.</summary>
    public ReadOnlyMemory<byte> PeerPublicKey { get; private set; }

    /// <summary>How long the handshake took.</summary>
    public TimeSpan HandshakeDuration { get; private set; }

    /// <summary>Most bytes that fit into one datagram.</summary>
    public int MaxDatagramLength => _maxDatagramLength;

    /// <summary>Datagrams dropped because the receive queue was full: the newest ones.</summary>
    public long DatagramsDropped => _queue?.Dropped ?? 0;

    /// <summary>How often our keys were replaced, and the peer acknowledged it.</summary>
    public int SendingKeyUpdates { get; private set; }

    /// <summary>How often the peer replaced its keys.</summary>
    public int ReceivingKeyUpdates { get; private set; }

    /// <summary>How often the connection went on over another path: the peer moved, or we did. See <see cref="MigrateAsync"/>.</summary>
    public int PathChanges { get; private set; }

    /// <summary>Free for the application.</summary>
    public object? Tag { get; set; }

    /// <summary>Completes when the connection is over: with its failure, or null after a close in good order.</summary>
    public Task<DtlsException?> Completion => Waiters.Completion;

    /// <summary>The connection's counters; the last ones when it is over.</summary>
    public DtlsStatistics Statistics
    {
        get
        {
            DtlsStatistics statistics = default;
            return _driver.Inspect(this, new StatisticsReader(ref statistics), static (connection, reader) => reader.Target = connection.Statistics)
                ? statistics
                : _lastStatistics!.Value;
        }
    }

    internal DtlsConnection Connection { get; }

    internal SocketAddress RemoteAddress { get; private set; }

    internal bool IsOver => _isOver;

    /// <summary>Whether a receive would complete at once.</summary>
    internal bool HasPendingData => Queue.IsReadable;

    /// <summary>
    /// Called under the driver's gate whenever something came or changed that a reader, a writer or a poll may wait for. Must
    /// not block.
    /// </summary>
    internal Action? Changed { get; set; }

    /// <summary>Whether the peer has said close_notify.</summary>
    internal bool IsClosedByPeer { get; private set; }

    internal ReceiveQueue Queue => _queue ?? Interlocked.CompareExchange(ref _queue, new ReceiveQueue(_driver.ReceiveQueueSize, _driver.QueueBudget), null) ?? _queue;

    internal DatagramDriver Driver => _driver;

    internal bool WasOpen { get; private set; }

    /// <summary>When it was opened, for whoever counts it: in units of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    internal long OpenedAt { get; set; }

    /// <summary>Cancelled when the connection is over.</summary>
    internal CancellationToken Lifetime => Waiters.Lifetime;

    internal ChannelRequests Requests { get; set; }

    /// <summary>Server: the options that were chosen for this client; null: the listener's own.</summary>
    internal DtlsServerSelection? Selection { get; set; }

    /// <summary>Where this side keeps what goes wrong on it.</summary>
    internal ChannelFaults Faults => _faults ?? Interlocked.CompareExchange(ref _faults, new ChannelFaults(), null) ?? _faults;

    /// <summary>Null: nothing has gone wrong on this side.</summary>
    internal ChannelFaults? KnownFaults => _faults;

    internal Task Connected => Waiters.Connected;

    private ChannelWaiters Waiters
    {
        get
        {
            ChannelWaiters? waiters = _waiters;
            if (waiters is not null)
                return waiters;
            waiters = new ChannelWaiters();
            if (Interlocked.CompareExchange(ref _waiters, waiters, null) is { } other)
                return other;

            // Whoever opened or ended the channel before has not seen it.
            if (WasOpen)
                waiters.Open();
            if (_isOver)
            {
                waiters.End(_failure, CreateOverException());
                waiters.Dispose();
            }

            return waiters;
        }
    }

    /// <summary>The peer's own certificate, or null. The caller disposes it.</summary>
    public X509Certificate2? GetPeerCertificate() =>
        PeerCertificates.Count == 0 ? null : X509CertificateLoader.LoadCertificate(PeerCertificates[0].Span);

    /// <summary>Waits for one datagram.</summary>
    /// <param name="buffer">Takes it; <see cref="MaxDatagramLength"/> of the peer is at most 16384 bytes.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    /// <exception cref="DtlsException">The connection failed, and everything that came before has been read.</exception>
    public ValueTask<DtlsReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_driver.Handler is not null)
            throw new InvalidOperationException("Datagrams of this connection go to its handler.");
        return Queue.ReceiveAsync(buffer, cancellationToken);
    }

    /// <summary>Sends one datagram, which may be empty. Allocates nothing. False: the connection is over, or not open yet.</summary>
    /// <exception cref="ArgumentException">It is longer than <see cref="MaxDatagramLength"/>.</exception>
    /// <exception cref="DtlsException">The system knows it to be longer than the path carries; the connection goes on.</exception>
    public bool TrySend(ReadOnlySpan<byte> datagram) => _driver.TrySend(this, datagram) switch
    {
        DtlsSendOutcome.NotOpen => false,
        DtlsSendOutcome.TooLong => throw new ArgumentException($"A datagram of {datagram.Length} bytes is too long for this connection: at most {MaxDatagramLength} bytes fit.", nameof(datagram)),
        DtlsSendOutcome.TooLongForPath => throw new DtlsException($"A datagram of {datagram.Length} bytes is longer than the path to {RemoteEndPoint} carries; the connection goes on."),
        _ => true,
    };

    /// <summary>Sends one datagram. Completes when the system has it.</summary>
    /// <exception cref="DtlsException">The connection is over.</exception>
    /// <exception cref="ArgumentException">It is longer than <see cref="MaxDatagramLength"/>.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TrySend(datagram.Span) ? ValueTask.CompletedTask : ValueTask.FromException(CreateOverException());
    }

    /// <summary>Asks for new sending keys, and for new keys of the peer with <paramref name="requestPeerUpdate"/>. May be called by a handler.</summary>
    public void RequestKeyUpdate(bool requestPeerUpdate = false) =>
        _driver.Request(this, requestPeerUpdate ? ChannelRequests.KeyUpdateOfBoth : ChannelRequests.KeyUpdate);

    /// <summary>As <see cref="RequestKeyUpdate"/>, and waits until the peer has acknowledged it and the new keys are in use.</summary>
    /// <exception cref="DtlsException">The connection is over.</exception>
    public Task UpdateKeysAsync(bool requestPeerUpdate = false, CancellationToken cancellationToken = default)
    {
        if (Waiters.BeginKeyUpdate() is not { } updated)
            return Task.FromException(CreateOverException());
        RequestKeyUpdate(requestPeerUpdate);
        return updated.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Client: goes on from another UDP socket, without a handshake: another port, another address, another network. Everything
    /// stays on the old one until the server has answered to the new one, and neither side loses what it had sent. For
    /// connections with connection IDs (<see cref="DtlsOptions.ConnectionIdLength"/> on both sides; 0 is enough here).
    /// </summary>
    /// <param name="localEndPoint">Where from; port 0 for any. Null: the system chooses the address too.</param>
    /// <param name="cancellationToken">Ends the wait only.</param>
    /// <returns>True: it has moved. False: no answer came that way, or another call took its place; it goes on where it was.</returns>
    /// <exception cref="InvalidOperationException">The connection cannot move; the message says why.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The system has no such socket.</exception>
    /// <exception cref="DtlsException">The connection is over.</exception>
    public Task<bool> MigrateAsync(IPEndPoint? localEndPoint = null, CancellationToken cancellationToken = default) =>
        _driver.MigrateAsync(this, localEndPoint).WaitAsync(cancellationToken);

    /// <summary>
    /// Server: asks the client for a certificate now (RFC 8446 §4.6.2), and waits for its answer, which
    /// <see cref="DtlsOptions.Trust"/> judges: <see cref="PeerCertificates"/> are the new ones then. A client may show none, which proves
    /// nothing: look at <see cref="DtlsClientAuthenticationResult.IsAuthenticated"/>. It may also never answer: give it a token.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait only.</param>
    /// <exception cref="DtlsException">The connection is over: the certificate was refused, perhaps.</exception>
    /// <exception cref="InvalidOperationException">
    /// The client has not offered it (<see cref="DtlsOptions.PostHandshakeAuthentication"/> on both sides), or four requests are under way.
    /// </exception>
    public Task<DtlsClientAuthenticationResult> RequestClientCertificateAsync(CancellationToken cancellationToken = default)
    {
        CertificateRequestWaiters waiters = _certificateWaiters ?? Interlocked.CompareExchange(ref _certificateWaiters, new CertificateRequestWaiters(), null) ?? _certificateWaiters;
        Task<DtlsClientAuthenticationResult> answered = waiters.Add();
        _driver.Request(this, ChannelRequests.ClientCertificate);
        if (_isOver)
            waiters.End(CreateOverException());
        return answered.WaitAsync(cancellationToken);
    }

    /// <summary>Derives a secret that both ends share (RFC 8446 §7.5).</summary>
    /// <param name="label">ASCII; registered, or beginning with EXPERIMENTAL.</param>
    /// <param name="context">May be empty, which is the same as none.</param>
    /// <param name="destination">Filled with the secret.</param>
    /// <exception cref="DtlsException">The connection is over.</exception>
    public void ExportKeyingMaterial(string label, ReadOnlySpan<byte> context, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(label);
        byte[] labelBytes = Encoding.ASCII.GetBytes(label);
        if (!_driver.Inspect(this, new ExporterArguments(labelBytes, context, destination), static (connection, arguments) =>
                connection.ExportKeyingMaterial(arguments.Label, arguments.Context, arguments.Destination)))
            throw CreateOverException();
    }

    /// <summary>Sends close_notify and ends the connection at once. Does nothing when it is over. May be called by a handler.</summary>
    public void Close() => _driver.Request(this, WasOpen ? ChannelRequests.Close : ChannelRequests.Cancel);

    /// <summary>Closes the connection; a client's socket with it.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        if (_driver.ServesOneChannel)
            await _driver.DisposeAsync().ConfigureAwait(false);
    }

    internal DtlsException CreateOverException() =>
        _isOver && _failure is { } failure
            ? new DtlsException(failure.Message, failure.Failure, failure.CertificateProblem, failure)
            : new DtlsException(_isOver ? "The connection was closed." : "The handshake is not done.");

    private readonly ref struct StatisticsReader(ref DtlsStatistics target)
    {
        private readonly ref DtlsStatistics _target = ref target;

        public DtlsStatistics Target
        {
            set => _target = value;
        }
    }

    private readonly ref struct ExporterArguments(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> destination)
    {
        public ReadOnlySpan<byte> Label { get; } = label;

        public ReadOnlySpan<byte> Context { get; } = context;

        public Span<byte> Destination { get; } = destination;
    }
}
