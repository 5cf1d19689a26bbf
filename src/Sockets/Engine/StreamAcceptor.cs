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
        AcceptGate gate = pipeline.Gate;
        while (await gate.WaitAsync().ConfigureAwait(false))
        {
            CancellationToken accepting = gate.Accepting;
            try
            {
                SystemSocket accepted = await socket.AcceptAsync(accepting).ConfigureAwait(false);
                _backoff.Reset();
                await pipeline.TakeAsync(accepted).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Paused or stopped.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception) when (AcceptBackoff.IsOfOneConnection(exception.SocketErrorCode))
            {
                // It was gone before we came.
            }
            catch (SocketException) when (Volatile.Read(ref _isClosed) != 0)
            {
                return;
            }
            catch (SocketException)
            {
                pipeline.Counters.CountShortage();
                await _backoff.WaitAsync(accepting).ConfigureAwait(false);
            }
        }
    }
}
