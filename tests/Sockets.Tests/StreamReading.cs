namespace Sockets.Tests;

/// <summary>Reads streams in tests.</summary>
internal static class StreamReading
{
    /// <summary>Everything up to the peer's end, in reads of <paramref name="bufferSize"/>.</summary>
    public static async Task<byte[]> ReceiveToEndAsync(this Socket socket, int bufferSize = 64 * 1024)
    {
        var received = new MemoryStream();
        byte[] buffer = new byte[bufferSize];
        while (await socket.ReceiveAsync(buffer).AsTask().WaitAsync(Waiting.HangGuard) is { IsEnd: false } result)
            received.Write(buffer, 0, result.Count);
        return received.ToArray();
    }

    /// <summary>Exactly so many bytes.</summary>
    public static async Task<byte[]> ReceiveExactlyAsync(this Socket socket, int count)
    {
        byte[] buffer = new byte[count];
        for (int filled = 0; filled < count;)
        {
            SocketReceiveResult result = await socket.ReceiveAsync(buffer.AsMemory(filled)).AsTask().WaitAsync(Waiting.HangGuard);
            Assert.False(result.IsEnd, $"The stream ended after {filled} of {count} bytes.");
            filled += result.Count;
        }

        return buffer;
    }

    /// <summary>Sends until nothing more is accepted, and says how much that was.</summary>
    public static int Fill(this Socket socket)
    {
        byte[] zeros = new byte[64 * 1024];
        int total = 0;
        while (socket.TrySend(zeros, out int sent))
            total += sent;
        return total;
    }
}
