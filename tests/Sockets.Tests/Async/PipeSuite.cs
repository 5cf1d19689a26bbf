using System.Buffers;
using System.IO.Pipelines;

namespace Sockets.Tests.Async;

/// <summary>What holds for the pipes of every stream, whatever its security.</summary>
public abstract class PipeSuite
{
    private static readonly TimeSpan HangGuard = Waiting.HangGuard;

    /// <summary>Whether a connection can be broken off so that the peer sees it: not over Unix sockets.</summary>
    private protected virtual bool CanReset => true;

    /// <summary>Pairs of idle connections.</summary>
    private protected virtual int IdlePairs => 50;

    private protected abstract Task<SocketPair> OpenAsync(int? bufferSize = null);

    [Theory]
    [InlineData(1, true, false)]
    [InlineData(2, false, false)]
    [InlineData(3, true, true)]
    public async Task Bytes_arrive_as_they_are_and_the_end_after_them(int seed, bool isWaiting, bool isInline)
    {
        using var pool = new SlabPool();
        SocketAsyncOptions options = Options(pool);
        options.WaitBeforeRenting = isWaiting;
        options.InlineCompletions = isInline;
        using SocketPair pair = await OpenAsync();
        await using (var client = new SocketAsync(pair.Client, options))
        await using (var server = new SocketAsync(pair.Server, options))
        {
            byte[] content = new byte[3_000_000];
            new Random(seed).NextBytes(content);
            Task echoing = EchoAsync(server);
            Task writing = WriteAsync(client.Output, content, seed);
            byte[] received = await ReadAsync(client.Input, seed);
            Assert.True(content.AsSpan().SequenceEqual(received));
            await writing.WaitAsync(HangGuard);
            await echoing.WaitAsync(HangGuard);
        }

        Assert.Equal(0, pool.Statistics.Rented);
    }

