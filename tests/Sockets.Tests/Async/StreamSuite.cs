namespace Sockets.Tests.Async;

/// <summary>What holds for the queueing face of every stream, whatever its security.</summary>
public abstract class StreamSuite
{
    private static readonly TimeSpan HangGuard = Waiting.HangGuard;

    private protected abstract Task<SocketPair> OpenAsync(int? bufferSize = null);

    [Fact]
    public async Task Everything_submitted_at_once_is_carried_out_in_order()
    {
        using SocketPair pair = await OpenAsync();
        await using var client = new SocketAsync(pair.Client);
        const int Count = 500;
        Task<byte[]> receiving = pair.Server.ReceiveExactlyAsync(4 * Count);
        List<Task<int>> sends = [];
        for (int i = 0; i < Count; i++)
            sends.Add(client.SendAsync(BitConverter.GetBytes(i)).AsTask());
        Assert.All(await Task.WhenAll(sends).WaitAsync(HangGuard), static count => Assert.Equal(4, count));

        byte[] received = await receiving;
        for (int i = 0; i < Count; i++)
            Assert.Equal(i, BitConverter.ToInt32(received, 4 * i));
    }

    [Fact]
    public async Task Receives_wait_in_the_queue_and_are_filled_in_order()
    {
        using SocketPair pair = await OpenAsync();
        await using var server = new SocketAsync(pair.Server);
        byte[][] buffers = [.. Enumerable.Range(0, 50).Select(static _ => new byte[1])];
        Task<SocketReceiveResult>[] receives = [.. buffers.Select(buffer => server.ReceiveAsync(buffer).AsTask())];
        Assert.DoesNotContain(receives, static receive => receive.IsCompleted);
        byte[] content = [.. Enumerable.Range(0, 50).Select(static i => (byte)i)];
        await pair.Client.SendAsync(content);
        Assert.All(await Task.WhenAll(receives).WaitAsync(HangGuard), static result => Assert.Equal(new SocketReceiveResult(1), result));
        Assert.Equal(content, buffers.Select(static buffer => buffer[0]));
        await pair.Client.ShutdownSendAsync();
        Assert.True((await server.ReceiveAsync(new byte[1]).AsTask().WaitAsync(HangGuard)).IsEnd);
        Assert.True((await server.ReceiveAsync(new byte[1]).AsTask().WaitAsync(HangGuard)).IsEnd);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_is_cancelled_every_byte_is_accounted_for(int seed)
    {
        var random = new Random(seed);
        using SocketPair pair = await OpenAsync(bufferSize: 150_000);
        await using var client = new SocketAsync(pair.Client, new SocketAsyncOptions { InlineCompletions = seed % 2 == 0 });
        await using var server = new SocketAsync(pair.Server);
        Task<byte[]> receiving = ReceiveWithCancellationsAsync(server, seed + 1);

        const int Operations = 1_500;
        var expected = new MemoryStream();
        var pending = new Queue<(byte[] Content, Task<int> Sending)>();
        List<CancellationTokenSource> cancellations = [];
        int cancelled = 0;
        for (int i = 0; i < Operations; i++)
        {
            byte[] content = new byte[random.Next(8) == 0 ? random.Next(200_000) : random.Next(2_000)];
            random.NextBytes(content);
            var cancellation = new CancellationTokenSource();
            cancellations.Add(cancellation);
            pending.Enqueue((content, random.Next(3) == 0 ? SubmitAsync(client, content, cancellation.Token) : client.SendAsync(content, cancellation.Token).AsTask()));
            if (random.Next(3) == 0)
                _ = Task.Run(cancellations[random.Next(Math.Max(0, i - 20), i + 1)].Cancel);
            while (pending.Count > 20)
                await AccountAsync();
        }

        while (pending.Count > 0)
            await AccountAsync();
        await client.ShutdownSendAsync().AsTask().WaitAsync(HangGuard);
        byte[] received = await receiving.WaitAsync(HangGuard);
        Assert.Equal(expected.Length, received.Length);
        Assert.True(expected.ToArray().AsSpan().SequenceEqual(received));
        Assert.InRange(cancelled, 0, Operations); // how many is the machine's to say

        async Task AccountAsync()
        {
            (byte[] content, Task<int> sending) = pending.Dequeue();
            try
            {
                int accepted = await sending.WaitAsync(HangGuard);
                expected.Write(content, 0, accepted);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        }
    }

    [Fact]
    public async Task A_cancelled_operation_leaves_the_queue_and_the_others_alone()
    {
        using SocketPair pair = await OpenAsync(bufferSize: 150_000);
        await using var client = new SocketAsync(pair.Client);
        using var cancellation = new CancellationTokenSource();
        byte[] large = new byte[5_000_000];
        Task<int> first = client.SendAsync(large).AsTask();
        Task<int> second = client.SendAsync(new byte[] { 2 }, cancellation.Token).AsTask();
        Task<int> third = client.SendAsync(new byte[] { 3 }).AsTask();
        Assert.False(first.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(HangGuard));
        Assert.False(first.IsCompleted || third.IsCompleted);
        byte[] received = await pair.Server.ReceiveExactlyAsync(large.Length + 1);
        Assert.Equal(3, received[^1]);
        Assert.Equal((large.Length, 1), (await first.WaitAsync(HangGuard), await third.WaitAsync(HangGuard)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SendAsync(new byte[] { 4 }, cancellation.Token).AsTask());
    }

    [Fact]
    public async Task Operations_have_time_limits_of_their_own()
    {
        var time = new Sockets.Testing.VirtualTimeProvider();
        var options = new SocketAsyncOptions { TimeProvider = time };
        using SocketPair pair = await OpenAsync(bufferSize: 150_000);
        await using var client = new SocketAsync(pair.Client, options);
        byte[] large = new byte[5_000_000];
        Task<SocketReceiveResult> unlimited = client.ReceiveAsync(new byte[1]).AsTask();
        Task<SocketReceiveResult> limited = client.ReceiveAsync(new byte[1], TimeSpan.FromSeconds(5)).AsTask();
        Task<int> underWay = client.SendAsync(large, TimeSpan.FromSeconds(10)).AsTask();
        Task<int> queued = client.SendAsync(large, TimeSpan.FromSeconds(8)).AsTask();
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(limited.IsCompleted || queued.IsCompleted || underWay.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(SocketFailureReason.TimedOut, (await Assert.ThrowsAsync<SocketFailureException>(() => limited.WaitAsync(HangGuard))).Reason);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(SocketFailureReason.TimedOut, (await Assert.ThrowsAsync<SocketFailureException>(() => queued.WaitAsync(HangGuard))).Reason);
        Assert.False(underWay.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        int accepted = await underWay.WaitAsync(HangGuard);
        Assert.InRange(accepted, 1, large.Length - 1);
        Assert.False(unlimited.IsCompleted);
        Assert.Equal(SocketState.Open, pair.Client.State);
        await pair.Server.ReceiveExactlyAsync(accepted);
        await pair.Server.SendAsync(new byte[] { 1 });
        Assert.Equal(1, (await unlimited.WaitAsync(HangGuard)).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = client.SendAsync(large, TimeSpan.Zero).AsTask(); });
        Assert.Null(time.NextDue);
    }

    [Fact]
    public async Task A_failure_fails_what_is_queued_behind_it_in_order()
    {
        using SocketPair pair = await OpenAsync(bufferSize: 150_000);
        await using var client = new SocketAsync(pair.Client);
        List<int> ended = [];
        Task[] sends = [.. Enumerable.Range(0, 10).Select(SendAsync)];
        Task<SocketReceiveResult>[] receives = [client.ReceiveAsync(new byte[1]).AsTask(), client.ReceiveAsync(new byte[1]).AsTask()];
        await pair.Server.ReceiveExactlyAsync(1);
        pair.Server.Abort();
        await Task.WhenAll(sends).WaitAsync(HangGuard);
        Assert.Equal(10, ended.Count);
        foreach (Task<SocketReceiveResult> receive in receives)
            await Assert.ThrowsAsync<SocketFailureException>(() => receive.WaitAsync(HangGuard));
        await Assert.ThrowsAsync<SocketFailureException>(() => client.SendAsync(new byte[1]).AsTask().WaitAsync(HangGuard));

        async Task SendAsync(int number)
        {
            SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => client.SendAsync(new byte[2_000_000]).AsTask());
            Assert.Equal(SocketFailureReason.ConnectionReset, failure.Reason);
            lock (ended)
                ended.Add(number);
        }
    }

    [Fact]
    public async Task Closing_fails_what_is_queued_and_waits_for_it()
    {
        using SocketPair pair = await OpenAsync(bufferSize: 150_000);
        var client = new SocketAsync(pair.Client);
        Task<int>[] sends = [.. Enumerable.Range(0, 5).Select(_ => client.SendAsync(new byte[5_000_000]).AsTask())];
        Task<SocketReceiveResult>[] receives = [.. Enumerable.Range(0, 5).Select(_ => client.ReceiveAsync(new byte[1]).AsTask())];
        await client.DisposeAsync().AsTask().WaitAsync(HangGuard);
        foreach (Task<int> send in sends)
            Assert.Equal(SocketFailureReason.Closed, (await Assert.ThrowsAsync<SocketFailureException>(() => send.WaitAsync(HangGuard))).Reason);
        foreach (Task<SocketReceiveResult> receive in receives)
            Assert.Equal(SocketFailureReason.Closed, (await Assert.ThrowsAsync<SocketFailureException>(() => receive.WaitAsync(HangGuard))).Reason);
        Assert.Equal(SocketFailureReason.Closed, (await Assert.ThrowsAsync<SocketFailureException>(() => client.SendAsync(new byte[1]).AsTask())).Reason);
        await client.DisposeAsync();
    }

    [Fact]
    public async Task A_batch_of_both_directions_completes_one_by_one()
    {
        using SocketPair pair = await OpenAsync();
        await using var client = new SocketAsync(pair.Client);
        byte[] answer = new byte[3];
        var completions = new ValueTask<SocketOperationResult>[4];
        client.Submit([SocketOperation.Receive(answer), SocketOperation.Send("ab"u8.ToArray()), SocketOperation.Send(ReadOnlyMemory<byte>.Empty), SocketOperation.Send("cde"u8.ToArray())], completions);
        Assert.Equal("abcde"u8.ToArray(), await pair.Server.ReceiveExactlyAsync(5));
        await pair.Server.SendAsync("xyz"u8.ToArray());
        Assert.Equal(new SocketOperationResult(3), await completions[0].AsTask().WaitAsync(HangGuard));
        Assert.Equal(new SocketOperationResult(2), await completions[1].AsTask().WaitAsync(HangGuard));
        Assert.Equal(new SocketOperationResult(0), await completions[2].AsTask().WaitAsync(HangGuard));
        Assert.Equal(new SocketOperationResult(3), await completions[3].AsTask().WaitAsync(HangGuard));
        Assert.Equal("xyz"u8, answer);
        Assert.Throws<ArgumentException>(() => client.Submit([SocketOperation.Receive(answer)], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => client.Submit([default], completions));
    }

    [Fact]
    public async Task A_result_is_taken_once()
    {
        using SocketPair pair = await OpenAsync();
        await using var client = new SocketAsync(pair.Client);
        ValueTask<int> sending = client.SendAsync(new byte[1]);
        await sending;
        Assert.Throws<InvalidOperationException>(() => { _ = sending.Result; });
        ValueTask<SocketReceiveResult> receiving = client.ReceiveAsync(new byte[1]);
        Assert.Throws<InvalidOperationException>(() => { _ = receiving.Result; });
        await pair.Server.SendAsync(new byte[1]);
        Assert.Equal(1, (await receiving.AsTask().WaitAsync(HangGuard)).Count);
    }

    [Fact]
    public async Task A_continuation_that_blocks_holds_up_nothing()
    {
        using SocketPair pair = await OpenAsync();
        await using var server = new SocketAsync(pair.Server);
        Task<SocketReceiveResult> second = Task.FromResult(default(SocketReceiveResult));
        Task first = Task.Run(async () =>
        {
            ValueTask<SocketReceiveResult> receiving = server.ReceiveAsync(new byte[1]);
            second = server.ReceiveAsync(new byte[1]).AsTask();
            await pair.Client.SendAsync(new byte[1]);
            await receiving.ConfigureAwait(false);
            await pair.Client.SendAsync(new byte[1]);
            Assert.True(second.Wait(HangGuard));
        });
        await first.WaitAsync(HangGuard);
        Assert.Equal(1, (await second).Count);
    }

    [Fact]
    public async Task A_direction_is_used_in_one_way_only()
    {
        using SocketPair pair = await OpenAsync();
        await using var client = new SocketAsync(pair.Client);
        await client.SendAsync(new byte[1]);
        Assert.Throws<InvalidOperationException>(() => client.Output);
        _ = client.Input;
        Assert.Throws<InvalidOperationException>(() => { _ = client.ReceiveAsync(new byte[1]).AsTask(); });
        Assert.Throws<InvalidOperationException>(() => client.Submit([SocketOperation.Receive(new byte[1])], new ValueTask<SocketOperationResult>[1]));
        await client.SendAsync(new byte[1]);
    }

    /// <summary>Receives to the end, cancelling some receives; what comes is nobody's loss.</summary>
    private static async Task<byte[]> ReceiveWithCancellationsAsync(SocketAsync server, int seed)
    {
        var random = new Random(seed);
        var received = new MemoryStream();
        var pending = new Queue<(byte[] Buffer, Task<SocketReceiveResult> Receiving)>();
        while (true)
        {
            while (pending.Count < 5)
            {
                byte[] buffer = new byte[random.Next(1, 60_000)];
                using var cancellation = new CancellationTokenSource();
                pending.Enqueue((buffer, server.ReceiveAsync(buffer, cancellation.Token).AsTask()));
                if (random.Next(4) == 0)
                    await cancellation.CancelAsync();
            }

            (byte[] filled, Task<SocketReceiveResult> receiving) = pending.Dequeue();
            try
            {
                SocketReceiveResult result = await receiving.WaitAsync(HangGuard);
                if (result.IsEnd)
                    return received.ToArray();
                received.Write(filled, 0, result.Count);
            }
            catch (OperationCanceledException)
            {
                // Nothing was taken.
            }
        }
    }

    private static async Task<int> SubmitAsync(SocketAsync client, byte[] content, CancellationToken cancellationToken)
    {
        var completions = new ValueTask<SocketOperationResult>[1];
        client.Submit([SocketOperation.Send(content, null, cancellationToken)], completions);
        return (await completions[0]).Count;
    }
}
