using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Connections.Dtls;
using Sockets.Dtls;
using Sockets.Links.Dtls;

namespace Sockets;

/// <summary>
/// The way between nodes over UDP, on one machine or in a trusted network: each datagram with its path in a frame that is authenticated with
/// a key which all nodes share. Frames are not encrypted, since datagrams are already and paths are not secret, and a frame may be
/// played back: so may the datagram in it, which its connection knows to be old.
/// </summary>
public sealed class UdpDatagramForwarder : IDatagramForwarder, IAsyncDisposable
{
    private readonly UdpPort _port;
    private readonly ForwardingFrame _frame;
    private readonly Dictionary<int, SocketAddress> _nodes;
    private readonly Lock _gate = new();
    private readonly byte[] _buffer = new byte[ForwardingFrame.MaxLength];
    private readonly CancellationTokenSource _end = new();
    private Task _loop = Task.CompletedTask;
    private long _refused;

    /// <summary>Takes a port for the frames of other nodes.</summary>
    /// <param name="localEndPoint">An address that only the other nodes can reach.</param>
    /// <param name="nodes">Where each other node has its own, by its number.</param>
    /// <param name="key">32 bytes that all nodes share and nobody else has; copied.</param>
    /// <exception cref="SocketException">The port is in use, or the address is not of this machine.</exception>
    public UdpDatagramForwarder(IPEndPoint localEndPoint, IReadOnlyDictionary<int, IPEndPoint> nodes, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(localEndPoint);
        ArgumentNullException.ThrowIfNull(nodes);
        _frame = new ForwardingFrame(key);
        var addresses = new Dictionary<int, SocketAddress>();
        foreach ((int node, IPEndPoint endPoint) in nodes)
        {
            if (endPoint.AddressFamily != localEndPoint.AddressFamily)
                throw new ArgumentException($"Node {node} has an address of another family than {localEndPoint}.", nameof(nodes));
            addresses.Add(node, endPoint.Serialize());
        }

        _nodes = addresses;
        _port = UdpPort.Bind(localEndPoint, new DtlsServerOptions(), isBlocking: false);
    }

    /// <summary>Where frames of other nodes come to.</summary>
    public IPEndPoint LocalEndPoint => _port.LocalEndPoint;

    /// <summary>Frames that were no frames, or not authentic.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Begins to hand what other nodes send to a manager. Once.</summary>
    public void Start(ConnectionManager manager)
    {
        ArgumentNullException.ThrowIfNull(manager);
        if (!_loop.IsCompletedSuccessfully || _end.IsCancellationRequested)
            throw new InvalidOperationException("It has been started already, or is disposed.");
        using (ExecutionContext.SuppressFlow())
            _loop = Task.Run(() => RunAsync(manager));
    }

    /// <inheritdoc/>
    public bool TryForward(int node, in DtlsPath path, ReadOnlySpan<byte> datagram)
    {
        if (!_nodes.TryGetValue(node, out SocketAddress? destination) || datagram.Length > ForwardingFrame.MaxDatagram)
            return false;
        lock (_gate)
        {
            if (_end.IsCancellationRequested)
                return false;
            int length = _frame.Write(path, datagram, _buffer);
            _port.Send(_buffer.AsSpan(0, length), destination, default, out SocketError error);
            return error == SocketError.Success;
        }
    }

    /// <summary>Ends the loop and closes the port. Stop the manager first.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_end.IsCancellationRequested)
                return;
            _end.Cancel();
            _port.Dispose();
        }

        await _loop.ConfigureAwait(false);
        _frame.Dispose();
        _end.Dispose();
    }

    private async Task RunAsync(ConnectionManager manager)
    {
        byte[] buffer = new byte[ForwardingFrame.MaxLength];
        SocketAddress source = _port.CreateAddress();
        while (!_end.IsCancellationRequested)
        {
            try
            {
                int length = await _port.ReceiveAsync(buffer, source, _end.Token).ConfigureAwait(false);
                if (_frame.TryRead(buffer.AsSpan(0, length), out DtlsPath path, out ReadOnlySpan<byte> datagram))
                    manager.Inject(path, datagram);
                else
                    Interlocked.Increment(ref _refused);
            }
            catch (SocketException) when (!_end.IsCancellationRequested)
            {
                // An ICMP error of something that was sent before, or a frame that is too long.
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }
}
