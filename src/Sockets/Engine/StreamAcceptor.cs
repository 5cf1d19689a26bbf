using System;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>
/// One listening socket for streams and the loop that empties its backlog. Nothing that one connection does ends the loop; a
/// handshake does not hold it up.
/// </summary>
internal sealed class StreamAcceptor(SystemSocket socket, AcceptPipeline pipeline) : IAsyncDisposable
{
    private readonly AcceptBackoff _backoff = new(pipeline.TimeProvider);
    private Task _loop = Task.CompletedTask;
    private int _isClosed;

    public SystemSocket Socket => socket;

    public bool IsRunning => !_loop.IsCompleted;

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Closes the listening socket: the system refuses from now on. Completes when the loop has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
            socket.Dispose();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (await pipeline.Gate.WaitAsync().ConfigureAwait(false))
        {
            if (await TryAcceptAsync(pipeline.Gate.Accepting).ConfigureAwait(false) is { } accepted)
                await pipeline.TakeAsync(accepted).ConfigureAwait(false);
        }
    }

    /// <summary>Null: there is none for now, or none any more.</summary>
    private async ValueTask<SystemSocket?> TryAcceptAsync(CancellationToken accepting)
    {
        try
        {
            SystemSocket accepted = await socket.AcceptAsync(accepting).ConfigureAwait(false);
            _backoff.Reset();
            return accepted;
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // Paused or stopped: the gate is closed before the socket is.
        }
        catch (SocketException exception) when (AcceptBackoff.IsOfOneConnection(exception.SocketErrorCode))
        {
            // It was gone before we came.
        }
        catch (SocketException exception)
        {
            if (!pipeline.Gate.IsStopped)
            {
                pipeline.CountShortage(exception);
                await _backoff.WaitAsync(accepting).ConfigureAwait(false);
            }
        }

        return null;
    }
}
