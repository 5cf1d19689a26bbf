using System;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using Sockets.Engine;
using Sockets.Links;

namespace Sockets;

/// <summary>
/// A server's socket: accepts connections, plain, under TLS or under DTLS, on TCP, Unix or UDP. Handshakes run in the
/// background, side by side and bounded, so that what <see cref="AcceptAsync"/> gives is ready. On UDP the first datagram of an
/// unknown peer makes a connection, which has that datagram waiting; all of them share one socket and answer from the address
/// that was asked. Members may be called from any thread.
/// </summary>
public sealed partial class SocketListener : IAsyncDisposable
{
    private readonly AcceptPipeline _pipeline;
    private readonly bool _isDrivenByPoll;
    private StreamAcceptor[] _streams = [];
    private DatagramAcceptor[] _datagrams = [];
    private Task[] _pumps = [];

    private SocketListener(SocketListenerOptions options)
    {
        _isDrivenByPoll = options.DrivenByPoll;
        _pipeline = new AcceptPipeline(options);
    }

    /// <summary>Where it listens; the port is the one the system chose when 0 was asked for.</summary>
    public EndPoint LocalEndPoint => _pipeline.LocalEndPoint!; // there before anybody has the listener

    /// <summary>What travels below the security.</summary>
    public SocketTransport Transport => _pipeline.Transport;

    /// <summary>Counters.</summary>
    public SocketListenerStatistics Statistics
    {
        get
        {
            long dropped = 0;
            int waiting = 0;
            foreach (DatagramAcceptor acceptor in _datagrams)
            {
                dropped += acceptor.Dropped;
                waiting += acceptor.QueueLength;
            }

            return new SocketListenerStatistics
            {
                Accepted = _pipeline.Counters.Accepted,
                RefusedByLimit = _pipeline.Admission.Refused,
                HandshakeFailures = _pipeline.Counters.HandshakeFailures,
                ResourceShortages = _pipeline.Counters.Shortages,
                DroppedByQueue = dropped,
                ActiveConnections = _pipeline.Admission.Count,
                Handshakes = _pipeline.Counters.Handshakes,
                QueueLength = _pipeline.Ready.Count + waiting,
            };
        }
    }

    /// <summary>Its UDP sockets; none where it accepts streams.</summary>
    internal ReadOnlySpan<DatagramAcceptor> Datagrams => _datagrams;

    internal AcceptPipeline Pipeline => _pipeline;

    /// <summary>For tests: what is alive of this listener.</summary>
    internal AcceptLiveCounts Live
    {
        get
        {
            int tasks = _pipeline.RunningHandshakes;
            foreach (StreamAcceptor stream in _streams)
                tasks += stream.IsRunning ? 1 : 0;
            foreach (Task pump in _pumps)
                tasks += pump.IsCompleted ? 0 : 1;
            int buffers = 0;
            foreach (DatagramAcceptor acceptor in _datagrams)
                buffers += acceptor.QueuedDatagrams;
            return new AcceptLiveCounts(tasks, _pipeline.Admission.Count, buffers);
        }
    }

    /// <summary>Takes the address for this listener alone and begins to accept.</summary>
    /// <param name="localEndPoint">
    /// An <see cref="IPEndPoint"/>, where the IPv6 wildcard serves IPv4 as well, or, for streams, a <see cref="UnixDomainSocketEndPoint"/>.
    /// The file that a dead server has left there is removed first; a file of any other kind is not.
    /// </param>
    /// <param name="options">Read once, now.</param>
    /// <exception cref="SocketFailureException">The address is in use, or not of this machine.</exception>
    /// <exception cref="ArgumentException">An option has a value that it may not have; the message names it.</exception>
    public static SocketListener Bind(EndPoint localEndPoint, SocketListenerOptions options)
    {
        ArgumentNullException.ThrowIfNull(localEndPoint);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (localEndPoint is not (IPEndPoint or UnixDomainSocketEndPoint))
            throw new ArgumentException($"A listener has an IP address or a Unix socket, not {localEndPoint}.", nameof(localEndPoint));
        if (localEndPoint is not IPEndPoint && (options.EffectiveTransport == SocketTransport.Datagram || options.ReusePortShards > 1))
            throw new ArgumentException($"Datagrams and several sockets on one port need an IP address, not {localEndPoint}.", nameof(localEndPoint));
        var listener = new SocketListener(options);
        if (options.EffectiveTransport == SocketTransport.Datagram)
            listener.OpenDatagrams((IPEndPoint)localEndPoint, options);
        else
            listener.OpenStreams(localEndPoint, options);
        return listener;
    }

    /// <summary>As <see cref="Bind(EndPoint, SocketListenerOptions)"/>, to a Unix socket by the path of its file.</summary>
    /// <exception cref="ArgumentException">The path is longer than the system's addresses can be: some 100 bytes.</exception>
    public static SocketListener Bind(string path, SocketListenerOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        UnixDomainSocketEndPoint endPoint;
        try
        {
            endPoint = new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new ArgumentException(
                $"The path of a Unix socket has at most {(OperatingSystem.IsMacOS() ? 103 : 107)} bytes on this system, this one has {System.Text.Encoding.UTF8.GetByteCount(path)}: {path}. Use a shorter one, or one relative to the current directory.",
                nameof(path),
                exception);
        }

        return Bind(endPoint, options);
    }

    private void OpenStreams(EndPoint localEndPoint, SocketListenerOptions options)
    {
        var streams = new StreamAcceptor[options.ReusePortShards];
        try
        {
            for (int i = 0; i < streams.Length; i++)
            {
                streams[i] = new StreamAcceptor(ListeningSocket.Open(localEndPoint, options, SharingOf(i, streams.Length)), _pipeline);
                localEndPoint = streams[i].Socket.LocalEndPoint!; // with the port that the first one got
            }
        }
        catch
        {
            foreach (StreamAcceptor? opened in streams)
                opened?.Socket.Dispose();
            throw;
        }

        _pipeline.Listening(localEndPoint);
        _streams = streams;
        if (_isDrivenByPoll)
            return;
        foreach (StreamAcceptor stream in streams)
            stream.Start();
    }

    private void OpenDatagrams(IPEndPoint localEndPoint, SocketListenerOptions options)
    {
        var acceptors = new DatagramAcceptor[options.ReusePortShards];
        try
        {
            for (int i = 0; i < acceptors.Length; i++)
            {
                acceptors[i] = options.Links.BindDatagram(localEndPoint, options, _pipeline.Admission, SharingOf(i, acceptors.Length));
                acceptors[i].HandshakeFailed = _pipeline.Report;
                localEndPoint = acceptors[i].LocalEndPoint;
            }
        }
        catch
        {
            foreach (DatagramAcceptor? opened in acceptors)
                opened?.Underlying.Dispose();
            throw;
        }

        _pipeline.Listening(localEndPoint);
        _datagrams = acceptors;
        if (_isDrivenByPoll)
            return;
        _pumps = new Task[acceptors.Length];
        for (int i = 0; i < acceptors.Length; i++)
        {
            acceptors[i].Start();
            DatagramAcceptor acceptor = acceptors[i];
            _pumps[i] = Task.Run(() => _pipeline.PumpAsync(acceptor));
        }
    }

    private static PortSharing SharingOf(int index, int count) =>
        count == 1 ? PortSharing.None : index == 0 ? PortSharing.First : PortSharing.Further;
}
