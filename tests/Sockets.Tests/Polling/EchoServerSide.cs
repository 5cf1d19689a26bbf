namespace Sockets.Tests.Polling;

/// <summary>Sends back what it receives; receives nothing while it has something to send.</summary>
internal sealed class EchoServerSide(SocketPoll poll, Socket socket, SocketPollMode mode) : EchoSide(poll, socket, mode, SocketEvents.Readable)
{
    private readonly byte[] _buffer = new byte[2000];
    private int _filled;
    private int _sent;

    public override string ToString() => $"server: has {_filled - _sent} to send, {Socket.State}, done {IsDone}";

    protected override SocketEvents Turn()
    {
        while (true)
        {
            while (_sent < _filled)
            {
                if (!Socket.TrySend(_buffer.AsSpan(_sent, _filled - _sent), out int count))
                    return SocketEvents.Writable;
                _sent += count;
            }

            if (!Socket.TryReceive(_buffer, out SocketReceiveResult result))
                return SocketEvents.Readable;
            if (result.IsEnd)
            {
                Socket.ShutdownSend();
                Finish();
                return SocketEvents.None;
            }

            _filled = result.Count;
            _sent = 0;
        }
    }
}
