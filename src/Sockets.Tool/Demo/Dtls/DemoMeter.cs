using System;
using System.Diagnostics;
using Sockets.Dtls;
using Sockets.Dtls.Records;

namespace Sockets.Tool.Demo;

/// <summary>What the transfer cost: time, records, and memory allocated in the whole process.</summary>
internal sealed class DemoMeter(DtlsChannel client, DtlsChannel server, DtlsListener listener)
{
    private long _startedAt;
    private long _allocatedBefore;
    private long _allocatedByDisplay;
    private DtlsStatistics _clientBefore;
    private DtlsStatistics _serverBefore;
    private DtlsStatistics _client;
    private DtlsStatistics _server;

    public TimeSpan Elapsed { get; private set; }

    /// <summary>Records sealed by both ends.</summary>
    public long Records => (long)(_client.RecordsSent - _clientBefore.RecordsSent + _server.RecordsSent - _serverBefore.RecordsSent);

    /// <summary>Bytes allocated by the whole process, less what drawing the progress took.</summary>
    public long Allocated { get; private set; }

    public double AllocatedPerRecord => Records == 0 ? 0 : (double)Allocated / Records;

    public void Start()
    {
        _clientBefore = client.Statistics;
        _serverBefore = server.Statistics;
        _allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        _startedAt = Stopwatch.GetTimestamp();
    }

    public void Stop()
    {
        Elapsed = Stopwatch.GetElapsedTime(_startedAt);
        Allocated = Math.Max(0, GC.GetTotalAllocatedBytes(precise: true) - _allocatedBefore - _allocatedByDisplay);
        _client = client.Statistics;
        _server = server.Statistics;
    }

    /// <summary>Runs drawing code, and takes what it allocates off the bill.</summary>
    public void Draw(Action draw)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        draw();
        _allocatedByDisplay += GC.GetAllocatedBytesForCurrentThread() - before;
    }

    public ulong Discarded(DiscardReason reason) => _client.Discarded(reason) + _server.Discarded(reason) + listener.Statistics.Discarded(reason);
}
