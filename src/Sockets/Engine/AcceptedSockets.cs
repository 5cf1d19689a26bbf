using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>The sockets of a listener from their making to their disposal. Safe from any thread.</summary>
internal sealed class AcceptedSockets
{
    private readonly Lock _lock = new();
    private readonly HashSet<Socket> _sockets = [];
    private TaskCompletionSource? _empty;

    public int Count
    {
        get
        {
            lock (_lock)
                return _sockets.Count;
        }
    }

    public void Add(Socket socket)
    {
        lock (_lock)
            _sockets.Add(socket);
    }

    public void Remove(Socket socket)
    {
        TaskCompletionSource? empty = null;
        lock (_lock)
        {
            _sockets.Remove(socket);
            if (_sockets.Count == 0)
            {
                empty = _empty;
                _empty = null;
            }
        }

        empty?.TrySetResult();
    }

    /// <summary>Completes when there is none.</summary>
    public Task WhenEmpty()
    {
        lock (_lock)
        {
            if (_sockets.Count == 0)
                return Task.CompletedTask;
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task;
        }
    }

    public Socket[] ToArray()
    {
        lock (_lock)
            return [.. _sockets];
    }
}
