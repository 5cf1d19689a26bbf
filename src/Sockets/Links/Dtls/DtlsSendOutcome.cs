namespace Sockets.Links.Dtls;

/// <summary>What became of one datagram of the application.</summary>
internal enum DtlsSendOutcome : byte
{
    /// <summary>The system has it, or it was lost there, as datagrams may be.</summary>
    Sent,

    /// <summary>The connection is not open yet, or over.</summary>
    NotOpen,

    /// <summary>Longer than the path allows.</summary>
    TooLong,

    /// <summary>The system says that it is longer than the path carries (RFC 9147 §4.4); nothing was sent.</summary>
    TooLongForPath,

    /// <summary>The system has no room now; nothing was sent.</summary>
    WouldBlock,
}
