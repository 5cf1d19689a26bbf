using System.Net.Sockets;

namespace Sockets.Tests.Listening;

/// <summary>Many connections leave nothing behind. Alone, since it counts what the whole process has.</summary>
[Collection(nameof(LeakTests))]
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
public sealed class LeakTests
{
    [Fact]
    public async Task AFloodOfTenThousandIsServedWithoutExceedingASmallLimit()
    {
        const int Connections = 10_000;
        SocketListenerOptions options = Listeners.Plain;
        options.MaxConnections = 16;
        await using var listener = SocketListener.Bind(Listeners.AnyPort, options);
        int descriptors = Descriptors.Count();
        int most = 0;
        Task flood = Parallel.ForEachAsync(Enumerable.Range(0, Connections), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (_, cancellationToken) =>
        {
            using SystemSocket client = await listener.ConnectSystemSocketAsync();
            Assert.Equal(1, await client.ReceiveAsync(new byte[1], SocketFlags.None, Listeners.Guard));
            client.LingerState = new LingerOption(true, 0); // leaves no port in TIME_WAIT
        });
        for (int i = 0; i < Connections; i++)
        {
            await using Socket server = await listener.AcceptAsync(Listeners.Guard);
            most = Math.Max(most, listener.Statistics.ActiveConnections);
            await server.SendAsync("x"u8.ToArray(), Listeners.Guard);
        }

        await flood;
        Assert.InRange(most, 1, 16);
        Assert.Equal(Connections, listener.Statistics.Accepted);
        Assert.Equal(0, listener.Statistics.ActiveConnections);
        await Listeners.UntilAsync(() => Descriptors.Count() <= descriptors + 8);
    }

    [Fact]
    public async Task TenThousandConnectionsLeaveNoSocketAndNoUnobservedFailure()
    {
        int unobserved = 0;
        void Count(object? sender, UnobservedTaskExceptionEventArgs e) => Interlocked.Increment(ref unobserved);
        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            int before = Descriptors.Count();
            SocketListenerOptions options = Listeners.Plain;
            await using (var listener = SocketListener.Bind(Listeners.AnyPort, options))
            {
                Task serving = Task.Run(async () =>
                {
                    for (int i = 0; i < 10_000; i++)
                    {
                        Socket server = await listener.AcceptAsync(Listeners.Guard);
                        _ = EchoAsync(server);
                    }
                });
                await Parallel.ForEachAsync(Enumerable.Range(0, 10_000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
                {
                    using SystemSocket client = await listener.ConnectSystemSocketAsync();
                    if (i % 3 != 0)
                    {
                        await client.SendAsync("hello"u8.ToArray(), SocketFlags.None);
                        if (i % 3 == 1)
                            Assert.Equal(5, await client.ReceiveAsync(new byte[8], SocketFlags.None, Listeners.Guard));
                    }

                    client.LingerState = new LingerOption(true, 0);
                });
                await serving;
                await Listeners.UntilAsync(() => listener.Statistics.ActiveConnections == 0);
                Assert.Equal(10_000, listener.Statistics.Accepted);
            }

            await Listeners.UntilAsync(() => Descriptors.Count() <= before + 8); // other tests run beside this one
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.Equal(0, Volatile.Read(ref unobserved));
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }
    }

    private static async Task EchoAsync(Socket socket)
    {
        await using (socket)
        {
            byte[] buffer = new byte[16];
            try
            {
                while (await socket.ReceiveAsync(buffer) is { IsEnd: false } received)
                    await socket.SendAsync(buffer.AsMemory(0, received.Count));
            }
            catch (SocketFailureException)
            {
                // The peer resets, by intent.
            }
        }
    }
}
