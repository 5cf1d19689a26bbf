using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using Sockets.Certificates;
using Sockets.Diagnostics;
using Sockets.Dtls;
using Sockets.Platform;

namespace Sockets.Links.Dtls;

/// <summary>
/// Runs one <see cref="DtlsEndpoint"/> on one UDP socket: receiving, timers, sending, and the answers to the engine's events,
/// in the background or when pumped. It serves a listener (many channels) or one client channel. Everything that touches the engine happens
/// under <see cref="_gate"/>; nothing allocates per datagram.
/// </summary>
internal sealed partial class DatagramDriver : IAsyncDisposable, IThreadPoolWorkItem
{
    /// <summary>After so many, whoever waits for the thread or the gate gets its turn, and the engine's answers are sent, of which it holds a bounded number.</summary>
    private const int DatagramsPerTurn = 64;

    private const int ErrorsInARow = 16;

    private readonly Lock _gate = new();
    private UdpPort _port;
    private readonly DtlsEndpoint _endpoint;
    private readonly DriverClock _clock;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger? _logger;
    private readonly string? _targetHost;
    private readonly DriverMode _mode;
    private readonly IDtlsHandler? _handler;
    private readonly int _receiveQueueSize;
    private readonly DtlsConfig? _serverConfig;
    private readonly CertificateVerifier _verifier;
    private readonly Func<DtlsSignatureRequest, CancellationToken, ValueTask<byte[]>>? _signingCallback;
    private readonly HashSet<DtlsChannel> _channels = [];
    private readonly List<DtlsChannel> _deferred = [];
    private readonly List<DtlsConnection> _finished = [];

    /// <summary>For what the engine sends, by a thread that holds <see cref="_gate"/>.</summary>
    private readonly byte[] _driverBuffer;
    private readonly int _firstDatagramSize; // before a search has found more
    private readonly SocketAddress _driverDestination;

    private readonly TaskCompletionSource _socketErrorSeen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ulong[] _endedDiscards = DiscardMeter.CreateCounts();
    private TrafficTotals _endedTraffic;
    private DtlsStatistics _lastStatistics;
    private bool _insideEngine;
    private bool _draining;
    private bool _stopRequested;
    private bool _stopped;

    public DatagramDriver(UdpPort port, DtlsEndpointConfig config, int maxDatagramSize, DtlsOptions options, string? targetHost, DriverMode mode = DriverMode.Background, DriverClock? clock = null)
    {
        _port = port;
        _mode = mode;
        _timeProvider = options.TimeProvider;
        _logger = options.Logger;
        _targetHost = targetHost;
        _clock = clock ?? new DriverClock(_timeProvider);
        _endpoint = new DtlsEndpoint(config) { WentQuiet = static connection => (connection.UserState as DtlsChannel)?.Trim() };
        _serverConfig = config.Server;
        _lookups = options is DtlsServerOptions server ? new ServerLookups(server) : null;
        _selectOptions = (options as DtlsServerOptions)?.ServerOptionsSelectionCallback;
        _handler = options.Handler;
        _receiveQueueSize = options.ReceiveQueueSize;
        _verifier = options.CreateVerifier(targetHost);
        _signingCallback = options.SigningCallback;
        _firstDatagramSize = maxDatagramSize;
        _driverBuffer = new byte[Math.Max(maxDatagramSize, options.MaxProbedDatagramSize)];
        _sendBuffer = new byte[_driverBuffer.Length];
        _driverDestination = port.CreateAddress();
        if (mode == DriverMode.Background)
            CreateTimer();
        DiscardMeter.Add(this);
    }

    /// <summary>Server: asked before a new connection gets a channel. False: it is forgotten without an answer.</summary>
    public Func<bool>? Admitting { get; init; }

    /// <summary>Server: a connection that was admitted has ended before its handshake was done.</summary>
    public Action? Abandoned { get; init; }

    /// <summary>Server: what happens to a channel whose handshake is done and that no handler takes. False: nobody has room for it.</summary>
    public Func<DtlsChannel, bool>? Accepted { get; init; }

    /// <summary>Client: what goes along with the ClientHello, if a ticket allows it.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> EarlyData { get; init; } = [];

    /// <summary>Server: takes early data.</summary>
    public Action<DtlsChannel, ReadOnlyMemory<byte>>? EarlyDataReceived { get; init; }

    /// <summary>Client: where its tickets go. Null: nowhere.</summary>
    public TicketPlace? Tickets { get; init; }

    /// <summary>Server: told of failed handshakes, in the loop.</summary>
    public Action<IPEndPoint, DtlsException>? HandshakeFailed { get; init; }

    /// <summary>Server: who is told of each connection's beginning and end.</summary>
    public IDriverObserver? Observer { get; init; }

