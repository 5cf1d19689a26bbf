using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Tool;

/// <summary>Carries one TCP connection, and ends it towards both sides without either having asked for it.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _cut = new();
    private readonly Task _running;

    public CuttingProxy(string server)
    {
        _listener.Start();
        _running = RunAsync(IPEndPoint.Parse(server));
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public void Cut() => _cut.Cancel();

    public async ValueTask DisposeAsync()
    {
        Cut();
        _listener.Stop();
        await _running.WaitAsync(Waiting.HangGuard);
        _cut.Dispose();
    }

    private async Task RunAsync(IPEndPoint server)
    {
        try
        {
            using SystemSocket client = await _listener.AcceptSocketAsync(_cut.Token);
            using var upstream = new SystemSocket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await upstream.ConnectAsync(server, _cut.Token);
            await Task.WhenAll(CopyAsync(client, upstream), CopyAsync(upstream, client));
            client.Shutdown(SocketShutdown.Both);
            upstream.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody came, or they were faster.
        }
    }

    private async Task CopyAsync(SystemSocket from, SystemSocket to)
    {
        byte[] buffer = new byte[16_384];
        try
        {
            while (await from.ReceiveAsync(buffer, _cut.Token) is var length and > 0)
                await to.SendAsync(buffer.AsMemory(0, length), _cut.Token);
        }
        catch (OperationCanceledException)
        {
            // Cut.
        }
    }
}
