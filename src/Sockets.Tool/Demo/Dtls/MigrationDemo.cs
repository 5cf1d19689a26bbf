using System;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Demo;

/// <summary>A client that changes its UDP port in the middle of a transfer, and carries on without a handshake.</summary>
internal static class MigrationDemo
{
    private const int ConnectionIdLength = 8;
    private const long LeastBytes = 10_000_000;
    private const long MostBytes = 50_000_000;

    public static async Task RunAsync(ToolConsole console, X509Certificate2 certificate, X509Certificate2 root, long bytes, CancellationToken cancellationToken)
    {
        bytes = Math.Clamp(bytes, LeastBytes, MostBytes);
        var echo = new EchoHandler();
        await using DtlsListener listener = DtlsListener.Bind(
            new IPEndPoint(IPAddress.Loopback, 0),
            new DtlsServerOptions
            {
                Credentials = [DtlsCredentialLoader.FromCertificate(certificate)],
                Handler = echo,
                ConnectionIdLength = ConnectionIdLength,
                SocketReceiveBufferSize = EchoDemo.SocketBufferSize,
                SocketSendBufferSize = EchoDemo.SocketBufferSize,
            });

        Task<bool>? migration = null;
        var transfer = new EchoTransfer(bytes) { OnTheWay = channel => migration = channel.MigrateAsync(null, cancellationToken) };
        Task<DtlsChannel> serverEnd = echo.ExpectAsync();
        await using DtlsChannel channel = await DtlsChannel.ConnectAsync(
            listener.LocalEndPoint,
            new DtlsClientOptions
            {
                TargetHost = "localhost",
                Trust = PeerTrust.Anchors([root]),
                Handler = transfer,
                ConnectionIdLength = 0,
                SocketReceiveBufferSize = EchoDemo.SocketBufferSize,
                SocketSendBufferSize = EchoDemo.SocketBufferSize,
            },
            cancellationToken);
        IPEndPoint before = channel.LocalEndPoint;
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Now with connection IDs: {before} sends {bytes / 1e6:0} MB and changes its port on the way."));
        transfer.Prepare(channel);
        transfer.Start(channel);
        await DemoDisplay.WatchAsync(channel, transfer, static () => { }, cancellationToken);
        if (transfer.Difference is { } reason)
            throw new ToolException(reason);
        if (migration is null || !await migration || transfer.BytesAtMove is not { } atMove)
            throw new ToolException("The server did not answer to the other port.");
        DtlsChannel server = await serverEnd.WaitAsync(cancellationToken);
        await WaitForValidationAsync(server, cancellationToken);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The port changed from {before.Port} to {channel.LocalEndPoint.Port} with {atMove / 1e6:0.0} MB back; no handshake, the new path validated by the server, {transfer.Resent:#,0} chunks lost and sent again."));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"All {transfer.BytesVerified / 1e6:0} MB came back byte for byte, {(transfer.BytesVerified - atMove) / 1e6:0.0} of them after that."));
    }

    /// <summary>The server asks for itself whether its client is at the other port, and may still be asking when the client has its answer.</summary>
    private static async Task WaitForValidationAsync(DtlsChannel server, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            while (server.PathChanges == 0)
                await Task.Delay(TimeSpan.FromMilliseconds(10), limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ToolException("The server did not follow to the other port.");
        }
    }
}
