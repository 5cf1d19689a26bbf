using System.Net;

namespace Sockets.Tests.Samples;

/// <summary>The guide's server for many clients.</summary>
internal static class DtlsManagerSample
{
    public static async Task RunAsync(IPEndPoint endPoint, string certificate, string key, Action<ConnectionManager> started, CancellationToken stopping)
    {
        await using ConnectionManager manager = ConnectionManager.Start(endPoint, new ConnectionManagerOptions
        {
            Security = new DtlsServerOptions
            {
                Credentials = [DtlsCredentialLoader.LoadPemFiles(certificate, key)],
                ConnectionIdLength = 12, // clients that move keep their connections
            },
            MaxConnections = 20_000,
            MaxConnectionsPerAddress = 50,
            IdleTimeout = TimeSpan.FromMinutes(5),
            EventRaised = raised => Console.WriteLine($"{raised.Kind} {raised.RemoteEndPoint} {raised.Failure?.Reason}"),
        });
        started(manager);
        try
        {
            while (true)
                _ = EchoAsync(await manager.AcceptAsync(stopping));
        }
        catch (OperationCanceledException)
        {
            int left = await manager.StopAsync(TimeSpan.FromSeconds(30), CancellationToken.None); // nobody new; those who are there may finish
            Console.WriteLine($"{manager.Statistics.Accepted} clients were served, {left} were sent away.");
        }
    }

    private static async Task EchoAsync(DtlsChannel channel)
    {
        byte[] buffer = new byte[2048];
        while (await channel.ReceiveAsync(buffer) is { IsClosed: false } result)
            channel.TrySend(buffer.AsSpan(0, result.Length));
    }
}
