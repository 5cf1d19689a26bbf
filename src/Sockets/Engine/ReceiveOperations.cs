using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>The receives of a <see cref="SocketAsync"/>, one after another.</summary>
internal sealed class ReceiveOperations(Socket socket) : OperationQueue(socket)
{
    private Memory<byte> _buffer;
    private ConfiguredValueTaskAwaitable<SocketReceiveResult>.ConfiguredValueTaskAwaiter _awaiter;

    protected override bool Begin(QueuedOperation first)
    {
        first.Stage = OperationStage.UnderWay;
        _buffer = first.Buffer;
        return first.CanEnd;
    }

    protected override bool Run(CancellationToken cancellationToken)
    {
        ValueTask<SocketReceiveResult> receiving = Socket.ReceiveAsync(_buffer, cancellationToken);
        _awaiter = receiving.ConfigureAwait(false).GetAwaiter();
        if (!_awaiter.IsCompleted)
        {
            _awaiter.UnsafeOnCompleted(Resumed);
            return false;
        }

        EndRun();
        return true;
    }

    protected override void EndRun()
    {
        SocketReceiveResult result;
        try
        {
            result = _awaiter.GetResult();
        }
        catch (Exception exception)
        {
            Forget();
            SettleFailure(exception);
            return;
        }

        Forget();
        SettleReceived(new SocketOperationResult(result.Count, result.IsEnd, result.IsTruncated));
    }

    private void Forget()
    {
        _awaiter = default;
        _buffer = default;
    }
}
