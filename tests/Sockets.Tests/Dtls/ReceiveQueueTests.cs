using Sockets.Links.Dtls;

namespace Sockets.Tests;

public class ReceiveQueueTests
{
    /// <summary>Whatever the order in which they fill and empty, and however little is left in a large buffer.</summary>
    [Fact]
    public void The_buffers_of_all_queues_together_are_bounded()
    {
        const int limit = 20_000;
        var budget = new QueueBudget(limit);
        var queues = new ReceiveQueue[40];
        for (int i = 0; i < queues.Length; i++)
            queues[i] = new ReceiveQueue(10_000, budget);
        var random = new Random(6);
        byte[] datagram = new byte[900];
        bool wasFull = false;
        for (int i = 0; i < 20_000; i++)
        {
            ReceiveQueue queue = queues[random.Next(queues.Length)];
            for (int j = 0; j < 12; j++)
                queue.Add(datagram);
            wasFull |= budget.Buffers > (QueueBudget.BuffersPerByte * limit) - 8192;
            for (int left = random.Next(3); queue.TryReceive(datagram, out _) && left > 0;)
                left -= random.Next(8) == 0 ? 1 : 0;
            if (random.Next(50) == 0)
                queue.Trim();
            int index = random.Next(queues.Length * 20);
            if (index < queues.Length)
            {
                queues[index].Complete(null);
                queues[index] = new ReceiveQueue(10_000, budget);
            }

            Assert.Equal(queues.Sum(static one => Math.Max(0, one.BufferSize - ReceiveQueue.InitialSize)), budget.Buffers);
            Assert.InRange(budget.Buffers, 0, QueueBudget.BuffersPerByte * limit);
            Assert.InRange(budget.Used, 0, limit);
        }

        Assert.True(wasFull, "the buffers never came to their limit");
        foreach (ReceiveQueue queue in queues)
            queue.Complete(null);
        Assert.Equal((0L, 0L), (budget.Used, budget.Buffers));
    }

    /// <summary>A burst that is over costs the others nothing when there is little left.</summary>
    [Fact]
    public void An_empty_buffer_is_given_back_when_others_need_it()
    {
        var budget = new QueueBudget(8192);
        byte[] datagram = new byte[3000];
        for (int i = 0; i < 10; i++)
        {
            var queue = new ReceiveQueue(8192, budget);
            queue.Add(datagram);
            queue.Add(datagram);
            Assert.Equal(0, queue.Dropped);
            Assert.True(queue.TryReceive(datagram, out _) && queue.TryReceive(datagram, out _));
        }

        Assert.InRange(budget.Buffers, 0, 2 * 8192);
    }

    [Fact]
    public async Task Datagrams_keep_their_order_and_their_edges_while_the_ring_goes_round()
    {
        var queue = new ReceiveQueue(10_000);
        var random = new Random(5);
        var expected = new Queue<byte[]>();
        byte[] buffer = new byte[3000];
        for (int i = 0; i < 5000; i++)
        {
            while (random.Next(3) > 0)
            {
                byte[] datagram = new byte[random.Next(3000)];
                random.NextBytes(datagram);
                long dropped = queue.Dropped;
                queue.Add(datagram);
                if (queue.Dropped == dropped)
                    expected.Enqueue(datagram);
            }

            if (expected.TryDequeue(out byte[]? next))
            {
                DtlsReceiveResult result = await queue.ReceiveAsync(buffer, default);
                Assert.Equal(next, buffer[..result.Length]);
            }
        }

        Assert.True(queue.Dropped > 0, "the limit was never reached");
    }

    [Fact]
    public async Task What_does_not_fit_is_dropped_newest_first_and_counted()
    {
        var queue = new ReceiveQueue(1024);
        for (byte i = 0; i < 20; i++)
            queue.Add(Enumerable.Repeat(i, 100).ToArray());
        Assert.Equal(20 - 9, queue.Dropped); // nine times 104 bytes fit
        byte[] buffer = new byte[100];
        for (byte i = 0; i < 9; i++)
        {
            await queue.ReceiveAsync(buffer, default);
            Assert.Equal(i, buffer[0]);
        }
    }

    [Fact]
    public async Task A_waiting_reader_gets_the_next_datagram()
    {
        var queue = new ReceiveQueue(1024);
        for (byte i = 0; i < 100; i++)
        {
            byte[] buffer = new byte[10];
            Task<DtlsReceiveResult> reading = queue.ReceiveAsync(buffer, default).AsTask();
            Assert.False(reading.IsCompleted);
            queue.Add([i]);
            Assert.Equal(1, (await reading.WaitAsync(Loopback.HangGuard)).Length);
            Assert.Equal(i, buffer[0]);
        }
    }

    [Fact]
    public async Task A_cancelled_read_loses_nothing()
    {
        var queue = new ReceiveQueue(1024);
        using var cancellation = new CancellationTokenSource();
        byte[] buffer = new byte[10];
        Task<DtlsReceiveResult> reading = queue.ReceiveAsync(buffer, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Loopback.HangGuard));
        Assert.Equal(cancellation.Token, exception.CancellationToken);

        queue.Add([9]);
        Assert.Equal(1, (await queue.ReceiveAsync(buffer, default)).Length);
        Assert.Equal(9, buffer[0]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await queue.ReceiveAsync(buffer, cancellation.Token));
    }

    [Fact]
    public async Task Two_reads_at_once_are_misuse()
    {
        var queue = new ReceiveQueue(1024);
        _ = queue.ReceiveAsync(new byte[1], default).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await queue.ReceiveAsync(new byte[1], default));
    }

    [Fact]
    public async Task The_end_comes_after_what_was_queued_and_stays()
    {
        var queue = new ReceiveQueue(1024);
        queue.Add([1]);
        queue.Complete(new InvalidOperationException("over"));
        queue.Add([2]);
        Assert.Equal(1, (await queue.ReceiveAsync(new byte[1], default)).Length);
        for (int i = 0; i < 2; i++)
            Assert.Equal("over", (await Assert.ThrowsAsync<InvalidOperationException>(() => queue.ReceiveAsync(new byte[1], default).AsTask())).Message);

        var good = new ReceiveQueue(1024);
        Task<DtlsReceiveResult> reading = good.ReceiveAsync(new byte[1], default).AsTask();
        good.Complete(null);
        Assert.True((await reading.WaitAsync(Loopback.HangGuard)).IsClosed);
    }

    /// <summary>Else two could wait at once, and one result would be set twice: on the thread pool that ends the program.</summary>
    [Fact]
    public async Task A_result_that_is_taken_too_early_or_twice_lets_go_of_no_reader()
    {
        var queue = new ReceiveQueue(1000);
#pragma warning disable CA2012 // misuse is what this is about
        ValueTask<DtlsReceiveResult> first = queue.ReceiveAsync(new byte[8], default);
        queue.Add([1]);
        Assert.Equal(1, (await first).Length);
        ValueTask<DtlsReceiveResult> second = queue.ReceiveAsync(new byte[8], default);
        Assert.Throws<InvalidOperationException>(() => first.GetAwaiter().GetResult());
        Assert.Throws<InvalidOperationException>(() => second.GetAwaiter().GetResult());
        Assert.Throws<InvalidOperationException>(() => { _ = queue.ReceiveAsync(new byte[8], default).AsTask(); });
#pragma warning restore CA2012
        queue.Add([2, 3]);
        Assert.Equal(2, (await second.AsTask().WaitAsync(Waiting.HangGuard)).Length);
    }
}
