using System.Buffers;

namespace Sockets.Tests.Vectors;

public sealed class VectorTests
{
    [Theory]
    [InlineData("tcp", 1)]
    [InlineData("unix", 2)]
    [InlineData("reading", 3)]
    public async Task Pieces_arrive_in_order_whichever_way_they_are_sent(string kind, int seed)
    {
        var random = new Random(seed);
        using SocketPair pair = SocketPair.Plain(kind, bufferSize: 150_000);
        Task<byte[]> receiving = pair.Server.ReceiveToEndAsync(random.Next(1, 60_000));
        var expected = new MemoryStream();
        for (int i = 0; i < 20; i++)
        {
            ReadOnlyMemory<byte>[] pieces = Pieces(random, random.Next(0, 200), 8_000);
            int length = pieces.Sum(static piece => piece.Length);
            foreach (ReadOnlyMemory<byte> piece in pieces)
                expected.Write(piece.Span);
            long sent = (i % 3) switch
            {
                0 => await pair.Client.SendAsync(pieces.AsMemory()).AsTask().WaitAsync(Waiting.HangGuard),
                1 => await Task.Run(() => pair.Client.Send(pieces)).WaitAsync(Waiting.HangGuard),
                _ => await pair.Client.SendAsync(Segment.Sequence(pieces)).AsTask().WaitAsync(Waiting.HangGuard),
            };
            Assert.Equal(length, sent);
        }

        pair.Client.ShutdownSend();
        Assert.Equal(expected.ToArray(), await receiving);
    }

    [Theory]
    [InlineData("tcp", 4)]
    [InlineData("unix", 5)]
    [InlineData("reading", 6)]
    public async Task Cancelled_it_tells_the_exact_count(string kind, int seed)
    {
        var random = new Random(seed);
        using SocketPair pair = SocketPair.Plain(kind, bufferSize: 150_000);
        var expected = new MemoryStream();
        var received = new MemoryStream();
        for (int i = 0; i < 40; i++)
        {
            ReadOnlyMemory<byte>[] pieces = Pieces(random, 150, 20_000);
            byte[] whole = Segment.Sequence(pieces).ToArray();
            using var cancellation = new CancellationTokenSource();
            Task<long> sending = i % 2 == 0
                ? pair.Client.SendAsync(Segment.Sequence(pieces), cancellation.Token).AsTask()
                : Widen(pair.Client.SendAsync(pieces.AsMemory(), cancellation.Token));
            received.Write(await pair.Server.ReceiveExactlyAsync(random.Next(1, Math.Max(2, whole.Length / 2))));
            await cancellation.CancelAsync();
            try
            {
                expected.Write(whole, 0, (int)await sending.WaitAsync(Waiting.HangGuard));
            }
            catch (OperationCanceledException)
            {
                // Nothing was accepted.
            }
        }

        pair.Client.ShutdownSend();
        received.Write(await pair.Server.ReceiveToEndAsync());
        Assert.Equal(expected.Length, received.Length);
        Assert.Equal(expected.ToArray(), received.ToArray());

        static async Task<long> Widen(ValueTask<int> sending) => await sending;
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("unix")]
    [InlineData("reading")]
    public async Task A_receive_fills_its_buffers_in_order(string kind)
    {
        byte[] content = new byte[30_000];
        new Random(7).NextBytes(content);
        using SocketPair pair = SocketPair.Plain(kind);
        var received = new MemoryStream();
        Memory<byte>[] buffers = [new byte[7], Memory<byte>.Empty, new byte[1_000], new byte[3]];
        ValueTask<SocketReceiveResult> receiving = pair.Server.ReceiveAsync(buffers.AsMemory());
        Assert.False(receiving.IsCompleted);
        Assert.False(pair.Client.TryReceive(buffers, out _));
        pair.Client.Send(content);
        pair.Client.ShutdownSend();
        SocketReceiveResult result = await receiving.AsTask().WaitAsync(Waiting.HangGuard);
        for (int i = 0; !result.IsEnd; i++)
        {
            int left = result.Count;
            foreach (Memory<byte> buffer in buffers)
            {
                int count = Math.Min(left, buffer.Length);
                received.Write(buffer.Span[..count]);
                left -= count;
            }

            result = i % 2 == 0 ? pair.Server.Receive(buffers) : await pair.Server.ReceiveAsync(buffers.AsMemory());
        }

        Assert.Equal(content, received.ToArray());
        Assert.True((await pair.Server.ReceiveAsync(buffers.AsMemory())).IsEnd);
    }

    [Fact]
    public async Task Datagrams_stay_whole()
    {
        using SocketPair pair = SocketPair.Plain("udp");
        ReadOnlyMemory<byte>[] pieces = [new byte[] { 1, 2 }, ReadOnlyMemory<byte>.Empty, new byte[] { 3 }, new byte[] { 4, 5, 6 }];
        Memory<byte>[] buffers = [new byte[4], new byte[4]];
        Assert.Equal(6, pair.Client.Send(pieces));
        Assert.Equal(6, await pair.Client.SendAsync(pieces.AsMemory()));
        Assert.Equal(6, await pair.Client.SendAsync(Segment.Sequence(pieces)));
        Assert.Equal(0, pair.Client.Send(ReadOnlySpan<ReadOnlyMemory<byte>>.Empty));
        Assert.Equal(200, await pair.Client.SendAsync(Segment.Sequence([.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[] { 9 }, 200)])));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(new SocketReceiveResult(6), await pair.Server.ReceiveAsync(buffers.AsMemory()).AsTask().WaitAsync(Waiting.HangGuard));
            Assert.Equal([1, 2, 3, 4, 5, 6], [.. buffers[0].ToArray(), .. buffers[1].ToArray()[..2]]);
        }

        Assert.Equal(new SocketReceiveResult(0), pair.Server.Receive(buffers));
        Assert.Equal(new SocketReceiveResult(8, IsTruncated: true), pair.Server.Receive(buffers));
        Assert.False(pair.Server.TryReceive(buffers, out _));
        ReadOnlyMemory<byte>[] large = [new byte[40_000], new byte[40_000]];
        Assert.Equal(SocketFailureReason.MessageTooLarge, Assert.Throws<SocketFailureException>(() => pair.Client.Send(large)).Reason);
        Assert.Equal(SocketFailureReason.MessageTooLarge, (await Assert.ThrowsAsync<SocketFailureException>(() => pair.Client.SendAsync(Segment.Sequence(large)).AsTask())).Reason);
        Assert.Equal(SocketState.Open, pair.Client.State);
    }

    private static ReadOnlyMemory<byte>[] Pieces(Random random, int count, int most)
    {
        var pieces = new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < count; i++)
        {
            byte[] piece = new byte[random.Next(4) == 0 ? 0 : random.Next(1, most)];
            random.NextBytes(piece);
            pieces[i] = piece;
        }

        return pieces;
    }
}
