using Sockets.Dtls;

namespace Sockets.Testing;

/// <summary>What happened on one connection, in order. Hangs on its <see cref="DtlsConnection.UserState"/>.</summary>
public sealed class ConnectionLog(DtlsNode node, DtlsConnection connection)
{
    public DtlsNode Node { get; } = node;

    public DtlsConnection Connection { get; } = connection;

    public List<DtlsEventKind> Events { get; } = [];

    public List<byte[]> Received { get; } = [];

    public bool IsConnected => Events.Contains(DtlsEventKind.Connected);

    public bool PeerClosed => Events.Contains(DtlsEventKind.PeerClosed);

    public bool IsClosed => Events.Contains(DtlsEventKind.Closed);

    /// <summary>As it was when the connection ended.</summary>
    public DtlsFailure? Failure { get; set; }

    /// <summary>As they were when the connection ended, or now.</summary>
    public DtlsStatistics Statistics => IsClosed ? FinalStatistics : Connection.Statistics;

    internal DtlsStatistics FinalStatistics { get; set; }

    public int Count(DtlsEventKind kind) => Events.Count(seen => seen == kind);
}
