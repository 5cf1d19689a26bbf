using System.Net;
using System.Net.Sockets;
using Sockets.Testing;

namespace Sockets.Tests;

/// <summary>Between one client and a server: loses, doubles and holds back datagrams as a seed says. Moved on by hand.</summary>
internal sealed class LossyRelay : IDisposable
{
    private readonly SystemSocket _toClient = Open();
    private readonly SystemSocket _toServer = Open();
    private readonly SeededRandom _random;
    private readonly int _lossPercent;
    private readonly byte[] _buffer = new byte[65_536];
    private EndPoint _client = new IPEndPoint(IPAddress.Any, 0);
    private (SystemSocket Socket, byte[] Datagram, EndPoint Destination)? _held;

    public LossyRelay(EndPoint server, ulong seed, int lossPercent)
    {
        _random = new SeededRandom(seed);
        _lossPercent = lossPercent;
        _toServer.Connect(server);
    }

    public EndPoint EndPoint => _toClient.LocalEndPoint!;

    public int Lost { get; private set; }

    /// <summary>Passes on what has come. False: nothing has.</summary>
    public bool Move()
    {
        bool any = false;
        while (_toClient.Poll(0, SelectMode.SelectRead))
        {
            int length = _toClient.ReceiveFrom(_buffer, ref _client);
            Pass(_toServer, _toServer.RemoteEndPoint!, length);
            any = true;
        }

        while (_toServer.Poll(0, SelectMode.SelectRead))
        {
            int length = _toServer.Receive(_buffer);
            Pass(_toClient, _client, length);
            any = true;
        }

        return any;
    }

    public void Dispose()
    {
        _toClient.Dispose();
        _toServer.Dispose();
    }

    private void Pass(SystemSocket socket, EndPoint destination, int length)
    {
        if (_random.Chance(_lossPercent))
        {
            Lost++;
            return;
        }

        if (_held is null && _random.Chance(_lossPercent / 3))
        {
            _held = (socket, _buffer.AsSpan(0, length).ToArray(), destination);
            return;
        }

        Send(socket, _buffer.AsSpan(0, length), destination);
        if (_random.Chance(_lossPercent / 3))
            Send(socket, _buffer.AsSpan(0, length), destination);
        if (_held is { } held)
            Send(held.Socket, held.Datagram, held.Destination);
        _held = null;
    }

    private void Send(SystemSocket socket, ReadOnlySpan<byte> datagram, EndPoint destination)
    {
        if (socket == _toServer)
            socket.Send(datagram);
        else
            socket.SendTo(datagram, destination);
    }

    private static SystemSocket Open()
    {
        var socket = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