    /// <summary>Server: what all receive queues together may hold. Null: each has its own limit and no other.</summary>
    public QueueBudget? QueueBudget { get; init; }

    public IPEndPoint LocalEndPoint => _port.LocalEndPoint;

    /// <summary>The system's socket, for settings and readiness.</summary>
    public SystemSocket Socket => _port.Socket;

    /// <summary>Completes when the system reports an error of the socket (an ICMP error, mostly): a hint, never a verdict.</summary>
    public Task SocketErrorSeen => _socketErrorSeen.Task;

    /// <summary>The last error the system reported; Success when there was none.</summary>
    public SocketError LastSocketError { get; private set; }

    /// <summary>Datagrams on which the engine failed with an exception.</summary>
    public long InternalErrors { get; private set; }

    /// <summary>Whether the socket belongs to one client channel and ends with it.</summary>
    public bool ServesOneChannel => _port.IsConnected;

    /// <summary>Whether this side has closed all of it.</summary>
    public bool IsClosed { get; private set; }

    public int ReceiveQueueSize => _receiveQueueSize;

    public IDtlsHandler? Handler => _handler;

    public DtlsStatistics Statistics
    {
        get
        {
            lock (_gate)
                return _stopped ? _lastStatistics : _endpoint.Statistics;
        }
    }

    public int ConnectionCount
    {
        get
        {
            lock (_gate)
                return _channels.Count;
        }
    }

    /// <summary>Begins a client's handshake and the loop.</summary>
    public DtlsChannel Connect(DtlsConfig config, DtlsAddress remote)
    {
        DtlsChannel channel;
        lock (_gate)
        {
            MonotonicTime now = _clock.Now;
            channel = AddChannel(_endpoint.Connect(config, new DtlsPath(remote), now));
            Drain(now);
        }

        Start();
        return channel;
    }

