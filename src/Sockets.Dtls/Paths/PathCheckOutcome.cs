namespace Sockets.Dtls.Paths;

/// <summary>What a message or the time has done to a return routability check.</summary>
internal enum PathCheckOutcome : byte
{
    /// <summary>It goes on, or there is none.</summary>
    Continues,

    /// <summary>The message answers no challenge of ours.</summary>
    Unsolicited,

    /// <summary>The peer is at the candidate: it becomes the path in use.</summary>
    Validated,

    /// <summary>The peer prefers the path in use, which stays.</summary>
    Refused,

    /// <summary>The candidate has not answered in time; the path in use stays.</summary>
    TimedOut,
}
