using System;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Links.Dtls;

/// <summary>What waits for the turns in a channel's life. Made for channels that somebody waits for; any thread may ask.</summary>
internal sealed class ChannelWaiters : IDisposable
{
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DtlsException?> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _lifetime = new();
    private TaskCompletionSource? _keyUpdate;
    private bool _isOver;
    private int _isDisposed;

    public ChannelWaiters() => Lifetime = _lifetime.Token;

    /// <summary>Completes when the handshake is done, and fails when it does not get there.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Completes when the connection is over.</summary>
    public Task<DtlsException?> Completion => _completion.Task;

    /// <summary>Cancelled when the connection is over.</summary>
    public CancellationToken Lifetime { get; }

    /// <summary>Waits for the next change of our sending keys. Null: the connection is over.</summary>
    public Task? BeginKeyUpdate()
    {
        lock (_connected)
            return _isOver ? null : (_keyUpdate ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>The handshake is done.</summary>
    public void Open() => _connected.TrySetResult();

    /// <summary>Our sending keys have changed.</summary>
    public void KeysUpdated() => TakeKeyUpdate(isOver: false)?.TrySetResult();

    /// <summary>The connection is over. Further calls do nothing.</summary>
    /// <param name="failure">Why; null after a close in good order.</param>
    /// <param name="forWaiters">What those get whose turn never came.</param>
    public void End(DtlsException? failure, DtlsException forWaiters)
    {
        TaskCompletionSource? keyUpdate = TakeKeyUpdate(isOver: true);
        _completion.TrySetResult(failure);
        keyUpdate?.TrySetException(forWaiters);
        _connected.TrySetException(failure ?? forWaiters);
        _ = _connected.Task.Exception; // nobody has to wait for a handshake
    }

    /// <summary>Cancels <see cref="Lifetime"/>, whose callbacks are the application's. Once, whoever comes second.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        try
        {
            _lifetime.Cancel();
        }
        catch (AggregateException)
        {
            // What was registered with the token is for a connection that is over: its exception has nowhere to go, and would
            // end the program where this runs on a timer's thread.
        }

        _lifetime.Dispose();
    }

    private TaskCompletionSource? TakeKeyUpdate(bool isOver)
    {
        lock (_connected)
        {
            _isOver |= isOver;
            TaskCompletionSource? taken = _keyUpdate;
            _keyUpdate = null;
            return taken;
        }
    }
}
