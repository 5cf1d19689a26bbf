using Sockets.Dtls;

namespace Sockets.Testing;

/// <summary>Copies application data into the connection's log.</summary>
public struct CollectingSink(DtlsNode node) : IDtlsSink
{
    /// <summary>What the copies cost, so that the engine is not charged for them.</summary>
    public long AllocatedBytes { get; private set; }

    public void OnData(DtlsConnection connection, ReadOnlySpan<byte> data)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        node.LogOf(connection).Received.Add(data.ToArray());
        AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
