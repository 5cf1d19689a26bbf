using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Links;

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
    /// to brings the connection and the handshake to an end on its thread.
    /// </summary>
    /// <param name="endPoint">An address; names are not looked up here.</param>
    /// <param name="options">Read once, now.</param>
    /// <param name="targetHost">The name the peer's certificate must carry. Null: the address.</param>
    public static Socket StartConnect(EndPoint endPoint, SocketClientOptions options, string? targetHost = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentNullException.ThrowIfNull(options);
        SocketTransport transport = options.EffectiveTransport;
        if (transport == SocketTransport.Datagram)
            return new Socket(options.Links.StartConnectDatagram(RequireIPEndPoint(endPoint), targetHost, options), transport, options.TimeProvider);
        SystemSocket socket = OpenStream(endPoint, options);
        try
        {
            return new Socket(options.Links.Wrap(PlainLink.StartConnect(socket, endPoint), targetHost ?? (endPoint as IPEndPoint)?.Address.ToString()), transport, options.TimeProvider);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal static async ValueTask<Socket> ConnectAsync(SocketTarget target, SocketClientOptions options, CancellationToken cancellationToken)
    {
        SocketTransport transport = options.EffectiveTransport;
        ClientLinkProvider links = options.Links;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.ConnectTimeout);
        SocketLink? link = null;
        try
        {
            if (transport == SocketTransport.Datagram)
            {
                link = await links.ConnectDatagramAsync(target, options, deadline.Token).ConfigureAwait(false);
            }
            else
            {
                EndPoint endPoint = target.EndPoint ?? new DnsEndPoint(target.Host!, target.Port);
                SystemSocket socket = OpenStream(endPoint, options);
                try
                {
                    await socket.ConnectAsync(endPoint, deadline.Token).ConfigureAwait(false);
                    link = links.Wrap(new PlainLink(socket), target.Host ?? (endPoint as IPEndPoint)?.Address.ToString());
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }

                await link.OpenAsync(deadline.Token).ConfigureAwait(false);
            }

            return new Socket(link, transport, options.TimeProvider);
        }
        catch (Exception exception)
        {
            link?.Abort();
            if (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new SocketFailureException(SocketFailureReason.TimedOut, $"Connecting to {target} did not complete within {options.ConnectTimeout.TotalSeconds:0.###} s.", exception);
            if (exception is SocketException socketException)
                throw SocketFailureException.From(socketException, $"Connecting to {target}");
            throw;
        }
    }

    private static SystemSocket OpenStream(EndPoint endPoint, SocketClientOptions options)
    {
        SystemSocket socket = endPoint switch
        {
            UnixDomainSocketEndPoint => new SystemSocket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            DnsEndPoint => new SystemSocket(SocketType.Stream, ProtocolType.Tcp),
            _ => new SystemSocket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp),
        };
        socket.Blocking = false;
        if (endPoint is not UnixDomainSocketEndPoint)
            socket.NoDelay = true;
        if (options.LocalEndPoint is { } local)
            socket.Bind(local);
        return socket;
    }

    private static IPEndPoint RequireIPEndPoint(EndPoint endPoint) =>
        endPoint as IPEndPoint ?? throw new ArgumentException($"Datagrams travel over UDP: an IP address is needed, not {endPoint}.", nameof(endPoint));
}
