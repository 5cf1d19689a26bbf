using System;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Tool.Certificates;

namespace Sockets.Tool.Demo;

/// <summary>An echo under DTLS 1.3: server and client in one process, over real UDP sockets on loopback.</summary>
internal static class EchoDemo
{
    /// <summary>Room for the whole window, where the system grants it.</summary>
    public const int SocketBufferSize = 4 << 20;

    public static async Task RunAsync(ToolConsole console, long bytes, CancellationToken cancellationToken)
    {
        using var authority = new DevelopmentAuthority(TimeProvider.System);
        using X509Certificate2 certificate = authority.IssueServer(["localhost", "127.0.0.1"]);
        using X509Certificate2 root = X509CertificateLoader.LoadCertificate(authority.Certificate.RawDataMemory.Span);
        var echo = new EchoHandler();
        await using DtlsListener listener = DtlsListener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0),
            new DtlsServerOptions
            {
                Credentials = [DtlsCredentialLoader.FromCertificate(certificate)],
                Handler = echo,
                SocketReceiveBufferSize = SocketBufferSize,
                SocketSendBufferSize = SocketBufferSize,
            });

        // A first connection makes the runtime compile what the second one is measured with.
        TimeSpan coldHandshake;
        Task<DtlsChannel> serverEnd = echo.ExpectAsync();
        await using (DtlsChannel first = await ConnectAsync(listener, root, new EchoHandler(), cancellationToken))
        {
            coldHandshake = first.HandshakeDuration;
            await serverEnd.WaitAsync(cancellationToken);
        }

        serverEnd = echo.ExpectAsync();

        var transfer = new EchoTransfer(bytes);
        await using DtlsChannel channel = await ConnectAsync(listener, root, transfer, cancellationToken);
        console.WriteLine($"DTLS 1.3 connected over UDP on {listener.LocalEndPoint}, certificate verified; sending {bytes / 1e6:0} MB and getting them back.");

        var meter = new DemoMeter(channel, await serverEnd.WaitAsync(cancellationToken), listener);
        var display = new DemoDisplay(console);
        string? stopped = null;
        transfer.Prepare(channel);
        meter.Start();
        transfer.Start(channel);
        try
        {
            await display.FollowAsync(channel, transfer, meter, cancellationToken);
        }
        catch (ToolException exception)
        {
            stopped = exception.Message;
        }

        meter.Stop();
        display.Report(channel, coldHandshake, transfer, meter);
        if ((stopped ?? transfer.Difference) is { } reason)
            throw new ToolException(reason);
        console.WriteLine($"All {transfer.BytesVerified / 1e6:0} MB came back byte for byte.");
        await MigrationDemo.RunAsync(console, certificate, root, bytes / 4, cancellationToken);
    }

    private static async Task<DtlsChannel> ConnectAsync(DtlsListener listener, X509Certificate2 root, IDtlsHandler handler, CancellationToken cancellationToken) =>
        await DtlsChannel.ConnectAsync(
            listener.LocalEndPoint,
            new DtlsClientOptions
            {
                TargetHost = "localhost",
                Trust = PeerTrust.Anchors([root]),
                Handler = handler,
                SocketReceiveBufferSize = SocketBufferSize,
                SocketSendBufferSize = SocketBufferSize,
            },
            cancellationToken);
}
