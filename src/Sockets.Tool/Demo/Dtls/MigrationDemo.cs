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

    /// <summary>One attempt waits for some round trips, which are nothing on loopback when the machine is busy.</summary>
    private static readonly TimeSpan MoveTimeout = TimeSpan.FromSeconds(20);

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
        var transfer = new EchoTransfer(bytes) { OnTheWay = channel => migration = MoveAsync(channel, cancellationToken) };
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
        await WaitForValidationAsync(server, () => transfer.SendFirstAgain(channel), cancellationToken);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The port changed from {before.Port} to {channel.LocalEndPoint.Port} with {atMove / 1e6:0.0} MB back; no handshake, the new path validated by the server, {transfer.Resent:#,0} chunks lost and sent again."));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"All {transfer.BytesVerified / 1e6:0} MB came back byte for byte, {(transfer.BytesVerified - atMove) / 1e6:0.0} of them after that."));
    }

    private static async Task<bool> MoveAsync(DtlsChannel channel, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await channel.MigrateAsync(null, cancellationToken))
        {
            if (TimeProvider.System.GetElapsedTime(start) > MoveTimeout)
                return false;
        }

        return true;
    }

    /// <summary>
    /// The server asks for itself whether its client is at the other port, and may still be asking when the client has its answer. What comes from
    /// there has it ask again, should nobody have answered in time.
    /// </summary>
    private static async Task WaitForValidationAsync(DtlsChannel server, Action sendMore, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(MoveTimeout);
        try
        {
            while (server.PathChanges == 0)
            {
                sendMore();
                await Task.Delay(TimeSpan.FromMilliseconds(10), limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ToolException("The server did not follow to the other port.");
        }
    }
}
