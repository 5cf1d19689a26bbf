using System.Buffers;
using System.Runtime.InteropServices;

namespace Sockets.Tests.Buffers;

public sealed class SlabPoolTests
{
    [Fact]
    public void Buffers_are_whole_disjoint_pinned_and_counted()
    {
        using var pool = new SlabPool(new SlabPoolOptions { BlockSize = 1000, SlabSize = 10_500 });
        var leases = new List<IMemoryOwner<byte>>();
        for (int i = 0; i < 25; i++)
        {
            IMemoryOwner<byte> lease = pool.Rent(i % 2 == 0 ? -1 : 1);
            Assert.Equal(1000, lease.Memory.Length);
            lease.Memory.Span.Fill((byte)i);
            leases.Add(lease);
        }

        Assert.Equal(new SlabPoolStatistics(25, 25, 3, 30_000), pool.Statistics);
        for (int i = 0; i < 25; i++)
        {
            Assert.Equal(-1, leases[i].Memory.Span.IndexOfAnyExcept((byte)i));
            Assert.True(MemoryMarshal.TryGetArray(leases[i].Memory, out ArraySegment<byte> slab));
            Assert.Equal(10_000, slab.Array!.Length);
            leases[i].Dispose();
        }

        Assert.Equal(new SlabPoolStatistics(0, 25, 3, 30_000), pool.Statistics);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(1001));
    }

    [Fact]
    public void It_takes_no_more_than_it_may()
    {
        using var pool = new SlabPool(new SlabPoolOptions { BlockSize = 1000, SlabSize = 4000, MaxBytes = 9000 });
        List<IMemoryOwner<byte>> leases = [.. Enumerable.Range(0, 8).Select(_ => pool.Rent())];
        Assert.Equal(SocketFailureReason.LimitReached, Assert.Throws<SocketFailureException>(() => pool.Rent()).Reason);
        leases[3].Dispose();
        using IMemoryOwner<byte> again = pool.Rent();
        Assert.Equal(8, pool.Statistics.Rented);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlabPool(new SlabPoolOptions { BlockSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlabPool(new SlabPoolOptions { BlockSize = 10, MaxBytes = 9 }));
    }

    [Fact]
    public void Returning_twice_and_use_after_return_are_found()
    {
        using var pool = new SlabPool(new SlabPoolOptions { DetectMisuse = true });
        IMemoryOwner<byte> first = pool.Rent();
        Memory<byte> kept = first.Memory;
        first.Dispose();
        Assert.Throws<InvalidOperationException>(first.Dispose);
        using IMemoryOwner<byte> second = pool.Rent(); // the same block
        Assert.Throws<InvalidOperationException>(first.Dispose);
        Assert.Throws<ObjectDisposedException>(() => first.Memory);
        Assert.Equal(-1, kept.Span.IndexOfAnyExcept((byte)0xDB));
        Assert.Equal(1, pool.Statistics.Rented);
    }

    [Fact]
    public void Returning_twice_is_found_without_looking_for_misuse_as_long_as_nobody_else_has_it()
    {
        using var pool = new SlabPool(new SlabPoolOptions { DetectMisuse = false });
        IMemoryOwner<byte> lease = pool.Rent();
        lease.Dispose();
        Assert.Throws<InvalidOperationException>(lease.Dispose);
        Assert.Equal(0, pool.Statistics.Rented);
    }

    [Fact]
    public void Buffers_are_zeroed_where_that_is_asked_for()
    {
        using var pool = new SlabPool(new SlabPoolOptions { ClearOnReturn = true, DetectMisuse = false });
        IMemoryOwner<byte> lease = pool.Rent();
        Memory<byte> memory = lease.Memory;
        memory.Span.Fill(7);
        lease.Dispose();
        Assert.Equal(-1, memory.Span.IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void A_disposed_pool_rents_nothing_and_takes_back_what_is_out()
    {
        var pool = new SlabPool();
        IMemoryOwner<byte> lease = pool.Rent();
        pool.Dispose();
        lease.Memory.Span.Fill(1);
        lease.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Rent());
    }

    [Fact]
    public async Task No_two_threads_have_the_same_buffer()
    {
        using var pool = new SlabPool(new SlabPoolOptions { BlockSize = 64, SlabSize = 1024, DetectMisuse = false });
        Task[] threads = [.. Enumerable.Range(1, 4).Select(number => Task.Run(() => Run(number)))];
        await Task.WhenAll(threads).WaitAsync(Waiting.HangGuard);
        Assert.Equal(0, pool.Statistics.Rented);
        Assert.InRange(pool.Statistics.Peak, 1, 4 * 8);

        void Run(int number)
        {
            var random = new Random(number);
            var leases = new List<IMemoryOwner<byte>>();
            for (int i = 0; i < 50_000; i++)
            {
                if (leases.Count < 8 && random.Next(2) == 0)
                {
                    IMemoryOwner<byte> lease = pool.Rent();
                    lease.Memory.Span.Fill((byte)number);
                    leases.Add(lease);
                }
                else if (leases.Count > 0)
                {
                    int index = random.Next(leases.Count);
                    Assert.Equal(-1, leases[index].Memory.Span.IndexOfAnyExcept((byte)number));
                    leases[index].Dispose();
                    leases.RemoveAt(index);
                }
            }

            leases.ForEach(static lease => lease.Dispose());
        }
    }
}
