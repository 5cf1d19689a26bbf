using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>What many connections have counted, together.</summary>
internal struct TrafficTotals
{
    public ulong DatagramsReceived;
    public ulong BytesReceived;
    public ulong RecordsReceived;
    public ulong DatagramsSent;
    public ulong BytesSent;
    public ulong RecordsSent;
    public ulong Retransmissions;

    public void Add(in TrafficTotals other)
    {
        DatagramsReceived += other.DatagramsReceived;
        BytesReceived += other.BytesReceived;
        RecordsReceived += other.RecordsReceived;
        DatagramsSent += other.DatagramsSent;
        BytesSent += other.BytesSent;
        RecordsSent += other.RecordsSent;
        Retransmissions += other.Retransmissions;
    }

    public void Add(in DtlsStatistics statistics)
    {
        DatagramsReceived += statistics.DatagramsReceived;
        BytesReceived += statistics.BytesReceived;
        RecordsReceived += statistics.RecordsReceived;
        DatagramsSent += statistics.DatagramsSent;
        BytesSent += statistics.BytesSent;
        RecordsSent += statistics.RecordsSent;
        Retransmissions += statistics.Retransmissions;
    }
}
