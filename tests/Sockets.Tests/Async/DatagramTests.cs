namespace Sockets.Tests.Async;

public sealed class DatagramTests
{
    [Fact]
    public async Task Datagrams_are_queued_one_by_one_and_keep_their_boundaries()
    {
        using SocketPair pair = SocketPair.Plain("udp");
        await using var client = new SocketAsync(pair.Client);
        await using var server = new SocketAsync(pair.Server);
        byte[][] buffers = [new byte[10], new byte[10], new byte[2], new byte[10]];
        Task<SocketReceiveResult>[] receives = [.. buffers.Select(buffer => server.ReceiveAsync(buffer).AsTask())];
        using var cancellation = new CancellationTokenSource();
        Task<SocketReceiveResult> cancelled = server.ReceiveAsync(new byte[1], cancellation.Token).AsTask();
        var completions = new ValueTask<SocketOperationResult>[4];
        client.Submit([SocketOperation.Send("one"u8.ToArray()), SocketOperation.Send(ReadOnlyMemory<byte>.Empty), SocketOperation.Send("three"u8.ToArray()), SocketOperation.Send("4"u8.ToArray())], completions);
        SocketReceiveResult[] results = await Task.WhenAll(receives).WaitAsync(Waiting.HangGuard);
        Assert.Equal([new(3), new(0), new(2, IsTruncated: true), new(1)], results);
        Assert.Equal("one"u8, buffers[0].AsSpan(0, 3));
        Assert.Equal("th"u8, buffers[2]);
        int[] sent = new int[4];
        for (int i = 0; i < 4; i++)
            sent[i] = (await completions[i].AsTask().WaitAsync(Waiting.HangGuard)).Count;
        Assert.Equal([3, 0, 5, 1], sent);
        Assert.False(cancelled.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Waiting.HangGuard));
    }

    [Fact]
    public async Task One_that_is_too_long_fails_alone()
    {
        using SocketPair pair = SocketPair.Plain("udp");
        await using var client = new SocketAsync(pair.Client);
        Task<int>[] sends = [client.SendAsync(new byte[1]).AsTask(), client.SendAsync(new byte[70_000]).AsTask(), client.SendAsync(new byte[2]).AsTask()];
        Assert.Equal(1, await sends[0]);
        Assert.Equal(SocketFailureReason.MessageTooLarge, (await Assert.ThrowsAsync<SocketFailureException>(() => sends[1])).Reason);
        Assert.Equal(2, await sends[2].WaitAsync(Waiting.HangGuard));
    }

    [Fact]
    public async Task A_pipe_would_lose_the_boundaries()
    {
        using SocketPair pair = SocketPair.Plain("udp");
        await using var client = new SocketAsync(pair.Client);
        Assert.Throws<InvalidOperationException>(() => client.Input);
        Assert.Throws<InvalidOperationException>(() => client.Output);
        Assert.Equal(1, await client.SendAsync(new byte[1]));
    }
}
