namespace Sockets.Tests.Polling;

/// <summary>Sends pseudo-random bytes in pieces, expects them back, then ends.</summary>
internal sealed class EchoClient : EchoSide
{
    private readonly byte[] _sent;
    private readonly byte[] _buffer = new byte[3000];
    private int _sentCount;
    private int _receivedCount;
    private bool _isEnded;

    public EchoClient(SocketPoll poll, Socket socket, SocketPollMode mode, int seed, int length)
        : base(poll, socket, mode, SocketEvents.Connected | SocketEvents.Readable | SocketEvents.Writable)
    {
        _sent = new byte[length];
        new Random(seed).NextBytes(_sent);
    }

    public override string ToString() => $"client: sent {_sentCount}, received {_receivedCount}, {Socket.State}, done {IsDone}";

    protected override SocketEvents Turn()
    {
        Assert.Equal(SocketState.Open, Socket.State);
        while (_sentCount < _sent.Length && Socket.TrySend(_sent.AsSpan(_sentCount, Math.Min(_sent.Length - _sentCount, 5000)), out int count))
            _sentCount += count;
        while (Socket.TryReceive(_buffer, out SocketReceiveResult result))
        {
            if (result.IsEnd)
            {
                Assert.Equal(_sent.Length, _receivedCount);
                Finish();
                return SocketEvents.None;
            }

            Assert.Equal(_sent.AsSpan(_receivedCount, result.Count), _buffer.AsSpan(0, result.Count));
            _receivedCount += result.Count;
        }

        if (_receivedCount == _sent.Length && !_isEnded)
        {
            Socket.ShutdownSend();
            _isEnded = true;
        }

        return _sentCount < _sent.Length ? SocketEvents.Readable | SocketEvents.Writable : SocketEvents.Readable;
    }
}
