using System.Threading.Tasks;

namespace Sockets.Pooling;

/// <summary>A rent that waits for a connection of its endpoint.</summary>
internal sealed class Waiter : TaskCompletionSource<PooledConnection>
{
    public Waiter()
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
    }
}
