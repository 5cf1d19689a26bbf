using System;

namespace Sockets.Platform;

/// <summary>What a socket is watched for, and what was found.</summary>
[Flags]
internal enum ReadinessMask
{
    None = 0,

    /// <summary>Something to receive or accept, or the end of the stream.</summary>
    Read = 1,

    /// <summary>Room to send, or a connection attempt is over.</summary>
    Write = 2,

    /// <summary>The socket holds an error. Always watched for.</summary>
    Error = 4,

    /// <summary>Both directions are over. Always watched for.</summary>
    HangUp = 8,

    /// <summary>The peer will send no more. Only told when asked for, and where the system knows; <see cref="Read"/> says it everywhere.</summary>
    ReadHangUp = 16,
}
