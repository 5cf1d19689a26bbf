using System;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>The receives of a <see cref="SocketAsync"/>, one after another.</summary>
internal sealed class ReceiveOperations(Socket socket) : SocketOperations<SocketReceiveResult>(socket)
{
    private Memory<byte> _buffer;

    protected override bool Begin(QueuedOperation first)
    {
        first.Stage = OperationStage.UnderWay;
        _buffer = first.Buffer;
        return first.CanEnd;
    }

    protected override ValueTask<SocketReceiveResult> Start(CancellationToken cancellationToken) => Socket.ReceiveAsync(_buffer, cancellationToken);

    protected override void Forget() => _buffer = default;

    protected override void Settle(SocketReceiveResult result) =>
        SettleReceived(new SocketOperationResult(result.Count, result.IsEnd, result.IsTruncated));
}
