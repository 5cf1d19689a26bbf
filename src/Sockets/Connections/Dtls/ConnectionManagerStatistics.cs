using System;
using Sockets.Dtls;

namespace Sockets;

/// <summary>What a <see cref="ConnectionManager"/> has counted since it began, and what there is now. Each connection has its own <see cref="DtlsChannel.Statistics"/>.</summary>
public readonly record struct ConnectionManagerStatistics
{
    /// <summary>When it began.</summary>
    public DateTimeOffset StartTime { get; init; }

    /// <summary>Connections now whose handshake is done.</summary>
    public int ActiveConnections { get; init; }

    /// <summary>Handshakes now.</summary>
    public int Handshakes { get; init; }

    /// <summary>Connections that came about.</summary>
    public long Accepted { get; init; }

    /// <summary>Those of them that resumed a session.</summary>
    public long Resumed { get; init; }

    /// <summary>Handshakes that failed, those that timed out included.</summary>
    public long FailedHandshakes { get; init; }

    /// <summary>Connections that ended with a failure, those below included.</summary>
    public long FailedConnections { get; init; }

    /// <summary>Connections that ended since nothing came for <see cref="ConnectionManagerOptions.IdleTimeout"/>.</summary>
    public long IdleConnections { get; init; }

    /// <summary>How often a client went on from another address, once that was validated (RFC 9853).</summary>
    public long Migrations { get; init; }

    /// <summary>Connections closed at once since nobody took them: <see cref="ConnectionManagerOptions.AcceptQueueLength"/>.</summary>
    public long DroppedByQueue { get; init; }

    /// <summary>Who was let in, who was not and why; cookies.</summary>
    public DtlsAdmissionStatistics Admission { get; init; }

    /// <summary>Datagrams received, of strangers as well.</summary>
    public ulong DatagramsReceived { get; init; }

    /// <summary>Bytes of them.</summary>
    public ulong BytesReceived { get; init; }

    /// <summary>Records accepted.</summary>
    public ulong RecordsReceived { get; init; }

    /// <summary>Datagrams sent.</summary>
    public ulong DatagramsSent { get; init; }

    /// <summary>Bytes of them.</summary>
    public ulong BytesSent { get; init; }

    /// <summary>Records sent.</summary>
    public ulong RecordsSent { get; init; }

    /// <summary>Flights sent again.</summary>
    public ulong Retransmissions { get; init; }

    /// <summary>Received datagrams that wait for their readers, in bytes.</summary>
    public long QueuedBytes { get; init; }

    /// <summary>Datagrams that one socket passed on to another of this manager.</summary>
    public long ForwardedToShards { get; init; }

    /// <summary>Datagrams that the <see cref="IDatagramForwarder"/> took for another node.</summary>
    public long ForwardedToNodes { get; init; }

    /// <summary>Datagrams of another node that <see cref="ConnectionManager.Inject"/> took.</summary>
    public long Injected { get; init; }

    /// <summary>Datagrams for another socket or node that were dropped: it is not there, has no such connection, or had no room.</summary>
    public long ForwardsDropped { get; init; }

    /// <summary>Events that were dropped since their handler was too slow.</summary>
    public long EventsDropped { get; init; }

    /// <summary>Datagrams on which the engine failed with an exception: a defect. Each cost the connection of its sender.</summary>
    public long InternalErrors { get; init; }
}
