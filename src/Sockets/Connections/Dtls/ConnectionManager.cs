using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Sockets.Connections.Dtls;
using Sockets.Dtls;
using Sockets.Engine;
using Sockets.Links.Dtls;

namespace Sockets;

/// <summary>
/// A DTLS 1.3 server on one or many UDP sockets: connections are found by connection ID, then by address, whichever socket their datagrams
/// reach, and one set of limits holds for all of them.
/// </summary>
public sealed partial class ConnectionManager : IAsyncDisposable
{
    private readonly ConnectionManagerOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly DtlsAdmission _admission;
    private readonly DtlsConnectionIdLayout? _layout;
    private readonly QueueBudget _queueBudget;
    private readonly Channel<DtlsChannel> _accepted;
    private readonly ConnectionEventQueue? _events;
    private readonly DatagramDriver[] _drivers;
    private readonly UdpPort[] _ports;
    private readonly DateTimeOffset _startTime;
    private TaskCompletionSource? _emptied;
    private Task<int>? _stopping;

    private ConnectionManager(IReadOnlyList<IPEndPoint> localEndPoints, ConnectionManagerOptions options)
    {
        _options = options;
        DtlsServerOptions security = options.CreateSecurity();
        _timeProvider = security.TimeProvider;
        _startTime = _timeProvider.GetUtcNow();
        _admission = new DtlsAdmission(options.CreateLimits());
        _queueBudget = new QueueBudget(options.MaxQueuedBytes);
        _accepted = Channel.CreateBounded<DtlsChannel>(options.AcceptQueueLength);
        _events = options.EventRaised is { } raised ? new ConnectionEventQueue(raised, options.EventQueueLength, _timeProvider) : null;
        _layout = options.CreateLayout(localEndPoints.Count * options.ShardsPerAddress);
        var configs = new DtlsEndpointConfig[localEndPoints.Count * options.ShardsPerAddress];
        for (int i = 0; i < configs.Length; i++)
        {
            configs[i] = options.CreateEndpointConfig(security, _admission, _layout, i);
            configs[i].Validate(); // before a port is taken
        }

        _ports = OpenPorts(localEndPoints, options, security);
        _drivers = new DatagramDriver[_ports.Length];
        var clock = new DriverClock(_timeProvider);
        for (int i = 0; i < _drivers.Length; i++)
        {
            DtlsEndpointConfig config = configs[i];
            _drivers[i] = new DatagramDriver(_ports[i], config, config.Server!.MaxDatagramSize, security, targetHost: null, DriverMode.Background, clock)
            {
                Accepted = TryQueue,
                EarlyDataReceived = security.EarlyDataReceived,
                Observer = this,
                QueueBudget = _queueBudget,
                Router = _layout is null && _ports.Length == 1 ? null : this,
                Shard = i,
                ForwardQueueLength = _layout is null ? 0 : options.ForwardQueueLength,
            };
        }

        LocalEndPoints = [.. ListEndPoints()];
    }

    /// <summary>Where it listens, one for each address; the ports are those the system chose where 0 was asked for.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints { get; }

    /// <summary>The first of <see cref="LocalEndPoints"/>.</summary>
    public IPEndPoint LocalEndPoint => LocalEndPoints[0];

    /// <summary>Connections now whose handshake is done.</summary>
    public int ConnectionCount => Volatile.Read(ref _active);

    /// <summary>Whether no handshake begins any more.</summary>
    public bool IsStopping => !_admission.IsOpen;

    /// <summary>Takes a port and begins to answer.</summary>
    /// <param name="localEndPoint">Address and port. The IPv6 wildcard serves IPv4 as well.</param>
    /// <param name="options">Read once, now.</param>
    /// <exception cref="SocketException">The port is in use, or the address is not of this machine.</exception>
    /// <exception cref="ArgumentException">A setting has a value that it may not have, or contradicts another; the message names it.</exception>
    public static ConnectionManager Start(IPEndPoint localEndPoint, ConnectionManagerOptions options)
    {
        ArgumentNullException.ThrowIfNull(localEndPoint);
        return Start([localEndPoint], options);
    }

    /// <summary>Takes several ports and begins to answer: all of them, or none.</summary>
    /// <inheritdoc cref="Start(IPEndPoint, ConnectionManagerOptions)"/>
    /// <param name="localEndPoints">Addresses and ports. Where the IPv4 wildcard is there as well, the IPv6 wildcard serves IPv6 alone.</param>
    /// <param name="options">Read once, now.</param>
    public static ConnectionManager Start(IReadOnlyList<IPEndPoint> localEndPoints, ConnectionManagerOptions options)
    {
        ArgumentNullException.ThrowIfNull(localEndPoints);
        ArgumentNullException.ThrowIfNull(options);
        if (localEndPoints.Count == 0 || localEndPoints.Contains(null!))
            throw new ArgumentException("There must be at least one address, and none of them may be null.", nameof(localEndPoints));
        if (!DtlsFeature.IsSupported)
            throw DtlsFeature.NotSupported();
        options.Validate(localEndPoints.Count * options.ShardsPerAddress);
        var manager = new ConnectionManager([.. localEndPoints], options);
        manager._events?.Start();
        ConnectionManagerMeter.Add(manager);
        foreach (DatagramDriver driver in manager._drivers)
            driver.Start();
        return manager;
    }

