using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets;

public sealed partial class SocketListener
{
    /// <summary>Whether <see cref="Pause"/> was called last.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Waits for the next connection whose handshake is done.</summary>
    /// <exception cref="SocketFailureException">The listener was closed (<see cref="SocketFailureReason.Closed"/>).</exception>
    /// <exception cref="InvalidOperationException">It is driven by a poll: see <see cref="TryAccept"/>.</exception>
    public async ValueTask<Socket> AcceptAsync(CancellationToken cancellationToken = default)
    {
        if (_isDrivenByPoll)
            throw new InvalidOperationException($"A listener with {nameof(SocketOptions.DrivenByPoll)} has nothing in the background that could wait: use {nameof(TryAccept)}, or {nameof(Accept)}, which blocks.");
        // The wait can be cancelled, the taking cannot: a connection is never on its way to somebody who has just given up. (A
        // read of the channel that is cancelled in that very moment was seen to lose one.)
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            if (_pipeline.Ready.TryRead(out Socket? socket))
                return socket;
            if (!await _pipeline.Ready.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                throw CreateClosed(null);
        }
    }

    /// <summary>As <see cref="AcceptAsync"/>, blocking.</summary>
    public Socket Accept() => _isDrivenByPoll ? AcceptByWaiting() : AcceptAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>
    /// The next connection if there is one now. Driven by a poll it may be <see cref="SocketState.Connecting"/>: the poll it is added
    /// to brings its handshake to an end.
    /// </summary>
    /// <exception cref="SocketFailureException">The listener was closed (<see cref="SocketFailureReason.Closed"/>).</exception>
    public bool TryAccept([NotNullWhen(true)] out Socket? socket)
    {
        if (_isDrivenByPoll)
            return TryAcceptPolled(out socket);
        if (_pipeline.Ready.TryRead(out socket))
            return true;
        if (_pipeline.Ready.Completion.IsCompleted)
            throw CreateClosed(null);
        return false;
    }

    /// <summary>
    /// Takes no new connections until <see cref="Resume"/>: they wait in the system's backlog, first datagrams of new peers are
    /// dropped. What was accepted before goes on, and is handed out.
    /// </summary>
    public void Pause()
    {
        IsPaused = true;
        _pipeline.Admission.IsClosed = true;
        _pipeline.Gate.Pause();
        _poll.SignalOperation();
    }

    /// <summary>Ends <see cref="Pause"/>.</summary>
    public void Resume()
    {
        IsPaused = false;
        _pipeline.Admission.IsClosed = _pipeline.Gate.IsStopped;
        _pipeline.Gate.Resume();
        _poll.SignalOperation();
    }

    private static SocketFailureException CreateClosed(Exception? inner) =>
        new(SocketFailureReason.Closed, "The listener was closed by this program.", inner);
}
