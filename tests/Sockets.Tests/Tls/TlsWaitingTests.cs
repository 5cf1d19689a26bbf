using System.Runtime.ExceptionServices;
using Sockets.Links;
using Sockets.Links.Tls;

namespace Sockets.Tests.Tls;

/// <summary>Waits that are cut short, peers that do not read, and who is woken when.</summary>
public sealed class TlsWaitingTests
{
    private readonly TlsClientContext _client = TlsIdentity.CreateClient();
    private readonly TlsServerContext _server = TlsIdentity.CreateServer();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task CancelledReceivesLoseNothing(int seed)
    {
        const int Length = 100_000;
        var random = new Random(seed);
        bool isMetered = false;
        using var pieces = new SemaphoreSlim(0);
        // Records come in pieces, each when the test says so: waits are cancelled in the middle of records.
        await using var wire = new Trickle((isToServer, bytes) => isToServer && Volatile.Read(ref isMetered) ? bytes.Chunk(1 + random.Next(700)).Where(_ => pieces.Wait(Waiting.HangGuard)) : [bytes]);
        using var client = new Socket(_client.Links.Wrap(new PlainLink(wire.Client), TlsPair.HostName), SocketTransport.Stream, TimeProvider.System);
        using var server = new Socket(_server.Links.Wrap(new PlainLink(wire.Server)), SocketTransport.Stream, TimeProvider.System);
        await Task.WhenAll(client.Link.OpenAsync(default).AsTask(), server.Link.OpenAsync(default).AsTask());
        await client.SendAsync(new byte[1]);
        Assert.Equal(1, (await server.ReceiveAsync(new byte[1])).Count);
        Volatile.Write(ref isMetered, true);
        Task sending = Streams.SendRandomAsync(client, seed, Length);

        var content = new Random(seed);
        var sizes = new Random(seed + 1);
        byte[] buffer = new byte[9000];
        int cancelled = 0;
        for (int received = 0; received < Length;)
        {
            using var impatience = new CancellationTokenSource();
            Task<SocketReceiveResult> receive = server.ReceiveAsync(buffer.AsMemory(0, 1 + sizes.Next(buffer.Length)), impatience.Token).AsTask();
            // The first is cancelled in the middle of a record for certain: of that, one piece came at most.
            bool isFirst = received == 0 && cancelled == 0;
            if (sizes.Next(3) == 0 || isFirst)
                pieces.Release();
            if (sizes.Next(2) == 0 || isFirst)
                impatience.Cancel();
            while (!receive.IsCompleted)
            {
                pieces.Release();
                await Task.WhenAny(receive, Task.Delay(1));
            }

            try
            {
                SocketReceiveResult result = await receive;
                Streams.Check(content, buffer.AsSpan(0, result.Count));
                received += result.Count;
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        }

        pieces.Release(Length);
        await sending;
        Assert.True(cancelled > 0);
    }

    [Fact]
    public async Task ATimeoutOfAReceiveLeavesTheSocketAsItWas()
    {
        await using TlsPair pair = await TlsPair.OpenAsync(_client, _server);
        pair.Server.ReceiveTimeout = TimeSpan.FromMilliseconds(20);
        byte[] buffer = new byte[8];
        Assert.Equal(SocketFailureReason.TimedOut, (await Assert.ThrowsAsync<SocketFailureException>(async () => await pair.Server.ReceiveAsync(buffer))).Reason);
        Assert.Equal(SocketFailureReason.TimedOut, Assert.Throws<SocketFailureException>(() => pair.Server.Receive(buffer)).Reason);
        pair.Server.ReceiveTimeout = Timeout.InfiniteTimeSpan;
        await pair.Client.SendAsync("late"u8.ToArray());
        Assert.Equal(4, (await pair.Server.ReceiveAsync(buffer)).Count);
    }

    [Fact]
    public async Task ASlowReaderHoldsTheSenderUpAndTheQueueIsBounded()
    {
        await using TlsPair pair = await TlsPair.OpenNarrowAsync(_client, _server);
        byte[] data = new byte[200_000];
        Streams.Fill(new Random(1), data);
        int accepted = 0;
        while (pair.Client.TrySend(data.AsSpan(accepted), out int sent))
            accepted += sent;

        Assert.True(pair.Client.Link.Wants.HasFlag(LinkWants.Write));
        Assert.False(pair.Client.Link.CanSend);
        Assert.Equal(1, _client.Buffers.Outstanding);
        for (int i = 0; i < 100; i++)
            Assert.False(pair.Client.TrySend(data, out _));
        Assert.False(pair.Client.Link.Progress());

        // A send that is cancelled tells how much it got rid of: here nothing, so it throws.
        using var impatience = new CancellationTokenSource();
        Task<int> waiting = pair.Client.SendAsync(data, impatience.Token).AsTask();
        impatience.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        // And this one gets rid of a part.
        using var later = new CancellationTokenSource();
        waiting = pair.Client.SendAsync(data.AsMemory(accepted), later.Token).AsTask();
        var content = new Random(1);
        int received = await ReceiveAsync(pair.Server, content, accepted + 1);
        later.Cancel();
        accepted += await waiting;
        Assert.InRange(accepted, received, data.Length);

        // What was accepted arrives, no more and no less.
        Task<int> rest = pair.Client.SendAsync("end"u8.ToArray()).AsTask();
        received += await ReceiveAsync(pair.Server, content, accepted - received);
        byte[] end = new byte[16];
        Assert.Equal(3, (await pair.Server.ReceiveAsync(end)).Count);
        Assert.Equal("end"u8, end.AsSpan(0, 3));
        Assert.Equal(3, await rest);
        Assert.Equal(0, _client.Buffers.Outstanding);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task WhatWasAcceptedGoesOutWhileAnAnswerIsWaitedFor(int face)
    {
        await using TlsPair pair = await TlsPair.OpenAsync(_client, _server, bufferSize: 4096);
        byte[] request = new byte[16_000];
        Task<int> serving = Task.Run(async () =>
        {
            byte[] buffer = new byte[request.Length];
            int received = 0;
            while (received < buffer.Length)
                received += (await pair.Server.ReceiveAsync(buffer.AsMemory(received))).Count;
            return await pair.Server.SendAsync(new byte[1]);
        });
        Assert.True(pair.Client.TrySend(request, out int sent)); // one record, which the system does not take whole
        Assert.Equal(request.Length, sent);
        byte[] answer = new byte[1];
        SocketReceiveResult result = face switch
        {
            0 => await pair.Client.ReceiveAsync(answer).AsTask().WaitAsync(Waiting.HangGuard),
            1 => pair.Client.Receive(answer),
            _ => Poll(),
        };
        Assert.Equal(1, result.Count);
        await serving;

        SocketReceiveResult Poll()
        {
            SocketReceiveResult received;
            while (!pair.Client.TryReceive(answer, out received))
            {
            }

            return received;
        }
    }

    [Fact]
    public async Task ASendIsCompleteWhenTheSystemHasItAll()
    {
        await using TlsPair pair = await TlsPair.OpenAsync(_client, _server, bufferSize: 4096);
        for (int length = 100; length < 60_000; length = length * 3 / 2)
        {
            byte[] data = new byte[length];
            Task reading = Task.Run(async () =>
            {
                for (int received = 0; received < length;)
                    received += (await pair.Server.ReceiveAsync(new byte[5000])).Count;
            });
            if (length % 2 == 0)
                await pair.Client.SendAsync(data);
            else
                pair.Client.Send(data);
            Assert.Equal(0, _client.Buffers.Outstanding);
            await reading.WaitAsync(Waiting.HangGuard);
        }
    }

    [Fact]
    public async Task WhatIsDecryptedAlreadyIsPending()
    {
        await using TlsPair pair = await TlsPair.OpenAsync(_client, _server);
        Assert.False(pair.Server.Link.HasPendingData);
        await pair.Client.SendAsync(new byte[100]);
        byte[] buffer = new byte[1];
        Assert.Equal(1, (await pair.Server.ReceiveAsync(buffer)).Count);
        Assert.False(pair.Server.Link.Underlying!.Poll(0, System.Net.Sockets.SelectMode.SelectRead));
        for (int i = 1; i < 100; i++)
        {
            Assert.True(pair.Server.Link.HasPendingData);
            Assert.True(pair.Server.TryReceive(buffer, out _));
        }

        Assert.False(pair.Server.Link.HasPendingData);
        Assert.False(pair.Server.TryReceive(buffer, out _));
        Assert.Equal(0, ((TlsLink)pair.Server.Link).StarvedReads);
    }

    [Fact]
    public async Task AnEmptyReceiveWaitsAndTakesNothing()
    {
        await using TlsPair pair = await TlsPair.OpenAsync(_client, _server);
        Task<SocketReceiveResult> waiting = pair.Server.ReceiveAsync(Memory<byte>.Empty).AsTask();
        Assert.False(waiting.IsCompleted);
        await pair.Client.SendAsync("data"u8.ToArray());
        Assert.Equal(new SocketReceiveResult(0, IsEnd: false), await waiting.WaitAsync(Waiting.HangGuard));
        Assert.Equal(new SocketReceiveResult(0, IsEnd: false), await pair.Server.ReceiveAsync(Memory<byte>.Empty));
        Assert.Equal(4, (await pair.Server.ReceiveAsync(new byte[8])).Count);
    }

    [Fact]
    public async Task TheHandshakeDoesNotNeedAThreadPoolNorMindASynchronizationContext()
    {
        await using TlsPair pair = TlsPair.Closed(_client, _server);
        ExceptionDispatchInfo? failure = null;
        var driver = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new DeafContext());
            try
            {
                while (!(pair.Client.Link.Progress() & pair.Server.Link.Progress()))
                {
                }
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        driver.Start();
        Assert.True(driver.Join(Waiting.HangGuard));
        failure?.Throw();
        Assert.True(pair.Client.Link.IsOpen && pair.Server.Link.IsOpen);
    }

    [Fact]
    public async Task AContinuationThatHopsWakesWhoeverWaits()
    {
        // A task scheduler of its own is what makes the platform's continuations leave the thread. After the handshake the server says
        // nothing: whoever waits for the system, when what he waited for is there already, waits for ever.
        TlsServerContext silent = TlsIdentity.CreateServer(static options => options.AllowResumption = false);
        using var scheduler = new HoppingScheduler();
        for (int i = 0; i < 50; i++)
        {
            int changes = 0;
            await using TlsPair pair = TlsPair.Closed(_client, silent);
            pair.Client.Link.Changed = () => Interlocked.Increment(ref changes);
            var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task serving = begun.Task.ContinueWith(_ => pair.Server.Link.OpenAsync(default).AsTask(), TaskScheduler.Default).Unwrap();
            await Task.Factory.StartNew(
                () =>
                {
                    Assert.False(pair.Client.Link.Progress()); // it waits for the server, so that there is something to go on with
                    begun.SetResult();
                    while (!pair.Client.Link.Progress())
                    {
                        LinkWants wants = pair.Client.Link.Wants;
                        Thread.SpinWait(i * 200);
                        Assert.True(pair.Client.Link.Wait(wants, Waiting.HangGuard));
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                scheduler).WaitAsync(Waiting.HangGuard);
            await serving.WaitAsync(Waiting.HangGuard);
            Assert.True(pair.Client.Link.IsOpen && pair.Server.Link.IsOpen);
            await Waiting.UntilAsync(() => Volatile.Read(ref changes) > 0); // told by the thread that has just brought it about

            byte[] buffer = new byte[8];
            await pair.Client.SendAsync("data"u8.ToArray());
            Assert.Equal(4, (await pair.Server.ReceiveAsync(buffer)).Count);
        }
    }

    private static async Task<int> ReceiveAsync(Socket socket, Random content, int atLeast)
    {
        byte[] buffer = new byte[5000];
        int received = 0;
        while (received < atLeast)
        {
            SocketReceiveResult result = await socket.ReceiveAsync(buffer.AsMemory(0, Math.Min(buffer.Length, atLeast - received)));
            Assert.False(result.IsEnd);
            Streams.Check(content, buffer.AsSpan(0, result.Count));
            received += result.Count;
        }

        return received;
    }

    /// <summary>Whoever posts to it waits for ever.</summary>
    private sealed class DeafContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }

    /// <summary>Runs everything on threads of its own.</summary>
    private sealed class HoppingScheduler : TaskScheduler, IDisposable
    {
        public void Dispose()
        {
        }

        protected override void QueueTask(Task task) => new Thread(() => TryExecuteTask(task)).Start();

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
