using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sockets.Diagnostics;

/// <summary>
/// The instruments of the meter "Sockets". Units after UCUM, tags after OpenTelemetry's conventions where there are any. An
/// instrument that nobody listens to costs a test of a flag.
/// </summary>
internal static class SocketsMeter
{
    public const string Name = "Sockets";

    private static readonly Meter Meter = new(Name, typeof(SocketsMeter).Assembly.GetName().Version?.ToString(3));

    private static readonly UpDownCounter<long> Connections =
        Meter.CreateUpDownCounter<long>("sockets.connections", "{connection}", "Open sockets.");

    private static readonly Counter<long> Bytes =
        Meter.CreateCounter<long>("sockets.bytes", "By", "Bytes of the application that were sent and received.");

    private static readonly Histogram<double> ConnectDuration =
        Meter.CreateHistogram<double>("sockets.connect.duration", "s", "Looking up the name, connecting and the handshake together.", advice: Buckets(0.001));

    private static readonly Histogram<double> HandshakeDuration =
        Meter.CreateHistogram<double>("sockets.handshake.duration", "s", "TLS and DTLS handshakes.", advice: Buckets(0.001));

    private static readonly Histogram<double> ConnectionDuration =
        Meter.CreateHistogram<double>("sockets.dtls.connection.duration", "s", "How long connections of connection managers lasted.", advice: Buckets(0.1));

    private static readonly Counter<long> Accepts =
        Meter.CreateCounter<long>("sockets.accepts", "{connection}", "Connections that listeners accepted or refused.");

    private static readonly Histogram<double> PoolWait =
        Meter.CreateHistogram<double>("sockets.pool.wait.duration", "s", "How long rents of pools took until they had a connection.", advice: Buckets(0.0001));

    private static readonly KeyValuePair<string, object?> Sent = new("network.io.direction", "transmit");
    private static readonly KeyValuePair<string, object?> Received = new("network.io.direction", "receive");

    public static void Opened(string security) => Connections.Add(1, new KeyValuePair<string, object?>("sockets.security", security));

    public static void Closed(string security) => Connections.Add(-1, new KeyValuePair<string, object?>("sockets.security", security));

    /// <summary>Whether somebody listens to <see cref="CountSent"/> and <see cref="CountReceived"/>.</summary>
    public static bool IsCountingBytes => Bytes.Enabled;

    public static void CountSent(long bytes, string security)
    {
        if (bytes > 0 && Bytes.Enabled)
            Bytes.Add(bytes, Sent, new KeyValuePair<string, object?>("sockets.security", security));
    }

    public static void CountReceived(long bytes, string security)
    {
        if (bytes > 0 && Bytes.Enabled)
            Bytes.Add(bytes, Received, new KeyValuePair<string, object?>("sockets.security", security));
    }

    /// <param name="seconds">From the beginning to the end.</param>
    /// <param name="security">"plain", "TLS", "DTLS 1.3".</param>
    /// <param name="failure">Null: it came about.</param>
    public static void Connected(double seconds, string security, SocketFailureReason? failure)
    {
        if (ConnectDuration.Enabled)
            ConnectDuration.Record(seconds, Tags(security, failure));
    }

    /// <param name="seconds">From the beginning to the end.</param>
    /// <param name="protocol">"TLS 1.3"; before one is agreed on, what was offered: "TLS".</param>
    /// <param name="isServer">Which end this is.</param>
    /// <param name="failure">Null: it was completed.</param>
    public static void Handshaken(double seconds, string protocol, bool isServer, SocketFailureReason? failure)
    {
        if (!HandshakeDuration.Enabled)
            return;
        TagList tags = Tags(protocol, failure);
        tags.Add("sockets.role", isServer ? "server" : "client");
        HandshakeDuration.Record(seconds, tags);
    }

    public static void Accepted(string security) => Accepts.Add(1, new KeyValuePair<string, object?>("sockets.security", security));

    /// <summary>An accepted connection that did not become a socket.</summary>
    public static void Refused(string security, SocketFailureReason reason)
    {
        if (Accepts.Enabled)
            Accepts.Add(1, Tags(security, reason));
    }

    public static void Rented(double seconds, SocketFailureReason? failure)
    {
        if (PoolWait.Enabled)
            PoolWait.Record(seconds, failure is { } reason ? [new KeyValuePair<string, object?>("error.type", reason.ToString())] : default(TagList));
    }

    /// <summary>Something that is summed up only when somebody asks.</summary>
    public static void Observe(string name, string unit, string description, System.Func<IEnumerable<Measurement<long>>> observe) =>
        Meter.CreateObservableCounter(name, observe, unit, description);

    /// <summary>As <see cref="Observe"/>, for what goes up and down.</summary>
    public static void ObserveUpDown(string name, string unit, string description, System.Func<IEnumerable<Measurement<long>>> observe) =>
        Meter.CreateObservableUpDownCounter(name, observe, unit, description);

    /// <param name="seconds">How long the connection was open.</param>
    /// <param name="failure">Null: it ended in good order.</param>
    public static void Ended(double seconds, string? failure)
    {
        if (ConnectionDuration.Enabled)
            ConnectionDuration.Record(seconds, failure is null ? default(TagList) : [new KeyValuePair<string, object?>("error.type", failure)]);
    }

    private static TagList Tags(string security, SocketFailureReason? failure)
    {
        var tags = new TagList { { "sockets.security", security } };
        if (failure is { } reason)
            tags.Add("error.type", reason.ToString());
        return tags;
    }

    /// <summary>From <paramref name="first"/> to a minute, three steps a decade.</summary>
    private static InstrumentAdvice<double> Buckets(double first)
    {
        var bounds = new List<double>();
        for (double decade = first; decade < 60; decade *= 10)
            bounds.AddRange([decade, decade * 2, decade * 5]);
        return new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds };
    }
}
