using System;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <summary>The counters of a connection as it keeps them: less than half the size of what it tells.</summary>
internal struct ConnectionStatistics
{
    private uint[]? _discards; // null until something was discarded: all of them are an eighth of what an idle connection takes

    public ulong DatagramsReceived;
    public ulong BytesReceived;
    public ulong DatagramsSent;
    public ulong BytesSent;
    public ulong RecordsReceived;
    public ulong RecordsSent;
    public TimeSpan HandshakeDuration;
    public uint Retransmissions;
    public uint RecordsFromOtherPaths;

    /// <summary>Counts a discard. A connection has no more than 2^32 - 1 for one reason; further ones are not counted.</summary>
    public void Discard(DiscardReason reason)
    {
        ref uint count = ref (_discards ??= new uint[DtlsStatistics.ReasonCount])[(int)reason];
        if (count != uint.MaxValue)
            count++;
    }

    public readonly DtlsStatistics ToStatistics()
    {
        var statistics = new DtlsStatistics
        {
            DatagramsReceived = DatagramsReceived,
            BytesReceived = BytesReceived,
            DatagramsSent = DatagramsSent,
            BytesSent = BytesSent,
            RecordsReceived = RecordsReceived,
            RecordsSent = RecordsSent,
            HandshakeDuration = HandshakeDuration,
            Retransmissions = Retransmissions,
            RecordsFromOtherPaths = RecordsFromOtherPaths,
        };
        for (int i = 0; i < (_discards?.Length ?? 0); i++)
            statistics.Discard((DiscardReason)i, _discards![i]);
        return statistics;
    }
}
