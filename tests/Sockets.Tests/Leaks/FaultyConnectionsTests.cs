using System.Collections.Concurrent;
using System.IO.Pipelines;
using Sockets.Tests.Listening;

namespace Sockets.Tests.Leaks;

/// <summary>
/// Ten thousand connections of a pool to a listener, queues and pipes at both ends, most of which end badly: nothing is left of
/// them. Alone, since it counts what the whole process has.
/// </summary>
[Collection(nameof(FaultyConnectionsTests))]
[CollectionDefinition(nameof(FaultyConnectionsTests), DisableParallelization = true)]
public sealed class FaultyConnectionsTests : IDisposable
{
    private const int Connections = 10_000;
    private const int Users = 32;

    private readonly SlabPool _buffers = new();
    private readonly SocketAsyncOptions _options;
    private int _servers;

    public FaultyConnectionsTests() => _options = new SocketAsyncOptions { Pool = _buffers };

    public void Dispose() => _buffers.Dispose();

    /// <summary>What the client asks the server for by its first byte, or does itself.</summary>
    private enum Manner : byte
    {
        Echo,
        EchoByPipe,
        ResetByServer,
        ResetByClient,
        CancelledReceives,
        DisposedMidway,
        DisposedPipeMidway,
        HalfOpen,
        EndedByClient,
        Count,
    }

