namespace Sockets.Tests.Tls;

/// <summary>Sends and receives random bytes in chunks of random sizes; a seed decides both, so that the other end can compare.</summary>
internal static class Streams
{
    private const int LargestChunk = 40_000;

    public static async Task SendRandomAsync(Socket socket, int seed, int length)
    {
        var content = new Random(seed);
        var sizes = new Random(seed + 1);
        while (length > 0)
        {
            byte[] chunk = NextChunk(content, sizes, length);
            Assert.Equal(chunk.Length, await socket.SendAsync(chunk));
            length -= chunk.Length;
        }
    }

    public static async Task ReceiveRandomAsync(Socket socket, int seed, int length)
    {
        var content = new Random(seed);
        var sizes = new Random(seed + 2);
        while (length > 0)
        {
            byte[] buffer = new byte[sizes.Next(8) == 0 ? 0 : 1 + sizes.Next(Math.Min(length, LargestChunk))];
            SocketReceiveResult result = await socket.ReceiveAsync(buffer);
            Assert.False(result.IsEnd);
            Check(content, buffer.AsSpan(0, result.Count));
            length -= result.Count;
        }
    }

    public static void SendRandom(Socket socket, int seed, int length)
    {
        var content = new Random(seed);
        var sizes = new Random(seed + 1);
        while (length > 0)
        {
            byte[] chunk = NextChunk(content, sizes, length);
            Assert.Equal(chunk.Length, socket.Send(chunk));
            length -= chunk.Length;
        }
    }

    public static void ReceiveRandom(Socket socket, int seed, int length)
    {
        var content = new Random(seed);
        var sizes = new Random(seed + 2);
        while (length > 0)
        {
            byte[] buffer = new byte[1 + sizes.Next(Math.Min(length, LargestChunk))];
            SocketReceiveResult result = socket.Receive(buffer);
            Assert.False(result.IsEnd);
            Check(content, buffer.AsSpan(0, result.Count));
            length -= result.Count;
        }
    }

    /// <summary>Bytes of <see cref="Random"/> one at a time, so that they do not depend on the sizes of the chunks.</summary>
    public static void Fill(Random content, Span<byte> bytes)
    {
        foreach (ref byte b in bytes)
            b = (byte)content.Next();
    }

    public static void Check(Random content, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            if (b != (byte)content.Next())
                Assert.Fail("A byte came out other than it went in.");
        }
    }

    private static byte[] NextChunk(Random content, Random sizes, int length)
    {
        byte[] chunk = new byte[1 + sizes.Next(Math.Min(length, LargestChunk))];
        Fill(content, chunk);
        return chunk;
    }

    /// <summary>One direction, advanced by Try… calls alone.</summary>
    public sealed class Conveyor(Socket from, Socket to, int seed, int length)
    {
        private readonly Random _sent = new(seed);
        private readonly Random _received = new(seed);
        private readonly Random _sizes = new(seed + 3);
        private byte[] _chunk = [];
        private int _chunkSent;
        private int _toSend = length;
        private int _toReceive = length;

        /// <summary>True: everything has arrived.</summary>
        public bool Turn()
        {
            if (_chunkSent == _chunk.Length && _toSend > 0)
            {
                _chunk = NextChunk(_sent, _sizes, _toSend);
                _chunkSent = 0;
                _toSend -= _chunk.Length;
            }

            if (_chunkSent < _chunk.Length && from.TrySend(_chunk.AsSpan(_chunkSent), out int sent))
                _chunkSent += sent;
            else if (_chunkSent == _chunk.Length)
                from.Link.Progress(); // what is queued still has to go

            byte[] buffer = new byte[1 + _sizes.Next(LargestChunk)];
            if (_toReceive > 0 && to.TryReceive(buffer, out SocketReceiveResult result))
            {
                Assert.False(result.IsEnd);
                Check(_received, buffer.AsSpan(0, result.Count));
                _toReceive -= result.Count;
            }

            return _toReceive == 0;
        }
    }
}
