using System;
using System.Runtime.CompilerServices;
using Sockets.Dtls.Records;

namespace Sockets.Dtls;

/// <summary>The counters of a connection as it keeps them: less than half the size of what it tells.</summary>
internal struct ConnectionStatistics
{
    private DiscardCounters _discards;

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
        ref uint count = ref _discards[(int)reason];
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
        for (int i = 0; i < DtlsStatistics.ReasonCount; i++)
            statistics.Discard((DiscardReason)i, _discards[i]);
        return statistics;
    }

    [InlineArray(DtlsStatistics.ReasonCount)]
    private struct DiscardCounters
    {
        private uint _first;
    }
}
