using System;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>The sends of a <see cref="SocketAsync"/>. On streams, those that wait together go out together.</summary>
internal sealed class SendOperations(Socket socket) : SocketOperations<int>(socket)
{
    private const int MostGathered = 64;
    private const int MostBytes = 1 << 20;

    private readonly bool _isDatagram = socket.Transport == SocketTransport.Datagram;
    private ReadOnlyMemory<byte>[]? _gathered;
    private Memory<byte> _single;
    private int _count;

    protected override bool Begin(QueuedOperation first)
    {
        bool canEnd = first.CanEnd;
        first.Stage = OperationStage.UnderWay;
        _count = 1;
        _single = first.Remaining;
        if (_isDatagram || first.Next is null)
            return canEnd;

        ReadOnlyMemory<byte>[] gathered = _gathered ??= new ReadOnlyMemory<byte>[MostGathered];
        gathered[0] = _single;
        int bytes = _single.Length;
        for (QueuedOperation? next = first.Next; next is not null && _count < MostGathered && bytes + (long)next.Buffer.Length <= MostBytes; next = next.Next)
        {
            next.Stage = OperationStage.UnderWay;
            gathered[_count++] = next.Remaining;
            bytes += next.Buffer.Length;
            canEnd |= next.CanEnd;
        }

        return canEnd;
    }

    protected override ValueTask<int> Start(CancellationToken cancellationToken) => _count == 1
        ? Socket.SendAsync(_single, cancellationToken)
        : Socket.SendAsync(_gathered.AsMemory(0, _count), cancellationToken);

    protected override void Forget()
    {
        _single = default;
        if (_count > 1)
            _gathered.AsSpan(0, _count).Clear();
    }

    protected override void Settle(int result) => SettleSent(result);
}