    [Fact]
    public async Task LeaveNoSocketNoBufferNoTaskAndNoUnobservedFailure()
    {
        GC.Collect(); // what tests before this one left
        GC.WaitForPendingFinalizers();
        var unobserved = new ConcurrentQueue<string>();
        void Count(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved.Enqueue(e.Exception.ToString());
        int descriptors = Descriptors.Count();
        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            SocketListenerOptions options = Listeners.Plain;
            options.MaxConnections = 2 * Users;
            var listener = SocketListener.Bind(Listeners.AnyPort, options);
            var pool = new SocketPool(new SocketPoolOptions { MaxConnections = Users, MaxConnectionsPerEndpoint = Users, CircuitFailureThreshold = int.MaxValue });
            Task serving = ServeAllAsync(listener);
            SocketClientOptions client = Listeners.Client;
            int used = 0;
            Task[] users = [.. Enumerable.Range(0, Users).Select(i => Task.Run(async () =>
            {
                var random = new Random(i);
                while (listener.Statistics.Accepted < Connections)
                {
                    SocketLease lease = await pool.RentAsync(listener.LocalEndPoint, client, Listeners.Guard);
                    Interlocked.Increment(ref used);
                    await UseAsync(lease, (Manner)random.Next((int)Manner.Count), random);
                }
            }))];
            await Task.WhenAll(users).WaitAsync(TimeSpan.FromMinutes(5));
            Assert.InRange(used, Connections, int.MaxValue);
            Assert.NotEqual(0, pool.Statistics.Reused);

            await pool.DisposeAsync();
            SocketPoolStatistics left = pool.Statistics;
            Assert.Equal((0, 0, 0, 0), (left.Idle, left.Leased, left.Connecting, left.Waiting));
            await listener.DrainAsync(Timeout.InfiniteTimeSpan, Listeners.Guard);
            await serving.WaitAsync(Waiting.HangGuard);
            Assert.Equal(default, listener.Live);
            await Listeners.UntilAsync(() => Volatile.Read(ref _servers) == 0); // each counts itself out behind its socket's end
            Assert.Equal(0, _buffers.Statistics.Rented);
            Assert.NotEqual(0, _buffers.Statistics.Peak);
            await Listeners.UntilAsync(() => Descriptors.Count() <= descriptors + 4); // the runtime's own
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.Empty(unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }
    }

    private async Task UseAsync(SocketLease lease, Manner manner, Random random)
    {
        Socket socket = lease.Socket;
        byte[] buffer = new byte[64];
        buffer[0] = (byte)manner;
        bool isGood = false;
        try
        {
            await socket.SendAsync(buffer, Listeners.Guard);
            switch (manner)
            {
                case Manner.Echo:
                    await ReceiveAllAsync(socket, buffer);
                    isGood = random.Next(4) != 0;
                    break;
                case Manner.ResetByClient:
                    socket.Abort();
                    break;
                case Manner.ResetByServer:
                    await ReceiveAllAsync(socket, buffer);
                    break;
                case Manner.CancelledReceives:
                    for (int i = random.Next(1, 4); i > 0; i--)
                    {
                        using var impatience = new CancellationTokenSource();
                        Task<SocketReceiveResult> receiving = socket.ReceiveAsync(new byte[1], impatience.Token).AsTask();
                        await impatience.CancelAsync();
                        await receiving;
                    }

                    break;
                case Manner.HalfOpen:
                    socket.ReceiveTimeout = TimeSpan.FromMilliseconds(1); // neither data nor an end will come
                    await ReceiveAllAsync(socket, buffer);
                    break;
                case Manner.EndedByClient:
                    await socket.ShutdownSendAsync(Listeners.Guard);
                    while (!(await socket.ReceiveAsync(buffer, Listeners.Guard)).IsEnd)
                    {
                    }

                    isGood = true; // which the pool knows better
                    break;
                case Manner.DisposedMidway:
                    var queue = new SocketAsync(socket, _options);
                    Task[] pending = [queue.ReceiveAsync(buffer).AsTask(), queue.ReceiveAsync(buffer).AsTask(), queue.SendAsync(new byte[2_000_000]).AsTask(), queue.SendAsync(buffer, TimeSpan.FromMilliseconds(1)).AsTask()];
                    await queue.DisposeAsync();
                    await Task.WhenAll(pending).WaitAsync(Waiting.HangGuard);
                    break;
                default:
                    await UsePipeAsync(socket, manner, buffer.Length);
                    break;
            }
        }
        catch (Exception exception) when (exception is SocketFailureException or OperationCanceledException)
        {
            // By intent, or since a connection of the pool was closed by the server meanwhile.
        }

        if (isGood)
            lease.Return();
        else
            lease.Dispose();
    }

    private async Task UsePipeAsync(Socket socket, Manner manner, int expected)
    {
        await using var pipes = new SocketAsync(socket, _options);
        if (manner == Manner.DisposedPipeMidway)
        {
            await pipes.Output.WriteAsync(new byte[100_000]);
            pipes.Input.TryRead(out _);
            return;
        }

        ReadResult read = await pipes.Input.ReadAtLeastAsync(expected, Listeners.Guard);
        pipes.Input.AdvanceTo(read.Buffer.End);
        await pipes.ShutdownSendAsync(Listeners.Guard);
    }

    private static async Task ReceiveAllAsync(Socket socket, byte[] buffer)
    {
        for (int received = 0; received < buffer.Length;)
        {
            SocketReceiveResult result = await socket.ReceiveAsync(buffer.AsMemory(received), Listeners.Guard);
            if (result.IsEnd)
                return;
            received += result.Count;
        }
    }

    private async Task ServeAllAsync(SocketListener listener)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync();
            }
            catch (SocketFailureException failure) when (failure.Reason == SocketFailureReason.Closed)
            {
                return;
            }

            Interlocked.Increment(ref _servers);
            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var server = new SocketAsync(socket, _options);
            while (true)
            {
                ReadResult read = await server.Input.ReadAsync();
                if (read.Buffer.IsEmpty && read.IsCompleted)
                    break;
                switch ((Manner)read.Buffer.FirstSpan[0])
                {
                    case Manner.ResetByServer:
                        await server.Output.WriteAsync(new byte[1]);
                        server.Socket.Abort();
                        return;
                    case Manner.HalfOpen or Manner.CancelledReceives:
                        server.Input.AdvanceTo(read.Buffer.End);
                        continue;
                }

                foreach (ReadOnlyMemory<byte> part in read.Buffer)
                    await server.Output.WriteAsync(part);
                server.Input.AdvanceTo(read.Buffer.End);
            }
        }
        catch (SocketFailureException)
        {
            // The client broke it off, by intent.
        }
        finally
        {
            Interlocked.Decrement(ref _servers);
        }
    }
}
