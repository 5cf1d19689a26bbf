namespace Sockets.Tests.Polling;

/// <summary>Sends each datagram back, until the peer ends or so many have come.</summary>
internal sealed class EchoDatagramServerSide(SocketPoll poll, Socket socket, SocketPollMode mode, int datagrams)
    : EchoSide(poll, socket, mode, SocketEvents.Readable)
{
    private readonly byte[] _buffer = new byte[64];
    private int _length = -1;
    private int _echoed;

    public override string ToString() => $"server: echoed {_echoed}, {Socket.State}, done {IsDone}";

    protected override SocketEvents Turn()
    {
        while (true)
        {
            if (_length >= 0)
            {
                if (!Socket.TrySend(_buffer.AsSpan(0, _length), out _))
                    return SocketEvents.Writable;
                _length = -1;
                _echoed++;
            }

            if (_echoed == datagrams)
            {
                Finish();
                return SocketEvents.None;
            }

            if (!Socket.TryReceive(_buffer, out SocketReceiveResult result))
                return SocketEvents.Readable;
            if (result.IsEnd)
            {
                Finish();
                return SocketEvents.None;
            }

            _length = result.Count;
        }
    }
}
