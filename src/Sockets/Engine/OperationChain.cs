namespace Sockets.Engine;

/// <summary>Operations on their way into a queue, or out of it to be settled outside its lock.</summary>
internal struct OperationChain
{
    private QueuedOperation? _last;

    public QueuedOperation? First { get; private set; }

    public void Add(QueuedOperation operation)
    {
        if (_last is null)
            First = operation;
        else
            _last.Next = operation;
        _last = operation;
    }

    public readonly void CompleteEnded()
    {
        for (QueuedOperation? operation = First; operation is not null;)
        {
            QueuedOperation? next = operation.Next;
            operation.Next = null;
            operation.CompleteEnded();
            operation = next;
        }
    }
}
