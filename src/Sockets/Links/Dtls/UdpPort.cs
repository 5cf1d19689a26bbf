using System;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;
using Sockets.Engine;
using Sockets.Platform;

namespace Sockets.Links.Dtls;

/// <summary>
/// One UDP socket, either bound and open to all peers or connected to one. Nothing here allocates per datagram. Sending is
/// safe from any thread as long as each uses an address object of its own.
/// </summary>
internal sealed class UdpPort : IDisposable
{
    private const int IoctlUdpConnectionReset = unchecked((int)0x9800000C);

    private static readonly TimeSpan RoomDelay = TimeSpan.FromMilliseconds(1);

    private readonly SystemSocket _socket;
    private readonly DatagramAbilities _abilities;
    private readonly AddressFamily _family;
    private readonly DtlsAddress _remote;

    /// <summary>Bound to the wildcard: each datagram tells which of our addresses it was sent to, and its answer comes from there.</summary>
    private readonly bool _tellsLocalAddress;
    private readonly int _localPort;

    /// <summary>The address it is bound to, where a path has to tell several sockets apart.</summary>
    private readonly DtlsAddress _bound;
    private readonly bool _takesIPv4;

    // Whether the last receive brought several datagrams in one piece: then a piece is as much as should be taken at a time.
    private bool _isCoalescing;
    private DatagramBatch? _received;

    private UdpPort(SystemSocket socket, DtlsOptions options, DtlsAddress remote, bool tellsLocalAddress, bool tellsBoundAddress = false)
    {
        _socket = socket;
        _family = socket.AddressFamily;
        _remote = remote;
        _abilities = new DatagramAbilities(options.RefuseDatagramFeature);
        _abilities.EnableCoalescing(socket);
        _tellsLocalAddress = tellsLocalAddress;
        _localPort = LocalEndPoint.Port;
        _takesIPv4 = _family == AddressFamily.InterNetwork || socket.DualMode;
        _bound = tellsBoundAddress && !tellsLocalAddress ? DtlsAddress.FromEndPoint(LocalEndPoint) : default;
    }

    public bool IsConnected => _remote.IsSpecified;

    /// <summary>What tells the paths of this socket from those of the one that a client had before it moved; unspecified on the first.</summary>
    public DtlsAddress PathAddress { get; private set; }

    /// <summary>What was received and not handled yet. Of whoever receives here.</summary>
    public DatagramBatch? Received
    {
        get => Volatile.Read(ref _received);
        set => Volatile.Write(ref _received, value);
    }

    public bool IsDisposed { get; private set; }

    public IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Whether a send waits for room in the system's buffer.</summary>
    public bool IsBlocking => _socket.Blocking;

    public AddressFamily Family => _family;

    /// <summary>The system's socket, for settings and readiness.</summary>
    public SystemSocket Socket => _socket;

