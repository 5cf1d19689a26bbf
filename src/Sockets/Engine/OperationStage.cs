namespace Sockets.Engine;

/// <summary>Where a queued operation is. Changes under its queue's lock.</summary>
internal enum OperationStage : byte
{
    /// <summary>Of nobody, or not queued yet.</summary>
    Idle,

    /// <summary>Waits for its turn.</summary>
    Queued,

    /// <summary>The socket has it, alone or with others.</summary>
    UnderWay,

    /// <summary>Out of the queue; its outcome is decided.</summary>
    Done,
}
