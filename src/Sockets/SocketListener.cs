using System;
using System.Net;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Sockets.Engine;

namespace Sockets;

/// <summary>
/// A server's socket: accepts connections, plain, under TLS or under DTLS. Handshakes run in the background, side by side and
/// bounded, so that what <see cref="AcceptAsync"/> gives is ready.
/// </summary>
public sealed partial class SocketListener : IAsyncDisposable
{
    private readonly AcceptPipeline _pipeline;
    private readonly StreamAcceptor[] _streams;

    private SocketListener(AcceptPipeline pipeline, StreamAcceptor[] streams, EndPoint localEndPoint)
    {
        _pipeline = pipeline;
        _streams = streams;
        LocalEndPoint = localEndPoint;
    }

    /// <summary>Where it listens; the port is the one the system chose when 0 was asked for.</summary>
    public EndPoint LocalEndPoint { get; }

    /// <summary>Takes the address for this listener alone and begins to accept.</summary>
    /// <param name="localEndPoint">An <see cref="IPEndPoint"/>, or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/> for streams. The IPv6 wildcard serves IPv4 as well.</param>
    /// <param name="options">Read once, now.</param>
    /// <exception cref="SocketFailureException">The port is in use, or the address is not of this machine.</exception>
    public static SocketListener Bind(EndPoint localEndPoint, SocketListenerOptions options)
    {
        ArgumentNullException.ThrowIfNull(localEndPoint);
        ArgumentNullException.ThrowIfNull(options);
        if (options.EffectiveTransport == SocketTransport.Datagram)
            throw new PlatformNotSupportedException("Datagram listeners come with their links.");
        var pipeline = new AcceptPipeline(options);
        SystemSocket socket = ListeningSocket.Open(localEndPoint, options, PortSharing.None);
        var acceptor = new StreamAcceptor(socket, pipeline);
        var listener = new SocketListener(pipeline, [acceptor], socket.LocalEndPoint!);
        acceptor.Start();
        return listener;
    }

    /// <summary>Waits for the next connection whose handshake is done.</summary>
    /// <exception cref="SocketFailureException">The listener was closed (<see cref="SocketFailureReason.Closed"/>).</exception>
    public async ValueTask<Socket> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _pipeline.Ready.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException exception)
        {
            throw new SocketFailureException(SocketFailureReason.Closed, "The listener was closed by this program.", exception);
        }
    }

    /// <summary>Stops listening at once. Connections that nobody has taken yet are reset; those handed out go on.</summary>
    public async ValueTask DisposeAsync()
    {
        _pipeline.Gate.Stop();
        _pipeline.Abort();
        foreach (StreamAcceptor stream in _streams)
            await stream.DisposeAsync().ConfigureAwait(false);
        await _pipeline.DisposeAsync().ConfigureAwait(false);
    }
}
