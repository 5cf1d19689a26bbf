namespace Sockets.Dtls.Records;

/// <summary>What a <see cref="ReplayWindow"/> says of a record number.</summary>
internal enum ReplayVerdict : byte
{
    /// <summary>Not seen yet.</summary>
    Fresh,

    /// <summary>Seen before: a replay.</summary>
    Seen,

    /// <summary>Older than the window: cannot be told, so it counts as a replay.</summary>
    TooOld,
}
