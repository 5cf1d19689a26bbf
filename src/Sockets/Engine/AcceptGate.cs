using System;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>Whether a listener's loops take connections: open, closed for a while, or for ever. Safe from any thread.</summary>
internal sealed class AcceptGate : IDisposable
{
    private readonly Lock _lock = new();
    private CancellationTokenSource _accepting = new();
    private TaskCompletionSource<bool>? _resumed;
    private bool _isStopped;

    public bool IsOpen
    {
        get
        {
            lock (_lock)
                return !_isStopped && _resumed is null;
        }
    }

    public bool IsStopped
    {
        get
        {
            lock (_lock)
                return _isStopped;
        }
    }

    /// <summary>Cancelled when the gate closes: ends waits for a connection.</summary>
    public CancellationToken Accepting
    {
        get
        {
            lock (_lock)
                return _accepting.Token;
        }
    }

    /// <summary>Waits until it is open. False: it never will be again.</summary>
    public ValueTask<bool> WaitAsync()
    {
        lock (_lock)
        {
            if (_isStopped)
                return ValueTask.FromResult(false);
            return _resumed is null ? ValueTask.FromResult(true) : new ValueTask<bool>(_resumed.Task);
        }
    }

    public void Pause()
    {
        CancellationTokenSource accepting;
        lock (_lock)
        {
            if (_isStopped || _resumed is not null)
                return;
            _resumed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            accepting = _accepting;
        }

        accepting.Cancel();
    }

    public void Resume()
    {
        TaskCompletionSource<bool> resumed;
        lock (_lock)
        {
            if (_isStopped || _resumed is null)
                return;
            resumed = _resumed;
            _resumed = null;
            _accepting = new CancellationTokenSource();
        }

        resumed.SetResult(true);
    }

    /// <summary>Closes it for ever. False: it was already.</summary>
    public bool Stop()
    {
        CancellationTokenSource accepting;
        TaskCompletionSource<bool>? resumed;
        lock (_lock)
        {
            if (_isStopped)
                return false;
            _isStopped = true;
            accepting = _accepting;
            resumed = _resumed;
            _resumed = null;
        }

        accepting.Cancel();
        resumed?.SetResult(false);
        return true;
    }

    public void Dispose()
    {
        Stop();
        _accepting.Dispose();
    }
}
