using System;
using System.CommandLine;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Sockets.Tool.Certificates;

namespace Sockets.Tool.Demo;

/// <summary><c>sockets demo</c>: server and client in one process, over real UDP sockets on loopback.</summary>
internal static class DemoCommand
{
    /// <summary>Room for the whole window, where the system grants it.</summary>
    private const int SocketBufferSize = 4 << 20;

    public static Command Create(ToolConsole console)
    {
        var megabytes = new Option<int>("--megabytes") { Description = "How much to send, and to get back.", HelpName = "N", DefaultValueFactory = _ => 300 };
        megabytes.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int count) && count is < 1 or > 1_000_000)
                result.AddError("--megabytes needs a number from 1 to 1000000.");
        });
        var command = new Command("demo", "Watch DTLS 1.3 work: an echo server and a client on loopback move data, update their keys on the way, and check every byte.") { megabytes };
        command.SetAction((result, cancellationToken) => RunAsync(console, result.GetValue(megabytes) * 1_000_000L, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ToolConsole console, long bytes, CancellationToken cancellationToken)
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
        return 0;
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
