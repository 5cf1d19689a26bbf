namespace Sockets;

/// <summary>What a listener has counted since it began, and what there is now.</summary>
public readonly record struct SocketListenerStatistics
{
    /// <summary>Connections that came about, their handshake included.</summary>
    public long Accepted { get; init; }

    /// <summary>
    /// Streams reset, and first datagrams of peers dropped, since <see cref="SocketListenerOptions.MaxConnections"/> was reached or
    /// the listener was paused.
    /// </summary>
    public long RefusedByLimit { get; init; }

    /// <summary>Connections whose handshake or PROXY header failed.</summary>
    public long HandshakeFailures { get; init; }

    /// <summary>How often the system had no descriptor or memory left for a connection; the listener waits and tries again.</summary>
    public long ResourceShortages { get; init; }

    /// <summary>First datagrams of peers, or handshakes, dropped since the queue of those that wait was full.</summary>
    public long DroppedByQueue { get; init; }

    /// <summary>Connections now, from acceptance to the disposal of their socket.</summary>
    public int ActiveConnections { get; init; }

    /// <summary>Handshakes of streams under way now.</summary>
    public int Handshakes { get; init; }

    /// <summary>Connections that are ready and wait to be accepted by the application.</summary>
    public int QueueLength { get; init; }
}
