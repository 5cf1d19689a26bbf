using System;
using System.Net;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Links.Dtls;

namespace Sockets;

/// <summary>A DTLS 1.3 server on one UDP port: any number of clients share the socket.</summary>
public sealed partial class DtlsListener : IAsyncDisposable
{
    private readonly DatagramDriver _driver;
    private readonly Channel<DtlsChannel> _backlog;

    private DtlsListener(DatagramDriver driver, Channel<DtlsChannel> backlog)
    {
        _driver = driver;
        _backlog = backlog;
    }

    /// <summary>Where it listens; the port is the one the system chose when 0 was asked for.</summary>
    public IPEndPoint LocalEndPoint => _driver.LocalEndPoint;

    /// <summary>Connections now, handshakes included.</summary>
    public int ConnectionCount => _driver.ConnectionCount;

    /// <summary>Counters of what belongs to no connection: stateless answers and discards. Each channel has its own.</summary>
    public DtlsStatistics Statistics => _driver.Statistics;

    /// <summary>
    /// Datagrams on which the engine failed with an exception: a defect, of this library or of a crypto provider. Each cost
    /// the connection of its sender, which has the exception.
    /// </summary>
    public long InternalErrors => _driver.InternalErrors;

    /// <summary>Takes the port for this listener alone and begins to answer.</summary>
    /// <param name="localEndPoint">Address and port. The IPv6 wildcard serves IPv4 as well.</param>
    /// <param name="options">Read once, now.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The port is in use, or the address is not of this machine.</exception>
    /// <exception cref="ArgumentException">An option has a value that it may not have; the message names it.</exception>
    public static DtlsListener Bind(IPEndPoint localEndPoint, DtlsServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(localEndPoint);
        ArgumentNullException.ThrowIfNull(options);
        if (!DtlsFeature.IsSupported)
            throw DtlsFeature.NotSupported();
        DtlsEndpointConfig config = options.CreateEndpointConfig();
        config.Validate();
        var backlog = Channel.CreateBounded<DtlsChannel>(new BoundedChannelOptions(options.Backlog) { SingleWriter = true });
        UdpPort port = UdpPort.Bind(localEndPoint, options);
        try
        {
            var driver = new DatagramDriver(port, config, config.Server!.MaxDatagramSize, options, targetHost: null)
            {
                Accepted = backlog.Writer.TryWrite,
                HandshakeFailed = options.HandshakeFailed,
                EarlyDataReceived = options.EarlyDataReceived,
            };
            driver.Start();
            return new DtlsListener(driver, backlog);
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the next client whose handshake is done. With a <see cref="DtlsOptions.Handler"/> none comes here.</summary>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public async ValueTask<DtlsChannel> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _backlog.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(DtlsListener));
        }
    }

    /// <summary>Closes every connection with close_notify, then the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        _backlog.Writer.TryComplete();
        await _driver.DisposeAsync().ConfigureAwait(false);
    }
}
