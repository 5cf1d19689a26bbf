using Sockets.Links.Dtls;

namespace Sockets.Tests;

public class ReceiveQueueTests
{
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
}
