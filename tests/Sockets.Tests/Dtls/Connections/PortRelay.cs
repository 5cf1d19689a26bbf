using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Connections;

/// <summary>Between one client and a server, and the only thing the server sees of it: can begin to send elsewhere, as a network does that routes differently.</summary>
internal sealed class PortRelay : IDisposable
{
    private readonly SystemSocket _toClient = Open();
    private readonly SystemSocket _toServer = Open();
    private readonly CancellationTokenSource _end = new();
    private volatile IPEndPoint _server;
    private volatile EndPoint _client = new IPEndPoint(IPAddress.Loopback, 0);

    public PortRelay(IPEndPoint server)
    {
        _server = server;
        _ = PassToServerAsync();
        _ = PassToClientAsync();
    }

    /// <summary>Where the client sends to.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_toClient.LocalEndPoint!;

    /// <summary>Where the server sees the client.</summary>
    public IPEndPoint Outside => (IPEndPoint)_toServer.LocalEndPoint!;

    /// <summary>Where what the client sends goes from now on.</summary>
    public IPEndPoint Server
    {
        get => _server;
        set => _server = value;
    }

    /// <summary>The last address that the server answered from.</summary>
    public IPEndPoint? AnsweredFrom { get; private set; }

    public void Dispose()
    {
        _end.Cancel();
        _toClient.Dispose();
        _toServer.Dispose();
        _end.Dispose();
    }

    private static SystemSocket Open()
    {
        var socket = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private async Task PassToServerAsync()
    {
        byte[] buffer = new byte[65_536];
        while (await ReceiveAsync(_toClient, buffer) is { } received)
        {
            _client = received.RemoteEndPoint;
            await _toServer.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), _server);
        }
    }

    private async Task PassToClientAsync()
    {
        byte[] buffer = new byte[65_536];
        while (await ReceiveAsync(_toServer, buffer) is { } received)
        {
            AnsweredFrom = (IPEndPoint)received.RemoteEndPoint;
            await _toClient.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), _client);
        }
    }

    private async Task<SocketReceiveFromResult?> ReceiveAsync(SystemSocket socket, Memory<byte> buffer)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                return await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _end.Token);
            }
            catch (SocketException) when (!_end.IsCancellationRequested)
            {
                // An ICMP error of something that was sent before.
            }
            catch (Exception) when (_end.IsCancellationRequested)
            {
                return null;
            }
        }

        return null;
    }
}
