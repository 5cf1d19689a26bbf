using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Engine;

/// <summary>
/// The places of a listener's connections, for all its sockets together. A place is taken before anything is kept of a new
/// connection, goes over to its <see cref="Socket"/> and is given back when that is disposed. Safe from any thread.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Sockets outlive the listener and give their places back; the semaphore has no wait handle that had to be freed.")]
internal sealed class AcceptAdmission(int capacity)
{
    private readonly SemaphoreSlim _places = new(capacity, capacity);
    private long _refused;

    /// <summary>Places that are taken.</summary>
    public int Count => capacity - _places.CurrentCount;

    /// <summary>How often there was none, and the connection or datagram was turned away.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public bool HasRoom => _places.CurrentCount > 0;

    /// <summary>Called, from any thread, when a place becomes free. Must not block.</summary>
    public Action? Freed { get; set; }

    /// <summary>No new peers of datagram sockets for now, or any more: <see cref="TryEnter"/> fails.</summary>
    public bool IsClosed { get; set; }

    /// <summary>For the first datagram of a peer. The caller counts a refusal.</summary>
    public bool TryEnter() => !IsClosed && _places.Wait(0);

    /// <summary>For a connection that the system has accepted already.</summary>
    public bool TryEnterAccepted() => _places.Wait(0);

    public Task EnterAsync(CancellationToken cancellationToken) => _places.WaitAsync(cancellationToken);

    public void Exit()
    {
        _places.Release();
        Freed?.Invoke();
    }

    public void CountRefusal() => Interlocked.Increment(ref _refused);
}
