using System;

namespace Sockets;

/// <summary>What a <see cref="SocketPoll"/> watches for, and what it found.</summary>
[Flags]
public enum SocketEvents
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>There is something to receive, be it decrypted already, or the end. It may turn out to be nothing for the application.</summary>
    Readable = 1,

    /// <summary>Something can be sent.</summary>
    Writable = 2,

    /// <summary>The socket is open: connected, and the handshake is done. Reported once for each time it is added.</summary>
    Connected = 4,

    /// <summary>The peer has closed its side, and there may still be something to receive. Reported unasked when both sides are closed. Systems other than Linux know only that.</summary>
    Closed = 8,

    /// <summary>The connection failed; the next operation throws the failure. Always reported.</summary>
    Error = 16,

    /// <summary>A listener: there is a connection to accept.</summary>
    Accept = 32,

    /// <summary>A timer is due.</summary>
    Timer = 64,
}
