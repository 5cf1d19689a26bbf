using System;

namespace Sockets.LoadBench.Dtls;

/// <summary>Over <see cref="Socket"/> under DTLS 1.3; both ends blocking, each driven by its own thread.</summary>
internal sealed class SocketEcho : EchoWork
{
    private readonly SocketPair _pair;
    private readonly byte[] _datagram;
    private readonly byte[] _clientBuffer = new byte[2048];
    private readonly byte[] _serverBuffer = new byte[2048];

    public SocketEcho(SocketPair pair, int size)
    {
        _pair = pair;
        _pair.Client.ReceiveTimeout = TimeSpan.FromSeconds(5);
        _pair.Server.ReceiveTimeout = TimeSpan.FromMilliseconds(200);
        _datagram = new byte[size];
    }

    public override string Name => "Sockets, DTLS 1.3";

    protected override bool Ask()
    {
        _pair.Client.Send(_datagram);
        return _pair.Client.Receive(_clientBuffer).Count == _datagram.Length;
    }

    protected override void Answer()
    {
        try
        {
            int count = _pair.Server.Receive(_serverBuffer).Count;
            _pair.Server.Send(_serverBuffer.AsSpan(0, count));
        }
        catch (SocketFailureException failure) when (failure.Reason == SocketFailureReason.TimedOut)
        {
            // Between slices.
        }
    }

    protected override void Close() => _pair.Dispose();
}
