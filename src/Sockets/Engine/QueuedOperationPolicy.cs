using Microsoft.Extensions.ObjectPool;

namespace Sockets.Engine;

/// <summary>Makes the operations of one <see cref="SocketAsyncOptions"/>.</summary>
internal sealed class QueuedOperationPolicy(SocketAsyncOptions options) : IPooledObjectPolicy<QueuedOperation>
{
    public QueuedOperation Create() => new(options);

    public bool Return(QueuedOperation obj) => true;
}
