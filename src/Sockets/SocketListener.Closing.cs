using System;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Engine;
using Sockets.Links;

namespace Sockets;

public sealed partial class SocketListener
{
    private int _isDisposed;

    /// <summary>
    /// Goes out of service in good order: stops listening, so that the system refuses whoever comes now; finishes the handshakes
    /// under way and goes on handing out what is ready; waits until the application has disposed every connection. When the time
    /// is over, or <paramref name="cancellationToken"/> is cancelled, the rest is ended at once. The listener is closed then.
    /// </summary>
    /// <param name="deadline">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/>: as long as it takes.</param>
    /// <param name="cancellationToken">Ends the wait as the deadline does.</param>
    /// <returns>How many connections, handshakes included, were ended that way.</returns>
    public async ValueTask<int> DrainAsync(TimeSpan deadline, CancellationToken cancellationToken = default)
    {
        int aborted = 0;
        using (CancellationTokenSource limit = Deadline.After(deadline, _pipeline.TimeProvider).CreateSource(cancellationToken))
        {
            Task finished = FinishAsync();
            try
            {
                await finished.WaitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                aborted = _pipeline.Admission.Count;
                _pipeline.Abort();
                foreach (Socket socket in _pipeline.Active.ToArray())
                    socket.Abort();

                await finished.ConfigureAwait(false);
            }
        }

        await DisposeAsync().ConfigureAwait(false);
        return aborted;
    }

    /// <summary>
    /// Stops listening at once. Connections that nobody has accepted yet are reset. Streams that were handed out go on; peers on
    /// a UDP socket lose it, and end with <see cref="SocketFailureReason.Closed"/>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        StopListening();
        _pipeline.Abort();
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        foreach (StreamAcceptor stream in _streams)
            await stream.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_pumps).ConfigureAwait(false);
        await _pipeline.DisposeAsync().ConfigureAwait(false);
        foreach (DatagramAcceptor acceptor in _datagrams)
            await acceptor.DisposeAsync().ConfigureAwait(false);
    }

    private void StopListening()
    {
        if (!_pipeline.Gate.Stop())
            return;
        _pipeline.Admission.IsClosed = true;
        _poll.Close();
        foreach (DatagramAcceptor acceptor in _datagrams)
            acceptor.StopAccepting();
    }

    /// <summary>Completes when nothing is accepted any more and every connection is over.</summary>
    private async Task FinishAsync()
    {
        StopListening();
        foreach (StreamAcceptor stream in _streams)
            await stream.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_pumps).ConfigureAwait(false);
        await _pipeline.FinishAsync().ConfigureAwait(false);
        await _pipeline.Active.WhenEmpty().ConfigureAwait(false);
    }
}
