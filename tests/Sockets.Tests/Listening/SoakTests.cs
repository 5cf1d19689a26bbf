using System.Net.Sockets;

namespace Sockets.Tests.Listening;

/// <summary>Everything at once and at random: connecting, cancelling, pausing, taking late, closing early.</summary>
public sealed class SoakTests
{
    private const int Workers = 8;
    private const int Turns = 200;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task RandomUsersLeaveNothingBehind(int seed)
    {
        var random = new Random(seed);
        SocketListenerOptions options = Listeners.Plain;
        options.MaxConnections = random.Next(4, 40);
        options.AcceptQueueLength = random.Next(1, 8);
        options.RefuseOverLimit = seed == 2;
        options.ReusePortShards = OperatingSystem.IsLinux() && seed == 3 ? 3 : 1;
        var listener = SocketListener.Bind(Listeners.AnyPort, options);
        int most = 0;
        long taken = 0;
        int inUse = 0;
        var users = new List<Task>();
        for (int i = 0; i < Workers; i++)
        {
            var own = new Random(random.Next());
            users.Add(Task.Run(() => ConnectAsync(own)));
        }

        using var stopping = new CancellationTokenSource();
        var servers = new List<Task>();
        for (int i = 0; i < 3; i++)
        {
            var own = new Random(random.Next());
            servers.Add(Task.Run(() => ServeAsync(own)));
        }

        var pausing = new Random(random.Next());
        Task pauses = Task.Run(async () =>
        {
            while (!stopping.IsCancellationRequested)
            {
                listener.Pause();
                for (int i = pausing.Next(20); i > 0; i--)
                    await Task.Yield();
                listener.Resume();
                for (int i = pausing.Next(200); i > 0; i--)
                    await Task.Yield();
            }
        });
        try
        {
            await Task.WhenAll(users).WaitAsync(Waiting.HangGuard);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Somebody still waits: {taken} taken, {inUse} in use, {string.Join(", ", servers.Select(static server => server.Status))}, paused: {listener.IsPaused}, {listener.Live}, {listener.Statistics}.");
        }

        stopping.Cancel();
        await Task.WhenAll(servers).WaitAsync(Waiting.HangGuard);
        await pauses.WaitAsync(Waiting.HangGuard);
        await listener.DrainAsync(TimeSpan.Zero).AsTask().WaitAsync(Waiting.HangGuard);

        Assert.Equal(default, listener.Live);
        Assert.InRange(most, 1, options.MaxConnections);
        Assert.NotEqual(0, taken);
        Assert.Equal(0, listener.Statistics.HandshakeFailures);

        async Task ConnectAsync(Random own)
        {
            for (int turn = 0; turn < Turns; turn++)
            {
                using var client = new SystemSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                client.LingerState = new LingerOption(true, 0);
                using var patience = new CancellationTokenSource(own.Next(4) == 0 ? TimeSpan.FromMilliseconds(own.Next(3)) : Waiting.HangGuard);
                try
                {
                    await client.ConnectAsync(listener.LocalEndPoint, patience.Token);
                    await client.SendAsync(new byte[own.Next(1, 2000)], SocketFlags.None, patience.Token);
                    if (own.Next(2) == 0)
                        await client.ReceiveAsync(new byte[1], SocketFlags.None, patience.Token);
                }
                catch (Exception exception) when (exception is SocketException or OperationCanceledException)
                {
                    // Refused, reset, or out of patience.
                }
            }
        }

        async Task ServeAsync(Random own)
        {
            while (!stopping.IsCancellationRequested)
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
                if (own.Next(3) == 0)
                    patience.CancelAfter(own.Next(3));
                Socket server;
                try
                {
                    server = await listener.AcceptAsync(patience.Token);
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                Interlocked.Increment(ref taken);
                int active = listener.Statistics.ActiveConnections;
                for (int seen = Volatile.Read(ref most); active > seen; seen = Volatile.Read(ref most))
                    Interlocked.CompareExchange(ref most, active, seen);
                _ = UseAsync(server, own.Next(4));
            }
        }

        async Task UseAsync(Socket server, int manner)
        {
            Interlocked.Increment(ref inUse);
            await using (server)
            {
                try
                {
                    if (manner == 0)
                    {
                        server.Abort();
                        return;
                    }

                    await server.ReceiveAsync(new byte[100], stopping.Token);
                    if (manner != 3)
                        await server.SendAsync(new byte[10], stopping.Token);
                    while (manner == 2 && await server.ReceiveAsync(new byte[100], stopping.Token) is { IsEnd: false })
                    {
                    }
                }
                catch (Exception exception) when (exception is SocketFailureException or OperationCanceledException)
                {
                    // The client left, or the test is over.
                }
                finally
                {
                    Interlocked.Decrement(ref inUse);
                }
            }
        }
    }
}
