using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sockets.Diagnostics;

namespace Sockets.Tests.Diagnostics;

public sealed class DtlsDiagnosticsTests
{
    [Fact]
    public async Task HandshakesAreTracedAndDiscardsAreCountedByReason()
    {
        using var handshakes = new Handshakes();
        using var measurements = new Measurements();
        using var authority = new TestAuthority();
        IPEndPoint place = OwnPlace.Next(); // of other ports there are handshakes of other tests
        using var certificate = authority.Issue([place.Address.ToString()]);
        var logger = new RecordingLogger();
        await using (SocketListener listener = SocketListener.Bind(
            place,
            new SocketListenerOptions { Logger = logger }.UseDtls(new DtlsServerOptions { Credentials = [DtlsCredentialLoader.FromCertificate(certificate)] })))
        {
            var endPoint = (IPEndPoint)listener.LocalEndPoint;
            await using Socket client = await Socket.ConnectAsync(endPoint, new SocketClientOptions().UseDtls(new DtlsClientOptions { Trust = authority.Trust }));
            await using Socket server = await listener.AcceptAsync();
            Activity activity = Assert.Single(handshakes.With(endPoint.Port, ActivityKind.Client));
            Assert.Equal(ActivityStatusCode.Ok, activity.Status);
            Assert.Equal("DTLS 1.3", activity.GetTagItem("tls.protocol.version"));
            Assert.NotEmpty(measurements.Of("sockets.handshake.duration", "sockets.security=DTLS 1.3 sockets.role=server"));
            Assert.Contains(logger.Lines, line => line.Contains("DTLS 1.3", StringComparison.Ordinal));

            double before = Discards(measurements);
            using var stranger = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            for (int i = 0; i < 5; i++)
                stranger.SendTo([0x7F, 1, 2, 3], endPoint);
            await client.SendAsync("after"u8.ToArray()); // behind the strangers' datagrams in the server's queue
            await server.ReceiveAsync(new byte[16]);
            Assert.True(Discards(measurements) >= before + 5);
        }

        Assert.True(Discards(measurements) >= 5); // what has ended stays counted
    }

    [Fact]
    public async Task ALoggerThatThrowsCostsNoConnection()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue(["127.0.0.1"]);
        var logger = new ThrowingLogger();
        await using SocketListener listener = SocketListener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0),
            new SocketListenerOptions { Logger = logger }.UseDtls(new DtlsServerOptions { Credentials = [DtlsCredentialLoader.FromCertificate(certificate)] }));
        for (int i = 1; i <= 2; i++)
        {
            await using Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, new SocketClientOptions().UseDtls(new DtlsClientOptions { Trust = authority.Trust }))
                .AsTask().WaitAsync(Waiting.HangGuard);
            await using Socket server = await listener.AcceptAsync().AsTask().WaitAsync(Waiting.HangGuard);
            await client.SendAsync("still here"u8.ToArray());
            Assert.Equal(10, (await server.ReceiveAsync(new byte[16]).AsTask().WaitAsync(Waiting.HangGuard)).Count);
            Assert.InRange(logger.Thrown, i, int.MaxValue); // more when the client was slow, and has begun anew
        }
    }

    [Fact]
    public void AnEndOfAHandshakeIsTracedThoughTheLoggerThrows()
    {
        using var handshakes = new Handshakes();
        var logger = new ThrowingLogger();
        const int Port = 7; // nobody connects there
        var peer = new IPEndPoint(IPAddress.Loopback, Port);
        new HandshakeScope("DTLS 1.3", isServer: false, peer, null, TimeProvider.System, logger).Fail(SocketFailureReason.TimedOut, "It took too long.");
        new HandshakeScope("DTLS 1.3", isServer: false, peer, null, TimeProvider.System, logger).Complete("DTLS 1.3", "none");
        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Ok], handshakes.With(Port, ActivityKind.Client).Select(static activity => activity.Status));
        Assert.Equal(2, logger.Thrown);
    }

    private static double Discards(Measurements measurements)
    {
        measurements.All.Clear();
        measurements.Collect();
        return measurements.Of("sockets.dtls.discards", "reason=").Sum(measured => measured.Value);
    }
}
