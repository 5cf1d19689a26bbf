namespace Sockets.Dtls.Paths;

/// <summary>Where a return routability check stands.</summary>
internal enum PathCheckStage : byte
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>The path in use is asked whether the peer still prefers it (RFC 9853 §5.2).</summary>
    OldPath,

    /// <summary>The candidate is asked whether the peer is there (RFC 9853 §5.1).</summary>
    NewPath,
}
