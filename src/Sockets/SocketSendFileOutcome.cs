namespace Sockets;

/// <summary>How the sending of a file ended. In every case the socket can be used on.</summary>
public enum SocketSendFileOutcome
{
    /// <summary>Everything that was asked for was accepted.</summary>
    Complete,

    /// <summary>Cancelled after some bytes were accepted.</summary>
    Cancelled,

    /// <summary><see cref="Socket.SendTimeout"/> ran out, after some bytes were accepted, while the peer took nothing.</summary>
    TimedOut,

    /// <summary>The file ends before the range that was asked for does: it is shorter, or was cut while it was being sent.</summary>
    FileShrank,
}
