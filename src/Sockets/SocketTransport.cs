namespace Sockets;

/// <summary>What travels below the security.</summary>
public enum SocketTransport
{
    /// <summary>A stream of bytes: TCP, or a Unix domain socket where the end point is one.</summary>
    Stream,

    /// <summary>Datagrams: UDP.</summary>
    Datagram,
}
