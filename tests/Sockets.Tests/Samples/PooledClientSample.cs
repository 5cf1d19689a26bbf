namespace Sockets.Tests.Samples;

/// <summary>The README's pooled client.</summary>
internal static class PooledClientSample
{
    public static async Task<byte[]> RunAsync(SocketPool pool, string host, int port, SocketClientOptions options, ReadOnlyMemory<byte> request)
    {
        byte[] answer = new byte[request.Length];
        await using SocketLease lease = await pool.RentAsync(host, port, options);
        await lease.Socket.SendAsync(request);
        for (int length = 0; length < answer.Length;)
        {
            SocketReceiveResult received = await lease.Socket.ReceiveAsync(answer.AsMemory(length));
            length += received.IsEnd ? throw new EndOfStreamException() : received.Count;
        }

        lease.Return(); // in good order: the next user gets it, connected and trusted already
        return answer;
    }
}
