using System.Threading;

namespace Sockets.Pooling;

/// <summary>One connection of a pool. Its fields belong to the pool's lock; <see cref="_rental"/> alone is read without it.</summary>
internal sealed class PooledConnection(SocketPool pool, EndpointConnections endpoint, Socket socket, long createdAt, long expiresAt)
{
    private int _rental;

    public EndpointConnections Endpoint { get; } = endpoint;

    public Socket Socket { get; } = socket;

    public long CreatedAt { get; } = createdAt;

    /// <summary>End of its lifetime.</summary>
    public long ExpiresAt { get; } = expiresAt;

    public long IdleSince { get; set; }

    /// <summary>When idleness closes it.</summary>
    public long IdleUntil { get; set; }

    /// <summary>Its address is no longer one of its name's: closed when it comes back.</summary>
    public bool HasMoved { get; set; }

    /// <summary>Odd while rented: the number of the rental is (n + 1) / 2.</summary>
    public bool IsRental(int rental) => Volatile.Read(ref _rental) == rental * 2 - 1;

    public SocketLease BeginRental() => new(this, (Interlocked.Increment(ref _rental) + 1) / 2);

    /// <summary>Ends a rental, once.</summary>
    public void End(int rental, bool isReusable)
    {
        if (Interlocked.CompareExchange(ref _rental, rental * 2, rental * 2 - 1) == rental * 2 - 1)
            pool.TakeBack(this, isReusable);
    }
}
