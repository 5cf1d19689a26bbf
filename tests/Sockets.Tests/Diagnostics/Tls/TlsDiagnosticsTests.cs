using System.Diagnostics;
using System.Net;
using Sockets.Tests.Tls;

namespace Sockets.Tests.Diagnostics;

public sealed class TlsDiagnosticsTests
{
    [Fact]
    public async Task AHandshakeIsOneActivityOneMeasurementAndOneLineAtEachEnd()
    {
        using var handshakes = new Handshakes();
        using var measurements = new Measurements();
        using var authority = new TestAuthority();
        using var certificate = authority.Issue(["127.0.0.1"]);
        var logger = new RecordingLogger();
        var serverLogger = new RecordingLogger();
        await using SocketListener listener = SocketListener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0),
            new SocketListenerOptions { Logger = serverLogger }.UseTls(new TlsServerOptions { Certificates = new TlsServerCertificates(TlsCertificate.FromCertificate(certificate)) }));
        var options = new SocketClientOptions { Logger = logger }.UseTls(new TlsClientOptions { Trust = authority.Trust });
        using var outer = new Activity("test").Start();
        await using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, options);
        await using Socket server = await listener.AcceptAsync();
        Assert.Same(outer, Activity.Current);

        int port = ((IPEndPoint)listener.LocalEndPoint).Port;
        Activity activity = Assert.Single(handshakes.With(port, ActivityKind.Client));
        Assert.Equal(outer.SpanId, activity.ParentSpanId);
        Assert.Equal(ActivityStatusCode.Ok, activity.Status);
        Assert.Equal("TLS 1.3", activity.GetTagItem("tls.protocol.version"));
        Assert.Equal("127.0.0.1", activity.GetTagItem("server.address"));
        Assert.Contains(measurements.Of("sockets.handshake.duration", "sockets.security=TLS 1.3 sockets.role=client"), measured => measured.Value > 0);
        Assert.Contains(measurements.Of("sockets.handshake.duration", "sockets.security=TLS 1.3 sockets.role=server"), measured => measured.Value > 0);
        Assert.Contains(logger.Lines, line => line.Contains("TLS 1.3", StringComparison.Ordinal) && line.Contains(listener.LocalEndPoint.ToString()!, StringComparison.Ordinal));
        Assert.Contains(serverLogger.Lines, line => line.Contains("TLS 1.3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ARefusedCertificateIsAFailedActivityWithItsReason()
    {
        using var handshakes = new Handshakes();
        using var authority = new TestAuthority();
        using var other = new TestAuthority("CN=Other Root");
        using var certificate = other.Issue(["127.0.0.1"]);
        await using SocketListener listener = SocketListener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0),
            new SocketListenerOptions().UseTls(new TlsServerOptions { Certificates = new TlsServerCertificates(TlsCertificate.FromCertificate(certificate)) }));
        await Assert.ThrowsAsync<SocketFailureException>(async () => await Socket.ConnectAsync(listener.LocalEndPoint, new SocketClientOptions().UseTls(new TlsClientOptions { Trust = authority.Trust })));
        Activity activity = Assert.Single(handshakes.With(((IPEndPoint)listener.LocalEndPoint).Port, ActivityKind.Client));
        Assert.Equal(ActivityStatusCode.Error, activity.Status);
        Assert.Equal("CertificateRejected", activity.GetTagItem("error.type"));
    }

    [Fact]
    public async Task AHandshakeThatWasGivenUpIsOverThoughNobodyPumpsIt()
    {
        using var handshakes = new Handshakes();
        await using TlsPair pair = TlsPair.Closed(TlsIdentity.CreateClient(), TlsIdentity.CreateServer());
        int port = ((IPEndPoint)pair.Client.RemoteEndPoint!).Port;
        Assert.False(pair.Client.Link.Progress());
        Assert.Empty(handshakes.With(port, ActivityKind.Client));
        pair.Client.Dispose();
        Activity activity = Assert.Single(handshakes.With(port, ActivityKind.Client));
        Assert.Equal("Closed", activity.GetTagItem("error.type"));
    }
}
