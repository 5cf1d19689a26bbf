using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Diagnostics;
using Sockets.Engine;
using Sockets.Links;
using Sockets.Platform;

namespace Sockets;

public sealed partial class Socket
{
    /// <summary>Connects to a host by name or address; the handshake included, so that what comes back is ready.</summary>
    /// <param name="host">DNS name or IP address. Its certificate must carry it, unless the security's options give another name.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="options">Read once, now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SocketFailureException">It did not come about; <see cref="SocketFailureException.Reason"/> says why.</exception>
    public static ValueTask<Socket> ConnectAsync(string host, int port, SocketClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ConnectAsync(SocketTarget.Create(host, port), options, cancellationToken);
    }

    /// <summary>As <see cref="ConnectAsync(string, int, SocketClientOptions, CancellationToken)"/>, to an end point: an <see cref="IPEndPoint"/>, a <see cref="UnixDomainSocketEndPoint"/> or a <see cref="DnsEndPoint"/>.</summary>
    public static ValueTask<Socket> ConnectAsync(EndPoint endPoint, SocketClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ConnectAsync(SocketTarget.Create(endPoint), options, cancellationToken);
    }

    /// <summary>As <see cref="ConnectAsync(string, int, SocketClientOptions, CancellationToken)"/>, blocking.</summary>
    public static Socket Connect(string host, int port, SocketClientOptions options) =>
        ConnectAsync(host, port, options).AsTask().GetAwaiter().GetResult();

    /// <summary>As <see cref="ConnectAsync(EndPoint, SocketClientOptions, CancellationToken)"/>, blocking.</summary>
    public static Socket Connect(EndPoint endPoint, SocketClientOptions options) =>
        ConnectAsync(endPoint, options).AsTask().GetAwaiter().GetResult();

    /// <summary>
    /// Begins to connect and returns at once, <see cref="SocketState.Connecting"/>: a <c>SocketPoll</c> that it is added
    /// to brings the connection and the handshake to an end on its thread. <see cref="SocketClientOptions.ConnectTimeout"/> is
    /// the transport's alone here; the handshake has the time that the security's options give it.
    /// </summary>
    /// <param name="endPoint">An address; names are not looked up here.</param>
    /// <param name="options">Read once, now.</param>
    /// <param name="targetHost">The name the peer's certificate must carry. Null: the address.</param>
    public static Socket StartConnect(EndPoint endPoint, SocketClientOptions options, string? targetHost = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentNullException.ThrowIfNull(options);
        if (endPoint is DnsEndPoint)
            throw new ArgumentException($"Names are not looked up here: an address is needed, not {endPoint}.", nameof(endPoint));
        SocketTransport transport = options.EffectiveTransport;
        if (transport == SocketTransport.Datagram)
            return new Socket(options.Links.StartConnectDatagram(RequireIPEndPoint(endPoint), targetHost, options), transport, options.TimeProvider);
        SystemSocket? socket = null;
        try
        {
            socket = OpenStream(endPoint, options);
            SocketSettingList settings = options.Settings.Snapshot();
            var link = PlainLink.StartConnect(socket, endPoint, Deadline.After(options.ConnectTimeout, options.TimeProvider), connected => settings.Apply(connected, SettingMoments.AfterConnect));
            SocketLink wrapped = options.Links.Wrap(link, targetHost ?? (endPoint as IPEndPoint)?.Address.ToString());
            wrapped.Logger = options.Logger;
            return new Socket(wrapped, transport, options.TimeProvider);
        }
        catch (Exception exception)
        {
            socket?.Dispose();
            if (exception is SocketException socketException)
                throw SocketFailureException.From(socketException, $"Connecting to {endPoint}");
            throw;
        }
    }

    internal static async ValueTask<Socket> ConnectAsync(SocketTarget target, SocketClientOptions options, CancellationToken cancellationToken)
    {
        options = options.Snapshot();
        SocketTransport transport = options.EffectiveTransport;
        if (transport == SocketTransport.Datagram && target.EndPoint is not null)
            RequireIPEndPoint(target.EndPoint);
        ClientLinkProvider links = options.Links;
        var deadline = Deadline.After(options.ConnectTimeout, options.TimeProvider);
        long start = options.TimeProvider.GetTimestamp();
        using CancellationTokenSource limit = deadline.CreateSource(cancellationToken);
        SocketLink? link = null;
        try
        {
            if (transport == SocketTransport.Datagram)
            {
                link = await links.ConnectDatagramAsync(target, options, deadline, limit.Token).ConfigureAwait(false);
            }
            else
            {
                var transportLink = new PlainLink(await ConnectStreamAsync(target, options, deadline, limit.Token).ConfigureAwait(false));
                link = transportLink;
                link = links.Wrap(transportLink, target.Name);
                link.Logger = options.Logger;
                await link.OpenAsync(limit.Token).ConfigureAwait(false);
            }

            ConnectTelemetry.Connected(target, links.Name, options, start);
            return new Socket(link, transport, options.TimeProvider);
        }
        catch (Exception exception)
        {
            link?.Abort();
            if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
                throw new OperationCanceledException(exception.Message, exception, cancellationToken);
            SocketFailureException? failure = exception switch
            {
                OperationCanceledException when !cancellationToken.IsCancellationRequested && deadline.IsExpired => DialReport.HandshakeTimedOut(target.ToString(), deadline.Timeout, exception),
                SocketException socketException => SocketFailureException.From(socketException, $"Connecting to {target}"),
                _ => exception as SocketFailureException,
            };
            if (failure is null)
                throw;
            ConnectTelemetry.Failed(target, links.Name, options, start, failure);
            if (ReferenceEquals(failure, exception))
                throw;
            throw failure;
        }
    }

    private static async ValueTask<SystemSocket> ConnectStreamAsync(SocketTarget target, SocketClientOptions options, Deadline deadline, CancellationToken cancellationToken)
    {
        if (target.EndPoint is null or IPEndPoint)
        {
            SystemSocket connected = await options.CreateDialer(SocketType.Stream, options.ConfigureStream).ConnectAsync(target.Name!, target.Port, deadline, cancellationToken).ConfigureAwait(false);
            try
            {
                options.Settings.Apply(connected, SettingMoments.AfterConnect);
                return connected;
            }
            catch
            {
                connected.Dispose();
                throw;
            }
        }

        SystemSocket socket = OpenStream(target.EndPoint, options);
        try
        {
            await socket.ConnectAsync(target.EndPoint, cancellationToken).ConfigureAwait(false);
            options.Settings.Apply(socket, SettingMoments.AfterConnect);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            if (target.EndPoint is UnixDomainSocketEndPoint unix && exception.SocketErrorCode == SocketError.WouldBlock)
                throw PlainLink.QueueIsFull(unix, exception);
            throw SocketFailureException.From(exception, $"Connecting to {target}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SystemSocket OpenStream(EndPoint endPoint, SocketClientOptions options)
    {
        SystemSocket socket = endPoint is UnixDomainSocketEndPoint
            ? new SystemSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new SystemSocket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Blocking = false;
            options.ConfigureStream(socket);
            if (options.LocalEndPoint is { } local)
                socket.Bind(local);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static IPEndPoint RequireIPEndPoint(EndPoint endPoint) =>
        endPoint as IPEndPoint ?? throw new ArgumentException($"Datagrams travel over UDP: an IP address is needed, not {endPoint}.", nameof(endPoint));
}