    /// <summary>Waits for the next client whose handshake is done. With a <see cref="DtlsOptions.Handler"/> none comes here.</summary>
    /// <exception cref="ObjectDisposedException">The manager was stopped or disposed, and nobody waits any more.</exception>
    public async ValueTask<DtlsChannel> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _accepted.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(ConnectionManager));
        }
    }

    /// <summary>The connections whose handshake is done, as they are now; some may be over when the caller looks.</summary>
    /// <exception cref="InvalidOperationException">Called by an <see cref="IDtlsHandler"/>.</exception>
    public IReadOnlyList<DtlsChannel> GetConnections()
    {
        ThrowIfInsideHandler();
        var channels = new List<DtlsChannel>();
        foreach (DatagramDriver driver in _drivers)
            driver.AddOpenChannels(channels);
        return channels;
    }

    /// <summary>
    /// Ends in good order: no handshake begins any more, those that have begun go on, and connections may end by themselves. What is left
    /// after <paramref name="drainTime"/> is closed with close_notify, and the sockets with it. May be called from anywhere, also from a
    /// handler of events, but not be waited for inside an <see cref="IDtlsHandler"/>. A second call waits for the first.
    /// </summary>
    /// <param name="drainTime">How long to wait for connections to end; zero: not at all; <see cref="Timeout.InfiniteTimeSpan"/>: as long as it takes.</param>
    /// <param name="cancellationToken">Ends the waiting as the time does.</param>
    /// <returns>How many connections were closed that had not ended by themselves.</returns>
    public Task<int> StopAsync(TimeSpan drainTime, CancellationToken cancellationToken = default)
    {
        if (drainTime != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(drainTime, TimeSpan.Zero);
        lock (_admission)
            return _stopping ??= Task.Run(() => StopOnceAsync(drainTime, cancellationToken), CancellationToken.None);
    }

    /// <summary>Closes every connection with close_notify, then the sockets. Does not wait for connections to end by themselves.</summary>
    /// <exception cref="InvalidOperationException">Called by an <see cref="IDtlsHandler"/>.</exception>
    public async ValueTask DisposeAsync()
    {
        ThrowIfInsideHandler();
        CloseDrivers();
        await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
    }

    private async Task<int> StopOnceAsync(TimeSpan drainTime, CancellationToken cancellationToken)
    {
        _admission.IsOpen = false;
        var emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _emptied, emptied);
        Interlocked.MemoryBarrier(); // either the last to end sees it, or its end is seen here
        if (Volatile.Read(ref _live) > 0 && drainTime != TimeSpan.Zero)
        {
            try
            {
                await emptied.Task.WaitAsync(TimeLimit.OrNone(drainTime), _timeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
            {
                // What is left is closed below.
            }
        }

        int left = Volatile.Read(ref _active);
        CloseDrivers();
        foreach (DatagramDriver driver in _drivers)
            await driver.DisposeAsync().ConfigureAwait(false);
        _accepted.Writer.TryComplete();
        ConnectionManagerMeter.Remove(this);
        _events?.Complete();
        return left;
    }

    private void CloseDrivers()
    {
        _admission.IsOpen = false;
        foreach (DatagramDriver driver in _drivers)
            driver.Close();
    }

    private bool TryQueue(DtlsChannel channel)
    {
        if (_accepted.Writer.TryWrite(channel))
            return true;
        Interlocked.Increment(ref _droppedByQueue);
        return false;
    }

    private static UdpPort[] OpenPorts(IReadOnlyList<IPEndPoint> localEndPoints, ConnectionManagerOptions options, DtlsServerOptions security)
    {
        int shards = options.ShardsPerAddress;
        var ports = new UdpPort[localEndPoints.Count * shards];
        try
        {
            for (int i = 0; i < ports.Length; i++)
            {
                PortSharing sharing = shards == 1 ? PortSharing.None : i % shards == 0 ? PortSharing.First : PortSharing.Further;
                IPEndPoint local = sharing == PortSharing.Further ? ports[i - 1].LocalEndPoint : localEndPoints[i / shards];
                bool isIPv6Alone = IsIPv6Alone(localEndPoints, localEndPoints[i / shards]);
                ports[i] = UdpPort.Bind(
                    local,
                    security,
                    isBlocking: true,
                    socket =>
                    {
                        PortBinding.Prepare(socket, local, sharing);
                        if (isIPv6Alone)
                            socket.DualMode = false;
                    },
                    socket => PortBinding.Share(socket, sharing),
                    tellsBoundAddress: localEndPoints.Count > 1);
            }

            return ports;
        }
        catch
        {
            foreach (UdpPort? port in ports)
                port?.Dispose();
            throw;
        }
    }

    private static bool IsIPv6Alone(IReadOnlyList<IPEndPoint> all, IPEndPoint local)
    {
        if (!local.Address.Equals(IPAddress.IPv6Any))
            return false;
        foreach (IPEndPoint other in all)
        {
            if (other.AddressFamily == AddressFamily.InterNetwork && other.Port == local.Port)
                return true;
        }

        return false;
    }

    private IEnumerable<IPEndPoint> ListEndPoints()
    {
        for (int i = 0; i < _ports.Length; i += _options.ShardsPerAddress)
            yield return _ports[i].LocalEndPoint;
    }
}
