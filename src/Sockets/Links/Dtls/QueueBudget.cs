using System.Threading;

namespace Sockets.Links.Dtls;

/// <summary>Bytes that the receive queues of all connections of a server may hold together. Safe from any thread.</summary>
internal sealed class QueueBudget(long limit)
{
    private long _used;

    public long Used => Interlocked.Read(ref _used);

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
            return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    public void Give(int bytes) => Interlocked.Add(ref _used, -bytes);
}