    /// <summary>Closes every connection in good order, then the socket; waits until the loop has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        await _loop.ConfigureAwait(false);
    }

    /// <summary>As <see cref="DisposeAsync"/>, without waiting for the loop, which ends soon after.</summary>
    public void Close()
    {
        lock (_gate)
        {
            IsClosed = true;
            if (!_stopped)
            {
                foreach (DtlsChannel channel in (DtlsChannel[])[.. _channels])
                    Request(channel, ChannelRequests.Close);
                _stopRequested = true;
                if (!_draining && !_insideEngine)
                    Drain(_clock.Now);
            }
        }

        RunOutside();
    }

    /// <summary>Hands what was received at a port to the engine, at most so many datagrams, and sends at the end what came of it.</summary>
    /// <returns>How many datagrams it was.</returns>
    private int HandleReceived<TSink>(UdpPort port, DatagramBatch batch, int most, ref TSink sink)
        where TSink : struct, IDriverSink, allows ref struct
    {
        int count = Router is null ? 0 : ForwardForeign(port, batch, most);
        if (count == most || !batch.HasNext)
            return count;
        lock (_gate)
        {
            if (_stopped)
                return 0;
            MonotonicTime now = _clock.Now;
            int message = -1;
            DtlsPath path = default;
            while (count < most && batch.HasNext && sink.HasRoom && !IsForeign(batch))
            {
                if (batch.NextMessage != message)
                {
                    message = batch.NextMessage;
                    path = port.PathOf(batch, message);
                }

                HandleDatagram(path, batch.TakeNext(), now, ref sink);
                count++;
            }

            Drain(now);
        }

        return count;
    }

    private void HandleDatagram<TSink>(in DtlsPath path, Span<byte> datagram, MonotonicTime now, ref TSink sink)
        where TSink : struct, IDtlsSink, allows ref struct
    {
        try
        {
            _insideEngine = true;
            _endpoint.HandleDatagram(path, datagram, now, ref sink);
            _insideEngine = false;
        }
        catch (Exception exception)
        {
            _insideEngine = false;
            Isolate(exception, now);
        }
    }

    /// <summary>
    /// An exception that the engine should not have thrown over a datagram: a defect. It costs the connection that the datagram was
    /// given to, which its path does not tell, and nobody else.
    /// </summary>
    private void Isolate(Exception exception, MonotonicTime now)
    {
        InternalErrors++;
        if (_endpoint.LastRecipient is not { } connection)
            return;
        if (connection.UserState is DtlsChannel channel)
        {
            channel.Faults.Engine = exception;
            Request(channel, ChannelRequests.Abort);
        }
        else
        {
            connection.Abort(AlertDescription.InternalError, now);
        }
    }

    private void RunTimers()
    {
        try
        {
            MonotonicTime now = _clock.Now;
            if (_endpoint.NextTimeout <= now)
                _endpoint.HandleTimeout(now);
            Drain(now);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    /// <summary>The next deadline has changed, perhaps.</summary>
    private void SetTimer(MonotonicTime now)
    {
        MonotonicTime next = _endpoint.NextTimeout;
        if (_mode == DriverMode.Polled)
            SetNextTimeout(next);
        if (_mode == DriverMode.Background || _drivesItself)
            ArmTimer(now, next);
    }

    /// <summary>ICMP errors can be forged and may pass: counted, shown as a hint when a handshake times out, never acted on.</summary>
    internal void NoteSocketError(SocketError error)
    {
        // Our own end of the socket, or its full buffer: no news of the peer, and no reason to forget what there was.
        if (error is SocketError.OperationAborted or SocketError.Interrupted or SocketError.WouldBlock)
            return;
        LastSocketError = error;
        _socketErrorSeen.TrySetResult();
        MoveAwayFrom(error);
    }

    /// <summary>An exception that belongs to no peer: nothing the engine says can be relied on any more.</summary>
    private void Fail(Exception exception)
    {
        if (_stopped)
            return;
        _insideEngine = false;
        _draining = true; // what handlers ask for now is not done any more
        var failure = new DtlsException($"The DTLS engine failed: {exception.Message}", innerException: exception);
        foreach (DtlsChannel channel in _channels)
        {
            if (!channel.WasOpen)
                Abandoned?.Invoke();
            NoteEnd(channel);
            channel.Finish(failure);
            Observer?.OnEnded(channel, failure);
        }

        _channels.Clear();
        Stop();
    }

    private void Stop()
    {
        if (_stopped)
            return;
        _lastStatistics = _endpoint.Statistics;
        ulong[] discards = DiscardMeter.CreateCounts();
        TryAddDiscards(discards);
        DiscardMeter.Remove(this, discards);
        Volatile.Write(ref _stopped, true);
        Volatile.Write(ref _nextTimeout, long.MaxValue);
        _timer?.Dispose();
        _forwarded?.Close();
        ReturnOutbox();
        _port.Dispose();
        StopMigration();
        _endpoint.Dispose();
    }

    /// <summary>Adds up what was discarded here, by connections that are over as well. False: stopped, and the meter has it.</summary>
    public bool TryAddDiscards(Span<ulong> counts)
    {
        lock (_gate)
        {
            if (_stopped)
                return false;
            DiscardMeter.AddTo(counts, _endpoint.Statistics);
            foreach (DtlsChannel channel in _channels)
                DiscardMeter.AddTo(counts, channel.Connection.Statistics);
            for (int i = 0; i < counts.Length; i++)
                counts[i] += _endedDiscards[i];
            return true;
        }
    }

    /// <summary>Adds up the datagrams, bytes and records of all connections, of those that are over as well, and of stateless answers.</summary>
    public void AddTraffic(ref TrafficTotals totals)
    {
        lock (_gate)
        {
            totals.Add(_stopped ? _lastStatistics : _endpoint.Statistics);
            foreach (DtlsChannel channel in _channels)
                totals.Add(channel.Connection.Statistics);
            totals.Add(_endedTraffic);
        }
    }

    /// <summary>The connections whose handshake is done and that are not over.</summary>
    public void AddOpenChannels(List<DtlsChannel> channels)
    {
        lock (_gate)
        {
            foreach (DtlsChannel channel in _channels)
            {
                if (channel.WasOpen)
                    channels.Add(channel);
            }
        }
    }

    /// <summary>Keeps what a connection has counted, which is over.</summary>
    private void NoteEnd(DtlsChannel channel)
    {
        DtlsStatistics statistics = channel.Connection.Statistics;
        DiscardMeter.AddTo(_endedDiscards, statistics);
        _endedTraffic.Add(statistics);
    }

    private DtlsChannel AddChannel(DtlsConnection connection)
    {
        var channel = new DtlsChannel(this, connection, SocketAddressFormat.Create(connection.Path.Remote));
        channel.Scope = new HandshakeScope(DtlsNames.Protocol, connection.Role == DtlsRole.Server, SocketAddressFormat.ToEndPoint(connection.Path.Remote), _targetHost, _timeProvider, _logger);
        connection.UserState = channel;
        _channels.Add(channel);
        Observer?.OnBegun(channel);
        return channel;
    }

    /// <summary>The engine's way to the channels.</summary>
    private readonly struct ChannelSink : IDriverSink
    {
        public bool HasRoom => true;

        public bool WantsMore => true;

        public void OnData(DtlsConnection connection, ReadOnlySpan<byte> data) => ((DtlsChannel)connection.UserState!).Deliver(data);
    }
}
