using Sockets.Links;
using Sockets.Testing;

namespace Sockets.Tests.Pooling;

/// <summary>Many users with random patience, failures and endings; whatever happens, the books must balance.</summary>
public sealed class SocketPoolSoak
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task NothingIsLostOrSharedOrLeaked(int seed)
    {
        var time = new VirtualTimeProvider();
        var servers = new FakeServers(time);
        var options = new SocketPoolOptions
        {
            TimeProvider = time,
            MaxConnections = 6,
            MaxConnectionsPerEndpoint = 3,
            MaxWaiting = 4,
            CircuitFailureThreshold = 3,
            NameRefreshInterval = Timeout.InfiniteTimeSpan,
        };
        SocketClientOptions plain = new SocketClientOptions().UsePlaintext();
        var inUse = new HashSet<Socket>();
        await using var pool = new SocketPool(options, servers.ConnectAsync, new Random(seed));

        async Task UserAsync(Random random)
        {
            for (int i = 0; i < 500; i++)
            {
                using var cancel = new CancellationTokenSource();
                if (random.Next(5) == 0)
                    cancel.CancelSoon();
                try
                {
                    SocketLease lease = await pool.RentAsync($"h{random.Next(4)}.example", 1, plain, cancel.Token);
                    Socket socket = lease.Socket;
                    lock (inUse)
                        Assert.True(inUse.Add(socket), $"Seed {seed}: a connection was handed to two users.");
                    Assert.Equal(SocketState.Open, socket.State);
                    if (random.Next(2) == 0)
                        await Task.Yield();
                    var link = (FakeLink)socket.Link;
                    if (random.Next(8) == 0)
                        link.Incoming = SocketLink.End;
                    lock (inUse)
                        inUse.Remove(socket);
                    if (random.Next(6) == 0)
                        lease.Dispose();
                    else
                        lease.Return();
                }
                catch (Exception exception) when (exception is SocketFailureException or OperationCanceledException)
                {
                    // Refused, impatient, or unlucky.
                }

                if (random.Next(20) == 0)
                    servers.Fails = random.Next(3) == 0 ? SocketFailureReason.ConnectionRefused : null;
                if (random.Next(10) == 0)
                {
                    lock (time)
                        time.Advance(TimeSpan.FromSeconds(random.Next(1, 40)));
                }
            }
        }

        Task[] users = [.. Enumerable.Range(0, 16).Select(i => Task.Run(() => UserAsync(new Random(seed * 1000 + i))))];
        Task all = Task.WhenAll(users);
        while (!all.IsCompleted)
        {
            // Rents that wait for a circuit to close need the clock.
            lock (time)
                time.Advance(TimeSpan.FromMilliseconds(200));
            SocketPoolStatistics now = pool.Statistics;
            Assert.InRange(now.Idle + now.Leased + now.Connecting, 0, options.MaxConnections);
            await Task.Yield();
        }

        await all;
        SocketPoolStatistics statistics = pool.Statistics;
        Assert.Equal(0, statistics.Leased);
        Assert.Equal(0, statistics.Waiting);
        Assert.Equal(statistics.Idle, servers.Open);
        Assert.Equal(statistics.Created - statistics.Idle, statistics.ClosedDead + statistics.ClosedIdle + statistics.ClosedOld + statistics.ClosedByLease);
        Assert.True(statistics.Reused > 0);
    }
}
