namespace Sockets;

/// <summary>How far a socket has come.</summary>
public enum SocketState
{
    /// <summary>The transport's connection or the handshake is under way; nothing can be sent or received yet.</summary>
    Connecting,

    /// <summary>Ready to send and receive.</summary>
    Open,

    /// <summary>Closed by this program, or ended by a failure.</summary>
    Closed,
}
