using System.Net.Sockets;

namespace Sockets.Tests.Tls;

/// <summary>
/// A wire between two sockets that keeps what passes, and lets a test decide what passes: in chunks of any size, changed, or
/// not at all.
/// </summary>
internal sealed class Trickle : IAsyncDisposable
{
    private readonly List<SystemSocket> _sockets = [];
    private readonly Task _toServer;
    private readonly Task _toClient;

    /// <param name="chunk">Changes what passes, a chunk at a time: how it goes on. An empty part ends both directions.</param>
    public Trickle(Func<bool, byte[], IEnumerable<byte[]>>? chunk = null)
    {
        (Client, SystemSocket clientFar) = TlsPair.Tcp(null);
        (SystemSocket serverFar, Server) = TlsPair.Tcp(null);
        _sockets.AddRange([clientFar, serverFar]);
        chunk ??= static (_, bytes) => [bytes];
        _toServer = CarryAsync(clientFar, serverFar, FromClient, bytes => chunk(true, bytes));
        _toClient = CarryAsync(serverFar, clientFar, FromServer, bytes => chunk(false, bytes));
    }

    /// <summary>For the client's link.</summary>
    public SystemSocket Client { get; }

    /// <summary>For the server's link.</summary>
    public SystemSocket Server { get; }

    /// <summary>All that the client has sent.</summary>
    public MemoryStream FromClient { get; } = new();

    /// <summary>All that the server has sent.</summary>
    public MemoryStream FromServer { get; } = new();

    public async ValueTask DisposeAsync()
    {
        foreach (SystemSocket socket in _sockets)
            socket.Dispose();
        await Task.WhenAll(_toServer, _toClient);
    }

    private static async Task CarryAsync(SystemSocket from, SystemSocket to, MemoryStream record, Func<byte[], IEnumerable<byte[]>> change)
    {
        byte[] buffer = new byte[32 * 1024];
        try
        {
            while (true)
            {
                int count = await from.ReceiveAsync(buffer);
                if (count == 0)
                    break;
                lock (record)
                    record.Write(buffer, 0, count);
                foreach (byte[] part in change(buffer[..count]))
                {
                    if (part.Length == 0)
                    {
                        from.Shutdown(SocketShutdown.Send);
                        to.Shutdown(SocketShutdown.Send);
                        return;
                    }

                    for (int sent = 0; sent < part.Length;)
                        sent += await to.SendAsync(part.AsMemory(sent));
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            try
            {
                to.Shutdown(SocketShutdown.Both);
            }
            catch (Exception) when (exception is SocketException or ObjectDisposedException)
            {
                // Gone as well.
            }
        }
    }
}