    /// <summary>Binds exclusively: a port that another socket has is an error, on every system.</summary>
    /// <param name="local">Where to listen.</param>
    /// <param name="options">Buffer sizes.</param>
    /// <param name="isBlocking">Whether sending waits for room in the system's buffer.</param>
    /// <param name="prepare">Called before the bind.</param>
    /// <param name="share">Called after the bind.</param>
    /// <param name="tellsBoundAddress">Whether paths tell the address also where the socket has only one.</param>
    /// <exception cref="SocketException">The system refuses it; the message names the address and port.</exception>
    public static UdpPort Bind(IPEndPoint local, DtlsOptions options, bool isBlocking = true, Action<SystemSocket>? prepare = null, Action<SystemSocket>? share = null, bool tellsBoundAddress = false)
    {
        SystemSocket socket = Open(local.AddressFamily, options, isBlocking);
        try
        {
            if (local.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = local.Address.Equals(IPAddress.IPv6Any);
            if (prepare is null)
                socket.ExclusiveAddressUse = true;
            else
                prepare(socket);
            bool isWildcard = local.Address.Equals(IPAddress.Any) || local.Address.Equals(IPAddress.IPv6Any);
            bool tellsLocalAddress = isWildcard && DatagramIo.EnableLocalAddress(socket);
            socket.Bind(local);
            share?.Invoke(socket);
            return new UdpPort(socket, options, default, tellsLocalAddress, tellsBoundAddress);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new SocketException((int)exception.SocketErrorCode, $"{exception.Message.TrimEnd('.')}: UDP {local}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connected, so that the system drops what others send and reports ICMP errors, which serve as a hint only.</summary>
    /// <param name="remote">The peer.</param>
    /// <param name="options">Buffer sizes.</param>
    /// <param name="local">The address to send from. Null: the system chooses.</param>
    /// <param name="isBlocking">Whether sending waits for room in the system's buffer.</param>
    /// <param name="prepare">Called before anything else.</param>
    public static UdpPort Connect(IPEndPoint remote, DtlsOptions options, EndPoint? local = null, bool isBlocking = true, Action<SystemSocket>? prepare = null)
    {
        SystemSocket socket = Open(remote.AddressFamily, options, isBlocking);
        try
        {
            prepare?.Invoke(socket);
            if (local is not null)
                socket.Bind(local);
            socket.Connect(remote);
            return new UdpPort(socket, options, DtlsAddress.FromEndPoint(remote), false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Tells its paths from now on from those of the socket that the connection began with.</summary>
    public void BeginPath() => PathAddress = DtlsAddress.FromEndPoint(LocalEndPoint);

    public SocketAddress CreateAddress() => SocketAddressFormat.Create(_socket.AddressFamily);

    /// <summary>Receives what is there: at least one message, or the error.</summary>
    /// <param name="batch">Takes it.</param>
    /// <param name="maxMessages">At most so many.</param>
    /// <param name="isLast">Whether the system said that there is no more.</param>
    public SocketError TryReceive(DatagramBatch batch, int maxMessages, out bool isLast)
    {
        int limit = _isCoalescing ? 1 : Math.Min(maxMessages, DatagramBatch.MaxMessages);
        SocketError error = batch.Receive(_socket, _abilities, limit, !IsConnected);
        isLast = error == SocketError.WouldBlock || (error == SocketError.Success && batch.Count < limit && _abilities.ReceivesBatches);
        if (error == SocketError.Success)
            _isCoalescing = batch.Bytes(batch.Count - 1).Length > batch.SegmentSize(batch.Count - 1);
        return error;
    }

    /// <summary>Where a received message came from and, on a wildcard socket, which address it was sent to.</summary>
    public DtlsPath PathOf(DatagramBatch batch, int index) => IsConnected
        ? new DtlsPath(_remote, PathAddress)
        : new DtlsPath(
            SocketAddressFormat.Read(batch.Source(index), _family),
            _tellsLocalAddress ? SocketAddressFormat.FromLocalAddress(batch.Local(index), _localPort) : _bound);

    /// <summary>Whether a local address is this socket's: an unspecified one is everybody's, a wildcard has all of its port and families.</summary>
    public bool Has(in DtlsAddress local)
    {
        if (!local.IsSpecified || local == _bound)
            return true;
        return _tellsLocalAddress && local.Port == _localPort && (local.IsIPv6 ? _family == AddressFamily.InterNetworkV6 : _takesIPv4);
    }

    /// <summary>What the system is told to send from; nothing where the socket has only one address.</summary>
    public LocalAddress SourceOf(in DtlsAddress local) => _bound.IsSpecified ? default : SocketAddressFormat.ToLocalAddress(local);

    /// <summary>Waits until a datagram is there and leaves it there.</summary>
    [AsyncMethodBuilder(typeof(ReusedTaskMethodBuilder))]
    public async ValueTask WaitReadableAsync()
    {
        try
        {
            await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.Peek, CancellationToken.None).ConfigureAwait(false);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.MessageSize)
        {
            // Windows: the empty buffer is too short for what is there.
        }
    }

    /// <summary>Blocks until the socket is ready; false when the time is over.</summary>
    public bool Wait(LinkWants wants, TimeSpan timeout) => SystemSocketWait.Wait(_socket, wants, timeout);

    /// <summary>Sends one datagram; false when the system did not take it.</summary>
    /// <param name="datagram">May not be empty.</param>
    /// <param name="destination">Not looked at on a connected socket.</param>
    /// <param name="from">Which of our addresses to send from; unspecified: the system chooses.</param>
    /// <param name="error">What the system said; may tell of an ICMP error though the datagram was sent.</param>
    public bool Send(ReadOnlySpan<byte> datagram, SocketAddress destination, in DtlsAddress from, out SocketError error)
    {
        error = SendOnce(datagram, destination, from);
        if (error == SocketError.Success)
            return true;
        // The system reports an ICMP error of an earlier datagram instead of sending this one.
        return error == SocketError.ConnectionRefused && IsConnected && SendOnce(datagram, destination, from) == SocketError.Success;
    }

    /// <summary>As <see cref="Send"/>, but waits for room in the system's buffer.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, SocketAddress destination, DtlsAddress from, CancellationToken cancellationToken)
    {
        if (IsConnected)
        {
            await _socket.SendAsync(datagram, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!from.IsSpecified)
        {
            await _socket.SendToAsync(datagram, SocketFlags.None, destination, cancellationToken).ConfigureAwait(false);
            return;
        }

        // The platform's asynchronous sends cannot name the local address.
        while (!Send(datagram.Span, destination, from, out SocketError error))
        {
            if (error != SocketError.WouldBlock)
                return; // lost, as datagrams are
            await Task.Delay(RoomDelay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Sends datagrams in order. On a socket that does not wait it stops where the system has no room; every other error costs
    /// one datagram, and the others go on.
    /// </summary>
    /// <param name="data">One behind the other.</param>
    /// <param name="lengths">Of each.</param>
    /// <param name="routes">Of each.</param>
    /// <param name="lastError">What the system said last; may tell of an ICMP error though everything was sent.</param>
    /// <returns>How many are done with, the lost ones included. Fewer than given: the system has no room.</returns>
    public int SendMany(ReadOnlySpan<byte> data, ReadOnlySpan<int> lengths, in DatagramRoutes routes, out SocketError lastError)
    {
        lastError = SocketError.Success;
        int done = 0;
        bool isRepeated = false;
        while (true)
        {
            int sent = DatagramIo.TrySend(_socket, _abilities, data, lengths[done..], routes.Skip(done), out SocketError error);
            done += sent;
            if (error == SocketError.Success)
                return done;
            foreach (int length in lengths.Slice(done - sent, sent))
                data = data[length..];
            if (error == SocketError.WouldBlock && _socket.Blocking)
            {
                _socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectWrite);
                continue;
            }

            if (error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable && !_socket.Blocking)
                return done;

            // The system reports an ICMP error of an earlier datagram instead of sending this one.
            lastError = error;
            isRepeated = error == SocketError.ConnectionRefused && IsConnected && (!isRepeated || sent > 0);
            if (isRepeated)
                continue;
            data = data[lengths[done++]..];
        }
    }

    /// <summary>Waits for one datagram.</summary>
    /// <param name="buffer">Takes it.</param>
    /// <param name="source">Takes the address of its sender.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, SocketAddress source, CancellationToken cancellationToken) =>
        _socket.ReceiveFromAsync(buffer, SocketFlags.None, source, cancellationToken);

    public void Dispose()
    {
        IsDisposed = true;
        _socket.Dispose();
    }

    private SocketError SendOnce(ReadOnlySpan<byte> datagram, SocketAddress destination, in DtlsAddress from)
    {
        SocketAddress? name = IsConnected ? null : destination;
        if (!from.IsSpecified || IsConnected || _bound.IsSpecified)
            return _socket.Blocking ? DatagramIo.SendPortably(_socket, datagram, name) : DatagramIo.TrySendTo(_socket, datagram, name, default);
        LocalAddress local = SocketAddressFormat.ToLocalAddress(from);
        SocketError error;
        while ((error = DatagramIo.TrySendTo(_socket, datagram, name, local)) == SocketError.WouldBlock && _socket.Blocking)
            _socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectWrite);
        return error;
    }

    private static SystemSocket Open(AddressFamily family, DtlsOptions options, bool isBlocking)
    {
        var socket = new SystemSocket(family, SocketType.Dgram, ProtocolType.Udp) { Blocking = isBlocking };
        if (options.MaxProbedDatagramSize > 0)
            SocketSettings.ProbePathMtu(socket);
        if (options.SocketReceiveBufferSize is { } receiveSize)
            socket.ReceiveBufferSize = receiveSize;
        if (options.SocketSendBufferSize is { } sendSize)
            socket.SendBufferSize = sendSize;
        if (OperatingSystem.IsWindows())
            socket.IOControl(IoctlUdpConnectionReset, [0, 0, 0, 0], null); // no ICMP errors from one peer on everybody's receive
        return socket;
    }
}
