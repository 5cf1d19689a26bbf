using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Threading;
using Sockets.Diagnostics;
using Sockets.Dtls;

namespace Sockets.Connections.Dtls;

/// <summary>
/// What all managers of the process tell the meter "Sockets". Summed up when somebody asks, so that it costs nothing otherwise; counters of
/// managers that are gone are kept.
/// </summary>
internal static class ConnectionManagerMeter
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<ConnectionManager> Live = [];
    private static ConnectionManagerStatistics s_ended;

    static ConnectionManagerMeter()
    {
        SocketsMeter.ObserveUpDown("sockets.dtls.connections", "{connection}", "Connections of connection managers, by state.", static () => Measure(static (statistics, add) =>
        {
            add("sockets.state", "open", statistics.ActiveConnections);
            add("sockets.state", "handshake", statistics.Handshakes);
        }));
        SocketsMeter.Observe("sockets.dtls.admissions", "{handshake}", "Clients that connection managers let in, or did not.", static () => Measure(static (statistics, add) =>
        {
            add("sockets.outcome", "admitted", statistics.Admission.Admitted);
            add("sockets.outcome", "connections", statistics.Admission.RefusedByConnections);
            add("sockets.outcome", "handshakes", statistics.Admission.RefusedByHandshakes);
            add("sockets.outcome", "address", statistics.Admission.RefusedByAddress);
            add("sockets.outcome", "rate", statistics.Admission.RefusedByRate);
            add("sockets.outcome", "address_rate", statistics.Admission.RefusedByAddressRate);
            add("sockets.outcome", "stopping", statistics.Admission.RefusedWhileClosed);
        }));
        SocketsMeter.Observe("sockets.dtls.cookies", "{cookie}", "Cookies that connection managers asked for, and those that were wrong.", static () => Measure(static (statistics, add) =>
        {
            add("sockets.outcome", "asked", statistics.Admission.CookiesSent);
            add("sockets.outcome", "refused", statistics.Admission.CookiesRefused);
        }));
        SocketsMeter.Observe("sockets.dtls.forwards", "{datagram}", "Datagrams that came to another socket or node than their connection's.", static () => Measure(static (statistics, add) =>
        {
            add("sockets.outcome", "shard", statistics.ForwardedToShards);
            add("sockets.outcome", "node", statistics.ForwardedToNodes);
            add("sockets.outcome", "injected", statistics.Injected);
            add("sockets.outcome", "dropped", statistics.ForwardsDropped);
        }));
        SocketsMeter.Observe("sockets.dtls.io", "By", "Bytes of UDP that connection managers sent and received.", static () => Measure(static (statistics, add) =>
        {
            add("network.io.direction", "transmit", (long)statistics.BytesSent);
            add("network.io.direction", "receive", (long)statistics.BytesReceived);
        }));
    }

    private delegate void Adder(string tag, string value, long count);

    public static void Add(ConnectionManager manager)
    {
        lock (Gate)
            Live.Add(manager);
    }

    /// <summary>Keeps what a manager that has stopped has counted.</summary>
    public static void Remove(ConnectionManager manager)
    {
        ConnectionManagerStatistics last = manager.Statistics;
        lock (Gate)
        {
            if (Live.Remove(manager))
                s_ended = Add(s_ended, last);
        }
    }

    public static void RecordEnd(TimeSpan age, DtlsException? failure) =>
        SocketsMeter.Ended(age.TotalSeconds, failure is null ? null : failure.Reason == DtlsFailureReason.None ? "Closed" : failure.Reason.ToString());

    private static List<Measurement<long>> Measure(Action<ConnectionManagerStatistics, Adder> read)
    {
        ConnectionManager[] managers;
        ConnectionManagerStatistics ended;
        lock (Gate)
        {
            managers = [.. Live];
            ended = s_ended;
        }

        var sums = new Dictionary<(string Tag, string Value), long>();
        read(ended, Sum);
        foreach (ConnectionManager manager in managers)
            read(manager.Statistics, Sum);
        var measurements = new List<Measurement<long>>(sums.Count);
        foreach (((string tag, string value), long sum) in sums)
            measurements.Add(new Measurement<long>(sum, new KeyValuePair<string, object?>(tag, value)));
        return measurements;

        void Sum(string tag, string value, long count) => sums[(tag, value)] = sums.GetValueOrDefault((tag, value)) + count;
    }

    /// <summary>What of a manager that is gone is still told: its counters.</summary>
    private static ConnectionManagerStatistics Add(in ConnectionManagerStatistics a, in ConnectionManagerStatistics b) => new()
    {
        Admission = new DtlsAdmissionStatistics
        {
            Admitted = a.Admission.Admitted + b.Admission.Admitted,
            RefusedByConnections = a.Admission.RefusedByConnections + b.Admission.RefusedByConnections,
            RefusedByHandshakes = a.Admission.RefusedByHandshakes + b.Admission.RefusedByHandshakes,
            RefusedByAddress = a.Admission.RefusedByAddress + b.Admission.RefusedByAddress,
            RefusedByRate = a.Admission.RefusedByRate + b.Admission.RefusedByRate,
            RefusedByAddressRate = a.Admission.RefusedByAddressRate + b.Admission.RefusedByAddressRate,
            RefusedWhileClosed = a.Admission.RefusedWhileClosed + b.Admission.RefusedWhileClosed,
            CookiesSent = a.Admission.CookiesSent + b.Admission.CookiesSent,
            CookiesRefused = a.Admission.CookiesRefused + b.Admission.CookiesRefused,
        },
        ForwardedToShards = a.ForwardedToShards + b.ForwardedToShards,
        ForwardedToNodes = a.ForwardedToNodes + b.ForwardedToNodes,
        Injected = a.Injected + b.Injected,
        ForwardsDropped = a.ForwardsDropped + b.ForwardsDropped,
        BytesSent = a.BytesSent + b.BytesSent,
        BytesReceived = a.BytesReceived + b.BytesReceived,
    };
}
