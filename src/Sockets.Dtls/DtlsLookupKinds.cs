using System;

namespace Sockets.Dtls;

/// <summary>What a server may have to look up before it can answer a ClientHello, and where that can take time.</summary>
[Flags]
public enum DtlsLookupKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The external pre-shared key of an identity: else <see cref="DtlsConfig.FindPreSharedKey"/>.</summary>
    PreSharedKey = 1,

    /// <summary>The session of a ticket: else <see cref="IDtlsTicketProtector.Unprotect"/>.</summary>
    OpenTicket = 2,

    /// <summary>Whether a ticket is used for the first time: else <see cref="IDtlsTicketProtector.TryUse"/>.</summary>
    UseTicket = 4,

    /// <summary>Whether early data is seen for the first time: else <see cref="IDtlsReplayRecord.TryAdd"/>.</summary>
    RecordEarlyData = 8,

    /// <summary>All of it.</summary>
    All = 15,
}
