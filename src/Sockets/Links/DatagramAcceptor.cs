using System;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace Sockets.Links;

/// <summary>
/// One UDP socket of a server and its many peers, each of which becomes a <see cref="SocketLink"/>. Either it runs a loop of
/// its own (<see cref="Start"/>), or it is a pump that <see cref="Progress"/> turns on the caller's thread.
/// </summary>
internal abstract class DatagramAcceptor : IAsyncDisposable
{
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public abstract IPEndPoint LocalEndPoint { get; }

    /// <summary>The socket that all peers share, for settings and for readiness.</summary>
    public abstract SystemSocket Underlying { get; }

    /// <summary>Called, from any thread, when <see cref="TryAccept"/> may succeed. Must not block.</summary>
    public Action? Changed { get; set; }

    /// <summary>Told of each handshake that failed. Set before the start.</summary>
    public Action<EndPoint?, SocketFailureException>? HandshakeFailed { get; set; }

    /// <summary>Datagrams and handshakes turned away since a limit other than that of connections was reached, such as the queue of new peers.</summary>
    public virtual long Dropped => 0;

    /// <summary>Peers that <see cref="TryAccept"/> has ready.</summary>
    public virtual int QueueLength => 0;

    /// <summary>For tests: buffers that are held for datagrams which nobody has received yet.</summary>
    public virtual int QueuedDatagrams => 0;

    /// <summary>Poll only: what the shared socket must become for <see cref="Progress"/> to have work.</summary>
    public virtual LinkWants Wants => LinkWants.Read;

    /// <summary>Poll only: when <see cref="Progress"/> must be called though nothing happened: <see cref="TimeProvider.GetTimestamp"/> units; <see cref="long.MaxValue"/>: never.</summary>
    public virtual long NextTimeout => long.MaxValue;

    /// <summary>Begins to receive, in the background. Not called when it is driven by a poll.</summary>
    public abstract void Start();

    /// <summary>Poll only: receives what is there, a bounded amount, and answers; timers. Never blocks. True: there may be more at once.</summary>
    public abstract bool Progress();

    /// <summary>
    /// The next new peer: with <see cref="Start"/> its link is open; driven by a poll its handshake may be about to begin. Its
    /// place in the admission goes over to the caller, who gives it back after the link's end.
    /// </summary>
    public abstract bool TryAccept([NotNullWhen(true)] out SocketLink? link);

    /// <summary>Waits until <see cref="TryAccept"/> may succeed. False: nothing more comes.</summary>
    public virtual async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (!await _signal.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            return false;
        _signal.Reader.TryRead(out _);
        return true;
    }

    /// <summary>
    /// No new peers from now on; those there are go on, handshakes included. Ends <see cref="WaitAsync"/> by <see cref="Complete"/>
    /// when no handshake is left.
    /// </summary>
    public abstract void StopAccepting();

    /// <summary>Closes the socket: every link ends. Places of peers that nobody accepted are given back.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>For the implementation: <see cref="TryAccept"/> may succeed now.</summary>
    protected void Signal()
    {
        _signal.Writer.TryWrite(true);
        Changed?.Invoke();
    }

    /// <summary>For the implementation: after what <see cref="TryAccept"/> still has, nothing more comes.</summary>
    protected void Complete()
    {
        _signal.Writer.TryComplete();
        Changed?.Invoke();
    }
}
