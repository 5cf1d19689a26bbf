using System;
using System.Threading;
using Sockets.Connections.Dtls;
using Sockets.Dtls;
using Sockets.Links.Dtls;

namespace Sockets;

/// <content>What is counted and told. Called by the drivers under their gates: nothing here waits, or calls into the application.</content>
public sealed partial class ConnectionManager : IDriverObserver
{
    /// <summary>Handshakes and connections.</summary>
    private int _live;
    private int _active;
    private long _acceptedCount;
    private long _resumed;
    private long _failedHandshakes;
    private long _failedConnections;
    private long _idleConnections;
    private long _droppedByQueue;
    private long _migrations;

    /// <summary>What was counted. Adds up what all connections have; allocates nothing.</summary>
    /// <exception cref="InvalidOperationException">Asked by an <see cref="IDtlsHandler"/>.</exception>
    public ConnectionManagerStatistics Statistics
    {
        get
        {
            ThrowIfInsideHandler();
            TrafficTotals traffic = default;
            long errors = 0;
            foreach (DatagramDriver driver in _drivers)
            {
                driver.AddTraffic(ref traffic);
                errors += driver.InternalErrors;
            }

            return new ConnectionManagerStatistics
            {
                StartTime = _startTime,
                ActiveConnections = Volatile.Read(ref _active),
                Handshakes = Math.Max(0, Volatile.Read(ref _live) - Volatile.Read(ref _active)),
                Accepted = Interlocked.Read(ref _acceptedCount),
                Resumed = Interlocked.Read(ref _resumed),
                FailedHandshakes = Interlocked.Read(ref _failedHandshakes),
                FailedConnections = Interlocked.Read(ref _failedConnections),
                IdleConnections = Interlocked.Read(ref _idleConnections),
                Migrations = Interlocked.Read(ref _migrations),
                DroppedByQueue = Interlocked.Read(ref _droppedByQueue),
                Admission = _admission.Statistics,
                DatagramsReceived = traffic.DatagramsReceived,
                BytesReceived = traffic.BytesReceived,
                RecordsReceived = traffic.RecordsReceived,
                DatagramsSent = traffic.DatagramsSent,
                BytesSent = traffic.BytesSent,
                RecordsSent = traffic.RecordsSent,
                Retransmissions = traffic.Retransmissions,
                QueuedBytes = _queueBudget.Used,
                ForwardedToShards = Interlocked.Read(ref _forwardedToShards),
                ForwardedToNodes = Interlocked.Read(ref _forwardedToNodes),
                Injected = Interlocked.Read(ref _injected),
                ForwardsDropped = Interlocked.Read(ref _forwardsDropped),
                EventsDropped = _events?.Dropped ?? 0,
                InternalErrors = errors,
            };
        }
    }

    void IDriverObserver.OnBegun(DtlsChannel channel)
    {
        Interlocked.Increment(ref _live);
        _events?.Add(ConnectionEventKind.HandshakeStarted, channel, null);
    }

    void IDriverObserver.OnOpened(DtlsChannel channel)
    {
        channel.OpenedAt = _timeProvider.GetTimestamp();
        Interlocked.Increment(ref _active);
        Interlocked.Increment(ref _acceptedCount);
        if (channel.IsResumed)
            Interlocked.Increment(ref _resumed);
        _events?.Add(ConnectionEventKind.HandshakeCompleted, channel, null);
    }

    void IDriverObserver.OnKeysUpdated(DtlsChannel channel) => _events?.Add(ConnectionEventKind.KeysUpdated, channel, null);

    void IDriverObserver.OnPathChanged(DtlsChannel channel)
    {
        Interlocked.Increment(ref _migrations);
        _events?.Add(ConnectionEventKind.PathChanged, channel, null);
    }

    void IDriverObserver.OnEnded(DtlsChannel channel, DtlsException? failure)
    {
        if (channel.WasOpen)
        {
            Interlocked.Decrement(ref _active);
            if (failure is not null)
                Interlocked.Increment(ref _failedConnections);
            if (failure?.Reason == DtlsFailureReason.IdleTimeout)
                Interlocked.Increment(ref _idleConnections);
            ConnectionManagerMeter.RecordEnd(_timeProvider.GetElapsedTime(channel.OpenedAt), failure);
        }
        else
        {
            Interlocked.Increment(ref _failedHandshakes);
        }

        _events?.Add(channel.WasOpen ? ConnectionEventKind.Closed : ConnectionEventKind.HandshakeFailed, channel, failure);
        if (Interlocked.Decrement(ref _live) == 0)
            Volatile.Read(ref _emptied)?.TrySetResult();
    }
}
