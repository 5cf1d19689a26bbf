using System.Diagnostics.Tracing;
using System.Net;

namespace Sockets.Tests.Diagnostics;

public sealed class PlainDiagnosticsTests
{
    [Fact]
    public async Task ConnectsBytesAndPoolWaitsAreMeasuredAndLogged()
    {
        using var measurements = new Measurements();
        var logger = new RecordingLogger();
        await using SocketListener listener = SocketListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), new SocketListenerOptions().UsePlaintext());
        await using var pool = new SocketPool();
        SocketLease lease = await pool.RentAsync(listener.LocalEndPoint, new SocketClientOptions { Logger = logger }.UsePlaintext());
        await using Socket accepted = await listener.AcceptAsync();
        const int Length = 54_321; // no other test's
        byte[] data = new byte[Length];
        await lease.Socket.SendAsync(data);
        for (int received = 0; received < Length;)
            received += (await accepted.ReceiveAsync(data)).Count;

        Assert.Contains(measurements.Of("sockets.bytes", "transmit"), measured => measured.Value == Length);
        Assert.True(measurements.Of("sockets.bytes", "receive").Sum(measured => measured.Value) >= Length);
        Assert.Contains(measurements.Of("sockets.connect.duration", "sockets.security=plain"), measured => measured.Value is > 0 and < 60);
        Assert.NotEmpty(measurements.Of("sockets.pool.wait.duration"));
        Assert.Contains(measurements.Of("sockets.connections"), measured => measured.Value == 1);
        lease.Dispose();
        Assert.Contains(measurements.Of("sockets.connections"), measured => measured.Value == -1);
        Assert.Equal($"Debug: Connected to {listener.LocalEndPoint} (plain).", Assert.Single(logger.Lines));
    }

    [Fact]
    public async Task AFailedConnectIsAnEventWithItsReason()
    {
        using var events = new Events();
        var logger = new RecordingLogger();
        using var closed = new SystemSocket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var endPoint = (IPEndPoint)closed.LocalEndPoint!;
        await Assert.ThrowsAsync<SocketFailureException>(async () => await Socket.ConnectAsync(endPoint, new SocketClientOptions { Logger = logger }.UsePlaintext()));
        Assert.Contains(events.All, text => text.StartsWith($"ConnectFailed {endPoint} ConnectionRefused", StringComparison.Ordinal));
        Assert.StartsWith($"Warning: Connecting to {endPoint} failed (ConnectionRefused)", Assert.Single(logger.Lines), StringComparison.Ordinal);
    }

    private sealed class Events : EventListener
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> All { get; } = [];

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Sockets")
                EnableEvents(eventSource, EventLevel.Informational);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            // The base constructor may report before our own has run.
            if (eventData.EventSource.Name == "Sockets")
                All?.Enqueue($"{eventData.EventName} {string.Join(' ', eventData.Payload ?? [])}");
        }
    }
}
