namespace Sockets.Tests.Polling;

/// <summary>Sends a datagram, expects it back, sends the next, and ends.</summary>
internal sealed class EchoDatagramClient(SocketPoll poll, Socket socket, SocketPollMode mode, int number, int datagrams)
    : EchoSide(poll, socket, mode, SocketEvents.Connected | SocketEvents.Writable)
{
    private readonly byte[] _buffer = new byte[64];
    private int _sent;
    private int _received;

    public override string ToString() => $"client {number}: sent {_sent}, received {_received}, {Socket.State}, done {IsDone}";

    protected override SocketEvents Turn()
    {
        Assert.Equal(SocketState.Open, Socket.State);
        while (true)
        {
            if (_sent == _received)
            {
                if (_received == datagrams)
                {
                    Finish();
                    return SocketEvents.None;
                }

                if (!Socket.TrySend([(byte)number, (byte)_sent], out _))
                    return SocketEvents.Writable;
                _sent++;
            }

            if (!Socket.TryReceive(_buffer, out SocketReceiveResult result))
                return SocketEvents.Readable;
            Assert.False(result.IsEnd);
            Assert.Equal([(byte)number, (byte)_received], _buffer.AsSpan(0, result.Count));
            _received++;
        }
    }
}
