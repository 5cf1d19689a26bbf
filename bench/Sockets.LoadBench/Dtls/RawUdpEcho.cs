using System;
using System.Net.Sockets;

namespace Sockets.LoadBench.Dtls;

/// <summary>Over raw UDP of System.Net.Sockets.</summary>
internal sealed class RawUdpEcho : EchoWork
{
    private readonly SystemSocket _client;
    private readonly SystemSocket _server;
    private readonly byte[] _datagram;
    private readonly byte[] _clientBuffer = new byte[2048];
    private readonly byte[] _serverBuffer = new byte[2048];

    public RawUdpEcho(DatagramPlace place, int size)
    {
        (_client, _server) = place.ConnectRaw();
        _client.ReceiveTimeout = 5000;
        _server.ReceiveTimeout = 200;
        _datagram = new byte[size];
    }

    public override string Name => "raw UDP";

    protected override bool Ask()
    {
        _client.Send(_datagram);
        return _client.Receive(_clientBuffer) == _datagram.Length;
    }

    protected override void Answer()
    {
        int length = _server.Receive(_serverBuffer, 0, _serverBuffer.Length, SocketFlags.None, out SocketError error);
        if (error == SocketError.Success)
            _server.Send(_serverBuffer.AsSpan(0, length));
    }

    protected override void Close()
    {
        _client.Dispose();
        _server.Dispose();
    }
}
