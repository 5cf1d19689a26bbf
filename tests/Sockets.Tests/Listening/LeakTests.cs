using System.Collections.Concurrent;
using System.Net;
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
        GC.Collect(); // what tests before this one left
        GC.WaitForPendingFinalizers();
        var unobserved = new ConcurrentQueue<string>();
        void Count(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Enqueue(e.Exception.ToString());
        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            int before = Descriptors.Count();
            SocketListener ended;
            SocketListenerOptions options = Listeners.Plain;
            await using (SocketListener listener = ended = SocketListener.Bind(Listeners.AnyPort, options))
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

            Assert.Equal(default, ended.Live);
            await Listeners.UntilAsync(() => Descriptors.Count() <= before + 8); // other tests run beside this one
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.Empty(unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }
    }

    [Fact]
    public async Task TenThousandPeersLeaveNoBuffer()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Elsewhere there are not that many addresses on the loopback.");
        SocketListenerOptions options = Listeners.PlainDatagrams;
        options.MaxConnections = 64;
        var listener = SocketListener.Bind(Listeners.AnyPort, options);
        var kept = new Queue<Socket>();
        for (int i = 0; i < 10_000; i++)
        {
            // A peer of its own each time, never one of those that are kept, which sends more than anybody reads.
            using var peer = new SystemSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            peer.Bind(new IPEndPoint(new IPAddress([127, 1, (byte)(i >> 8), (byte)i]), 0));
            for (int j = 0; j < 3; j++)
                await peer.SendToAsync(new byte[100], SocketFlags.None, listener.LocalEndPoint);
            Socket server = await listener.AcceptAsync(Listeners.Guard);
            if (i % 2 == 0)
                Assert.Equal(100, (await server.ReceiveAsync(new byte[200], Listeners.Guard)).Count);
            kept.Enqueue(server);
            if (kept.Count == 32)
                kept.Dequeue().Dispose();
        }

        Assert.NotEqual(0, listener.Live.Buffers);
        foreach (Socket server in kept)
            server.Dispose();
        await listener.DisposeAsync();
        Assert.Equal(default, listener.Live);
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
