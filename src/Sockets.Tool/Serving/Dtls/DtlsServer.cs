using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Serving;

/// <summary>A <see cref="ConnectionManager"/> until it has served enough or is interrupted; then what it has counted.</summary>
/// <param name="console">Takes a line for each event.</param>
/// <param name="service">Serves the connections.</param>
/// <param name="saved">The connections of the server before, and these for the next one; null: they end with this one.</param>
internal sealed class DtlsServer(ToolConsole console, EchoService service, SavedConnections? saved)
{
    public async Task<int> RunAsync(IPEndPoint endPoint, ConnectionManagerOptions options, CancellationToken cancellationToken)
    {
        await using ConnectionManager manager = Start(endPoint, options);
        console.WriteLine($"listening {manager.LocalEndPoint}");
        saved?.Restore(manager, console);
        _ = Task.Factory.StartNew(() => ReadCommands(console, service), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await service.Ended.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // SIGINT or SIGTERM: stopping sends close_notify to everybody who is not saved.
        }

        if (saved is not null)
            await saved.SaveAsync(manager, console);
        else
            await manager.StopAsync(TimeSpan.Zero, CancellationToken.None);
        ConnectionManagerStatistics statistics = manager.Statistics;
        await service.ToldAsync(statistics.FailedHandshakes - statistics.EventsDropped); // what was counted is the last line
        console.WriteLine(StatisticsText.Of(statistics));
        return 0;
    }

    private static ConnectionManager Start(IPEndPoint endPoint, ConnectionManagerOptions options)
    {
        try
        {
            return ConnectionManager.Start(endPoint, options);
        }
        catch (SocketException exception)
        {
            throw new ToolException(
                exception.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse => $"UDP port {endPoint} is in use: stop the program that has it, or choose another port.",
                    SocketError.AddressNotAvailable => $"{endPoint.Address} is not an address of this machine.",
                    SocketError.AccessDenied => $"UDP port {endPoint} may not be used: choose a port above 1023.",
                    _ => $"Cannot listen on {endPoint}: {exception.Message}.",
                },
                exception);
        }
    }

    /// <summary>Runs until the end of standard input, which is no reason to stop serving.</summary>
    private static void ReadCommands(ToolConsole console, EchoService service)
    {
        using var reader = new StreamReader(console.In, leaveOpen: true);
        try
        {
            while (reader.ReadLine() is { } line)
            {
                if (line.Trim() == "key-update")
                    service.UpdateKeys();
                else if (line.Trim().Length > 0)
                    console.WriteNote("sockets: the only command here is 'key-update'.");
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Standard input is gone.
        }
    }
}
