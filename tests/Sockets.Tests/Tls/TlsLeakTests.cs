using System.Collections.Concurrent;
using System.Net.Sockets;
using Sockets.Tests.Listening;

namespace Sockets.Tests.Tls;

/// <summary>Handshakes that succeed, fail, are cut off and never begin leave nothing behind. Alone, since it counts what the process has.</summary>
[Collection(nameof(TlsLeakTests))]
[CollectionDefinition(nameof(TlsLeakTests), DisableParallelization = true)]
public sealed class TlsLeakTests
{
    private const int Rounds = 500;

    [Fact]
    public async Task HandshakesOfEveryFateLeaveNoSocketNoTaskAndNoUnobservedFailure()
    {
        var unobserved = new ConcurrentQueue<string>();
        void Count(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Enqueue(e.Exception.ToString());
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            int before = Descriptors.Count();
            SocketListenerOptions options = new SocketListenerOptions { MaxHandshakes = 8 }.UseTls(TlsIdentity.CreateServer());
            TlsClientContext trusting = TlsIdentity.CreateClient(client => client.TargetHost = TlsPair.HostName);
            TlsClientContext distrusting = TlsIdentity.CreateClient(client => client.TargetHost = "another.example");
            var listener = SocketListener.Bind(Listeners.AnyPort, options);
            Task serving = Task.Run(async () =>
            {
                while (true)
                    _ = EchoAsync(await listener.AcceptAsync());
            });
            await Parallel.ForEachAsync(Enumerable.Range(0, Rounds), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            {
                switch (i % 5)
                {
                    case 0:
                        await using (Socket client = await Socket.ConnectAsync(listener.LocalEndPoint, new SocketClientOptions().UseTls(trusting), Listeners.Guard))
                        {
                            await client.SendAsync("hello"u8.ToArray(), Listeners.Guard);
                            Assert.Equal(5, (await client.ReceiveAsync(new byte[8], Listeners.Guard)).Count);
                        }

                        break;
                    case 1:
                        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(
                            () => Socket.ConnectAsync(listener.LocalEndPoint, new SocketClientOptions().UseTls(distrusting), Listeners.Guard).AsTask());
                        Assert.Equal(SocketFailureReason.CertificateRejected, failure.Reason);
                        break;
                    default:
                        using (SystemSocket client = await listener.ConnectSystemSocketAsync())
                        {
                            if (i % 5 == 2)
                                await client.SendAsync("no handshake at all\r\n"u8.ToArray(), SocketFlags.None);
                            else if (i % 5 == 3)
                                await client.SendAsync(new byte[] { 0x16, 0x03, 0x01, 0x02, 0x00, 0x01 }, SocketFlags.None);
                            client.LingerState = new LingerOption(true, 0);
                        }

                        break;
                }
            });
            await GiveUpAsync(trusting);
            // Those that were reset at once may still be in the backlog, when nothing is under way.
            await Listeners.UntilAsync(() => listener.Statistics is { ActiveConnections: 0, Handshakes: 0 } now && now.Accepted + now.HandshakeFailures == Rounds);
            SocketListenerStatistics statistics = listener.Statistics;
            // Under TLS 1.3 a server is done before a client that distrusts it has said so.
            Assert.InRange(statistics.Accepted, Rounds / 5, Rounds / 5 * 2);
            Assert.Equal(Rounds, statistics.Accepted + statistics.HandshakeFailures);
            await listener.DisposeAsync();
            await Listeners.AssertClosedAsync(() => serving.WaitAsync(Listeners.Guard));

            Assert.Equal(default, listener.Live);
            await Listeners.UntilAsync(() => Descriptors.Count() <= before);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.Empty(unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }
    }

    /// <summary>Handshakes with a server that says nothing, ended by those who wanted them.</summary>
    private static async Task GiveUpAsync(TlsClientContext context)
    {
        using var silent = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(Listeners.AnyPort);
        silent.Listen(50);
        await Parallel.ForEachAsync(Enumerable.Range(0, 50), async (_, _) =>
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => Socket.ConnectAsync(silent.LocalEndPoint!, new SocketClientOptions().UseTls(context), patience.Token).AsTask());
        });
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
                // The client ends as it likes.
            }
        }
    }
}