    [Fact]
    public async Task An_idle_connection_holds_no_buffer()
    {
        using var pool = new SlabPool();
        SocketAsyncOptions options = Options(pool);
        var random = new Random(1);
        List<SocketAsync> sockets = [];
        try
        {
            for (int i = 0; i < IdlePairs; i++)
            {
                SocketPair pair = await OpenAsync();
                sockets.Add(new SocketAsync(pair.Client, options));
                sockets.Add(new SocketAsync(pair.Server, options));
                _ = EchoAsync(sockets[^1]);
            }

            // Sizes at which a buffer is exactly full as well.
            foreach (int length in new[] { 1, pool.MaxBufferSize, 2 * pool.MaxBufferSize, random.Next(1, 50_000) })
            {
                for (int i = 0; i < IdlePairs; i++)
                {
                    await sockets[2 * i].Output.WriteAsync(new byte[length]);
                    ReadResult read = await sockets[2 * i].Input.ReadAtLeastAsync(length).AsTask().WaitAsync(HangGuard);
                    Assert.Equal(length, read.Buffer.Length);
                    sockets[2 * i].Input.AdvanceTo(read.Buffer.End);
                }

                // What is read was read here; whoever sent it may still be on its way to rest.
                await Waiting.UntilAsync(() => pool.Statistics.Rented == 0, $"no buffer is held after {length} bytes each");
            }
        }
        finally
        {
            foreach (SocketAsync socket in sockets)
                await socket.DisposeAsync();
        }

        Assert.Equal(0, pool.Statistics.Rented);
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_stops_the_peer()
    {
        using var pool = new SlabPool();
        SocketAsyncOptions options = Options(pool);
        options.InputPauseThreshold = options.OutputPauseThreshold = 100_000;
        options.InputResumeThreshold = options.OutputResumeThreshold = 50_000;
        using SocketPair pair = await OpenAsync(bufferSize: 100_000);
        await using (var client = new SocketAsync(pair.Client, options))
        await using (var server = new SocketAsync(pair.Server, options))
        {
            PipeReader input = server.Input;
            byte[] chunk = new byte[10_000];
            long written = 0;
            Task<FlushResult> flushed;
            do
            {
                flushed = client.Output.WriteAsync(chunk).AsTask();
                written += chunk.Length;
                Assert.True(written < 20_000_000, "Somebody stores without limit.");
            }
            while (await IsFlushedAsync(flushed, pool));

            Assert.InRange(Stored(pool), 100_000, 700_000);
            long received = 0;
            while (received < written)
            {
                ReadResult read = await input.ReadAsync().AsTask().WaitAsync(HangGuard);
                received += read.Buffer.Length;
                input.AdvanceTo(read.Buffer.End);
            }

            Assert.False((await flushed.WaitAsync(HangGuard)).IsCompleted);
        }

        Assert.Equal(0, pool.Statistics.Rented);
    }

    [Fact]
    public async Task Each_side_ends_for_itself()
    {
        using SocketPair pair = await OpenAsync();
        await using var client = new SocketAsync(pair.Client);
        await using var server = new SocketAsync(pair.Server);
        await client.Output.WriteAsync("question"u8.ToArray());
        await client.ShutdownSendAsync().AsTask().WaitAsync(HangGuard);
        Assert.Equal("question"u8.ToArray(), await ReadAsync(server.Input, 1));
        await server.Output.WriteAsync("answer"u8.ToArray());
        await server.Output.CompleteAsync();
        Assert.Equal("answer"u8.ToArray(), await ReadAsync(client.Input, 1));
    }

    [Fact]
    public async Task A_reset_completes_both_pipes_with_the_failure()
    {
        using SocketPair pair = await OpenAsync(bufferSize: 100_000);
        await using var client = new SocketAsync(pair.Client);
        Task<ReadResult> reading = client.Input.ReadAsync().AsTask();
        Task<FlushResult> flushing = client.Output.WriteAsync(new byte[3_000_000]).AsTask();
        await pair.Server.ReceiveExactlyAsync(1);
        pair.Server.Abort();
        Assert.Equal(SocketFailureReason.ConnectionReset, (await Assert.ThrowsAsync<SocketFailureException>(() => reading.WaitAsync(HangGuard))).Reason);
        Assert.Equal(SocketFailureReason.ConnectionReset, (await Assert.ThrowsAsync<SocketFailureException>(() => flushing.WaitAsync(HangGuard))).Reason);
        Assert.Equal(SocketFailureReason.ConnectionReset, (await Assert.ThrowsAsync<SocketFailureException>(() => client.ShutdownSendAsync().AsTask().WaitAsync(HangGuard))).Reason);
    }

    [Fact]
    public async Task Output_completed_with_an_exception_is_no_end_in_good_order()
    {
        using SocketPair pair = await OpenAsync();
        await using var client = new SocketAsync(pair.Client);
        await client.Output.WriteAsync(new byte[10]);
        await client.Output.CompleteAsync(new SocketFailureException(SocketFailureReason.ConnectionReset, "The other side of this proxy broke."));
        if (CanReset)
            await Assert.ThrowsAsync<SocketFailureException>(() => pair.Server.ReceiveToEndAsync());
        else
            Assert.Equal(10, (await pair.Server.ReceiveToEndAsync()).Length); // Unix sockets know no reset: the end is all there is
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Closing_at_any_moment_ends_everything_and_keeps_no_buffer(int seed)
    {
        var random = new Random(seed);
        using var pool = new SlabPool(new SlabPoolOptions { DetectMisuse = true });
        SocketAsyncOptions options = Options(pool);
        for (int i = 0; i < 40; i++)
        {
            using SocketPair pair = await OpenAsync(bufferSize: 100_000);
            var client = new SocketAsync(pair.Client, options);
            var server = new SocketAsync(pair.Server, options);
            long enough = random.Next(1_500_000);
            Task writing = PumpAsync(client.Output, new byte[20_000]);
            long received = 0;
            PipeReader input = server.Input;
            while (received < enough)
            {
                ReadResult read = await input.ReadAsync().AsTask().WaitAsync(HangGuard);
                received += read.Buffer.Length;
                input.AdvanceTo(read.Buffer.GetPosition(random.NextInt64(read.Buffer.Length + 1)), read.Buffer.End);
            }

            if (i % 2 == 0)
            {
                await server.DisposeAsync().AsTask().WaitAsync(HangGuard);
                await writing.WaitAsync(HangGuard);
                await client.DisposeAsync().AsTask().WaitAsync(HangGuard);
            }
            else
            {
                pair.Client.Dispose(); // the socket alone: the writer learns of it and ends
                await writing.WaitAsync(HangGuard);
                await client.DisposeAsync().AsTask().WaitAsync(HangGuard);
                await server.DisposeAsync().AsTask().WaitAsync(HangGuard);
            }

            Assert.Equal(0, pool.Statistics.Rented);
        }
    }

    private static SocketAsyncOptions Options(SlabPool pool) => new() { Pool = pool };

    private static async Task EchoAsync(SocketAsync socket)
    {
        try
        {
            await socket.Input.CopyToAsync(socket.Output);
            await socket.Output.CompleteAsync();
        }
        catch (SocketFailureException)
        {
            // Closed by the test.
        }
    }

    private static async Task PumpAsync(PipeWriter output, byte[] chunk)
    {
        try
        {
            while (!(await output.WriteAsync(chunk)).IsCompleted)
            {
            }
        }
        catch (SocketFailureException)
        {
            // Closed by the test.
        }
    }

    private static async Task WriteAsync(PipeWriter output, byte[] content, int seed)
    {
        var random = new Random(seed);
        for (int position = 0; position < content.Length;)
        {
            int count = Math.Min(random.Next(1, 100_000), content.Length - position);
            output.Write(content.AsSpan(position, count));
            position += count;
            if (random.Next(3) > 0)
                await output.FlushAsync().AsTask().WaitAsync(HangGuard);
        }

        await output.CompleteAsync();
    }

    private static async Task<byte[]> ReadAsync(PipeReader input, int seed)
    {
        var random = new Random(seed + 1);
        var received = new MemoryStream();
        while (true)
        {
            ReadResult read = await input.ReadAsync().AsTask().WaitAsync(HangGuard);
            ReadOnlySequence<byte> taken = read.Buffer.Slice(0, read.IsCompleted ? read.Buffer.Length : random.NextInt64(read.Buffer.Length + 1));
            received.Write(taken.ToArray());
            input.AdvanceTo(taken.End, taken.Length == 0 ? read.Buffer.End : taken.End);
            if (read.IsCompleted)
                return received.ToArray();
        }
    }

    /// <summary>
    /// False: nothing has moved for long, and as much is stored as must be when nothing can move any more; without that, whoever moves
    /// it only waits for a processor.
    /// </summary>
    private static async Task<bool> IsFlushedAsync(Task flushed, SlabPool pool)
    {
        long start = TimeProvider.System.GetTimestamp();
        long stored = -1;
        for (int same = 0; same < 20_000 || stored < 100_000; same++)
        {
            if (flushed.IsCompleted)
                return true;
            Assert.True(TimeProvider.System.GetElapsedTime(start) < HangGuard, $"{stored} bytes are stored, and nothing moves.");
            long now = Stored(pool);
            if (now != stored)
                same = 0;
            stored = now;
            await Task.Yield();
        }

        return flushed.IsCompleted;
    }

    private static long Stored(SlabPool pool) => pool.Statistics.Rented * (long)pool.MaxBufferSize;
}
