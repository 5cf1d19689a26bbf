namespace Sockets.LoadBench;

/// <summary>What an operation may allocate where a target is set.</summary>
internal enum AllocationRule
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>No more than the peer does.</summary>
    AtMostPeer,

    /// <summary>It is shown, and not judged.</summary>
    NotJudged,
}
