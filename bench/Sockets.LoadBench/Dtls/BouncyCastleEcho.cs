using Sockets.LoadBench.Dtls.BouncyCastle;

namespace Sockets.LoadBench.Dtls;

/// <summary>Over Portable.BouncyCastle's DTLS 1.2.</summary>
internal sealed class BouncyCastleEcho : EchoWork
{
    private readonly BouncyCastlePair _pair;
    private readonly byte[] _datagram;
    private readonly byte[] _clientBuffer = new byte[2048];
    private readonly byte[] _serverBuffer = new byte[2048];

    public BouncyCastleEcho(DatagramPlace place, int size)
    {
        _pair = new BouncyCastlePair(place);
        _datagram = new byte[size];
    }

    public override string Name => "BouncyCastle, DTLS 1.2";

    protected override bool Ask()
    {
        _pair.Client.Send(_datagram, 0, _datagram.Length);
        return _pair.Client.Receive(_clientBuffer, 0, _clientBuffer.Length, 5000) == _datagram.Length;
    }

    protected override void Answer()
    {
        int length = _pair.Server.Receive(_serverBuffer, 0, _serverBuffer.Length, 200);
        if (length >= 0)
            _pair.Server.Send(_serverBuffer, 0, length);
    }

    protected override void Close() => _pair.Dispose();
}
