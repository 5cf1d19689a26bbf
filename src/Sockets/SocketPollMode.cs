namespace Sockets;

/// <summary>When a <see cref="SocketPoll"/> reports what a socket is ready for.</summary>
public enum SocketPollMode
{
    /// <summary>By every wait, as long as it lasts.</summary>
    Level,

    /// <summary>
    /// When it begins, and again after a <c>Try…</c> returned false: go on until then. More may be reported, but nothing is
    /// missed.
    /// </summary>
    Edge,

    /// <summary>Once, whatever it is; nothing more until <see cref="SocketPoll.Modify(Socket, SocketEvents)"/>.</summary>
    OneShot,
}
