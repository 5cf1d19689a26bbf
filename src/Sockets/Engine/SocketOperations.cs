using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>A queue whose turns are operations of the socket with a result of one kind. Their awaiter is kept here, so that a wait allocates nothing.</summary>
internal abstract class SocketOperations<TResult>(Socket socket) : OperationQueue(socket)
{
    private ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter _awaiter;

    protected sealed override bool Run(CancellationToken cancellationToken)
    {
        ValueTask<TResult> started = Start(cancellationToken);
        _awaiter = started.ConfigureAwait(false).GetAwaiter();
        if (!_awaiter.IsCompleted)
        {
            _awaiter.UnsafeOnCompleted(Resumed);
            return false;
        }

        EndRun();
        return true;
    }

    protected sealed override void EndRun()
    {
        TResult result;
        try
        {
            result = _awaiter.GetResult();
        }
        catch (Exception exception)
        {
            _awaiter = default;
            Forget();
            SettleFailure(exception);
            return;
        }

        _awaiter = default;
        Forget();
        Settle(result);
    }

    /// <summary>Begins the operation of the socket that was chosen.</summary>
    protected abstract ValueTask<TResult> Start(CancellationToken cancellationToken);

    /// <summary>Lets go of the buffers of a turn, before anything is settled: who gets a result may use them again.</summary>
    protected abstract void Forget();

    /// <summary>Settles a turn that succeeded.</summary>
    protected abstract void Settle(TResult result);
}
