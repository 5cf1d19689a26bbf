using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>
/// One UDP socket, either bound and open to all peers or connected to one. Nothing here allocates per datagram. Sending is
/// safe from any thread as long as each uses an address object of its own; one receive at a time.
/// </summary>
internal sealed class UdpPort : IDisposable
{
    private const int IoctlUdpConnectionReset = unchecked((int)0x9800000C);

    private readonly SystemSocket _socket;
    private readonly SocketAddress _source;
    private readonly DtlsAddress _remote;

    private UdpPort(SystemSocket socket, DtlsAddress remote)
    {
        _socket = socket;
        _remote = remote;
        _source = SocketAddressFormat.Create(socket.AddressFamily);
    }

    public bool IsConnected => _remote.IsSpecified;

    public IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Where the last received datagram came from.</summary>
    public DtlsAddress Source => IsConnected ? _remote : SocketAddressFormat.Read(_source);

    /// <summary>Binds exclusively: a port that another socket has is an error, on every system.</summary>
    public static UdpPort Bind(IPEndPoint local, DtlsOptions options)
    {
        SystemSocket socket = Open(local.AddressFamily, options);
        try
        {
            if (local.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = local.Address.Equals(IPAddress.IPv6Any);
            socket.ExclusiveAddressUse = true;
            socket.Bind(local);
            return new UdpPort(socket, default);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connected, so that the system drops what others send and reports ICMP errors, which serve as a hint only.</summary>
    public static UdpPort Connect(IPEndPoint remote, DtlsOptions options)
    {
        SystemSocket socket = Open(remote.AddressFamily, options);
        try
        {
            socket.Connect(remote);
            return new UdpPort(socket, DtlsAddress.FromEndPoint(remote));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public SocketAddress CreateAddress() => SocketAddressFormat.Create(_socket.AddressFamily);

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => IsConnected
        ? _socket.ReceiveAsync(buffer, SocketFlags.None, CancellationToken.None)
        : _socket.ReceiveFromAsync(buffer, SocketFlags.None, _source, CancellationToken.None);

    /// <summary>Sends one datagram; false when the system did not take it.</summary>
    public bool Send(ReadOnlySpan<byte> datagram, SocketAddress destination, out SocketError error)
    {
        if (IsConnected)
        {
            _socket.Send(datagram, SocketFlags.None, out error);
            return error == SocketError.Success;
        }

        try
        {
            _socket.SendTo(datagram, SocketFlags.None, destination);
            error = SocketError.Success;
            return true;
        }
        catch (SocketException exception)
        {
            error = exception.SocketErrorCode;
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static SystemSocket Open(AddressFamily family, DtlsOptions options)
    {
        var socket = new SystemSocket(family, SocketType.Dgram, ProtocolType.Udp);
        if (options.SocketReceiveBufferSize is { } receiveSize)
            socket.ReceiveBufferSize = receiveSize;
        if (options.SocketSendBufferSize is { } sendSize)
            socket.SendBufferSize = sendSize;
        if (OperatingSystem.IsWindows())
            socket.IOControl(IoctlUdpConnectionReset, [0, 0, 0, 0], null); // no ICMP errors from one peer on everybody's receive
        return socket;
    }
}
