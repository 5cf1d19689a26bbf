using System.Net.Sockets;
using System.Security.Authentication;
using Sockets.Links;
using Sockets.Links.Tls;

namespace Sockets.Tests.Tls;

public sealed class TlsClosingTests
{
    private readonly TlsClientContext _client = TlsIdentity.CreateClient();
    private readonly TlsServerContext _server = TlsIdentity.CreateServer();

    [Fact]
    public async Task EachSideEndsForItself()
    {
        await using TlsPair pair = await TlsPair.OpenAsync(_client, _server);
        byte[] buffer = new byte[16];
        await pair.Client.SendAsync("last"u8.ToArray());
        await pair.Client.ShutdownSendAsync();
        Assert.Equal(4, (await pair.Server.ReceiveAsync(buffer)).Count);
        Assert.True((await pair.Server.ReceiveAsync(buffer)).IsEnd);
        Assert.True((await pair.Server.ReceiveAsync(buffer)).IsEnd);

        await pair.Server.SendAsync("answer"u8.ToArray());
        Assert.Equal(6, (await pair.Client.ReceiveAsync(buffer)).Count);
        pair.Server.ShutdownSend();
        Assert.True((await pair.Client.ReceiveAsync(buffer)).IsEnd);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pair.Client.SendAsync(buffer));
    }

    [Fact]
    public async Task ADisposalEndsTheStreamInGoodOrder()
    {
        await using TlsPair pair = await TlsPair.OpenAsync(_client, _server);
        await pair.Server.SendAsync("last"u8.ToArray());
        pair.Server.Dispose();
        byte[] buffer = new byte[16];
        Assert.Equal(4, (await pair.Client.ReceiveAsync(buffer)).Count);
        Assert.True((await pair.Client.ReceiveAsync(buffer)).IsEnd);
    }

    /// <summary>OpenSSL's state of one connection is not for two threads at once, and an end that is said looks at what comes.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnEndThatIsSaidWhileBytesComeLosesNone(bool isDisposal)
    {
        const int Length = 300_000;
        for (int i = 0; i < 150; i++)
        {
            await using TlsPair pair = await TlsPair.OpenAsync(_client, _server);
            Task sending = Task.Run(() => Streams.SendRandom(pair.Server, i, Length));
            using var begun = new ManualResetEventSlim();
            int received = 0;
            Task<Exception?> receiving = Task.Run(() => Record.Exception(() =>
            {
                var content = new Random(i);
                byte[] buffer = new byte[20_000];
                while (received < Length)
                {
                    SocketReceiveResult result = pair.Client.Receive(buffer);
                    Assert.False(result.IsEnd);
                    Streams.Check(content, buffer.AsSpan(0, result.Count));
                    received += result.Count;
                    begun.Set();
                }
            }));
            Assert.True(begun.Wait(Waiting.HangGuard));
            Thread.SpinWait(i * 100);
            if (isDisposal)
                pair.Client.Dispose();
            else
                pair.Client.ShutdownSend();
            Exception? met = await receiving.WaitAsync(Waiting.HangGuard);
            if (isDisposal)
            {
                Assert.True(met is null or SocketFailureException { Reason: SocketFailureReason.Closed }, met?.ToString());
                await Record.ExceptionAsync(() => sending.WaitAsync(Waiting.HangGuard)); // nobody takes the rest
            }
            else
            {
                Assert.Null(met);
                await sending.WaitAsync(Waiting.HangGuard);
                Assert.True((await pair.Server.ReceiveAsync(new byte[1]).AsTask().WaitAsync(Waiting.HangGuard)).IsEnd);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnEndWithoutCloseNotifyIsTruncation(bool inTheMiddleOfARecord)
    {
        await using Foreign server = Foreign.Server();
        await server.OpenAgainst(_client);
        await server.Stream.WriteAsync("some"u8.ToArray());
        if (inTheMiddleOfARecord)
            server.Raw.Send([0x17, 0x03, 0x03, 0x00, 0x40, 1, 2, 3]);
        server.Raw.Shutdown(SocketShutdown.Send);
        byte[] buffer = new byte[16];
        Assert.Equal(4, (await server.Ours.ReceiveAsync(buffer)).Count);
        for (int i = 0; i < 2; i++)
        {
            SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(async () => await server.Ours.ReceiveAsync(buffer));
            Assert.Equal(SocketFailureReason.Truncated, failure.Reason);
        }
    }

    [Theory]
    [InlineData(Face.Try, false, false)]
    [InlineData(Face.Try, true, true)]
    [InlineData(Face.Blocking, false, true)]
    [InlineData(Face.Blocking, true, false)]
    [InlineData(Face.Vectors, false, false)]
    [InlineData(Face.Vectors, true, true)]
    [InlineData(Face.Poll, false, true)]
    [InlineData(Face.Poll, true, false)]
    [InlineData(Face.Pipe, false, false)]
    [InlineData(Face.Pipe, true, true)]
    [InlineData(Face.Stream, true, false)]
    public async Task TruncationIsSaidInEveryFace(Face face, bool inTheMiddleOfARecord, bool isTls12)
    {
        await using Foreign server = Foreign.Server(isTls12 ? SslProtocols.Tls12 : SslProtocols.Tls13);
        await server.OpenAgainst(TlsIdentity.CreateClient(options => options.AllowTls12 = true));
        await server.Stream.WriteAsync("some"u8.ToArray());
        if (inTheMiddleOfARecord)
            server.Raw.Send([0x17, 0x03, 0x03, 0x00, 0x40, 1, 2, 3]);
        server.Raw.Shutdown(SocketShutdown.Send);
        Socket socket = server.Ours;
        await using var queued = new SocketAsync(socket);
        using SocketPoll poll = new();
        if (face == Face.Poll)
            poll.Add(socket, SocketEvents.Readable);
        byte[] buffer = new byte[16];
        int total = 0;
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(async () =>
        {
            while (true)
            {
                SocketReceiveResult result;
                switch (face)
                {
                    case Face.Try:
                        while (!socket.TryReceive(buffer, out result))
                            Assert.True(socket.Link.Wait(LinkWants.Read, Waiting.HangGuard));
                        break;
                    case Face.Blocking:
                        result = socket.Receive(buffer);
                        break;
                    case Face.Vectors:
                        result = socket.Receive(new Memory<byte>[] { buffer.AsMemory(0, 1), buffer.AsMemory(1) });
                        break;
                    case Face.Poll:
                        var events = new SocketPollEvent[1];
                        Assert.Equal(1, poll.Wait(events, Waiting.HangGuard));
                        if (!socket.TryReceive(buffer, out result))
                            continue;
                        break;
                    case Face.Stream:
                        result = await queued.ReceiveAsync(buffer);
                        break;
                    default:
                        System.IO.Pipelines.ReadResult read = await queued.Input.ReadAsync();
                        total += (int)read.Buffer.Length;
                        queued.Input.AdvanceTo(read.Buffer.End);
                        Assert.False(read.IsCompleted, "A clean end.");
                        continue;
                }

                Assert.False(result.IsEnd, "A clean end.");
                total += result.Count;
            }
        });
        Assert.Equal(SocketFailureReason.Truncated, failure.Reason);
        if (face != Face.Pipe) // a pipe that failed says so before what it holds
            Assert.Equal(4, total);
    }

    [Fact]
    public async Task AnEndInTheHandshakeIsAFailure()
    {
        await using TlsPair pair = TlsPair.Closed(_client, _server);
        Task opening = pair.Client.Link.OpenAsync(default).AsTask();
        pair.Server.Link.Underlying!.Shutdown(SocketShutdown.Send);
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => opening.WaitAsync(Waiting.HangGuard));
        Assert.Equal(SocketFailureReason.HandshakeFailed, failure.Reason);
    }

    [Fact]
    public async Task AnAbortIsAReset()
    {
        await using TlsPair pair = await TlsPair.OpenAsync(_client, _server);
        pair.Server.Abort();
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(async () => await pair.Client.ReceiveAsync(new byte[1]));
        Assert.Equal(SocketFailureReason.ConnectionReset, failure.Reason);
    }

    [Fact]
    public async Task ADisposalEndsWhatIsPendingAndFreesEveryBuffer()
    {
        for (int i = 0; i < 20; i++)
        {
            TlsPair pair = await TlsPair.OpenAsync(_client, _server, bufferSize: 4096);
            Task<SocketReceiveResult> receive = pair.Client.ReceiveAsync(new byte[16]).AsTask();
            Task<int> send = pair.Client.SendAsync(new byte[10_000_000]).AsTask();
            await EventuallyAsync(() => _client.Buffers.Outstanding > 0);
            if (i % 2 == 0)
                pair.Client.Dispose();
            else
                pair.Client.Abort();
            Assert.Equal(SocketFailureReason.Closed, (await Assert.ThrowsAsync<SocketFailureException>(() => receive.WaitAsync(Waiting.HangGuard))).Reason);
            Assert.Equal(SocketFailureReason.Closed, (await Assert.ThrowsAsync<SocketFailureException>(() => send.WaitAsync(Waiting.HangGuard))).Reason);
            await pair.DisposeAsync();
        }

        Assert.Equal((0, 0), (_client.Buffers.Outstanding, _server.Buffers.Outstanding));
    }

    [Fact]
    public async Task ADisposalInTheHandshakeEndsItOnBothSides()
    {
        for (int step = 0; step < 4; step++)
        {
            await using TlsPair pair = TlsPair.Closed(_client, _server);
            for (int i = 0; i < step; i++)
                _ = i % 2 == 0 ? pair.Client.Link.Progress() : pair.Server.Link.Progress();
            Task client = pair.Client.Link.OpenAsync(default).AsTask();
            pair.Client.Dispose();
            Exception? met = await Record.ExceptionAsync(() => client.WaitAsync(Waiting.HangGuard));
            Assert.True(met is null or SocketFailureException { Reason: SocketFailureReason.Closed }, met?.ToString());
            await Assert.ThrowsAsync<SocketFailureException>(async () =>
            {
                await pair.Server.Link.OpenAsync(default).AsTask().WaitAsync(Waiting.HangGuard);
                while (!(await pair.Server.ReceiveAsync(new byte[10])).IsEnd)
                {
                }

                throw new SocketFailureException(SocketFailureReason.Closed, "It had been open already.");
            });
            Assert.Equal(0, _server.Handshakes);
        }

        Assert.Equal((0, 0), (_client.Buffers.Outstanding, _server.Buffers.Outstanding));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task DisposalAtAnyMomentNeitherHangsNorLeaksNorSurprises(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 40; i++)
        {
            TlsPair pair = TlsPair.Closed(_client, _server, bufferSize: random.Next(2) == 0 ? 4096 : null);
            Task[] work = [ReadAsync(pair.Server), ReadAsync(pair.Client), WriteAsync(pair.Client), WriteAsync(pair.Server)];
            for (int spins = random.Next(60); spins > 0; spins--)
                await Task.Yield();
            if (random.Next(3) > 0)
                await Task.Delay(random.Next(4));
            (random.Next(2) == 0 ? pair.Client : pair.Server).Dispose();
            await pair.DisposeAsync();
            await Task.WhenAll(work).WaitAsync(Waiting.HangGuard);
        }

        await EventuallyAsync(() => _client.Buffers.Outstanding == 0 && _server.Buffers.Outstanding == 0);
        Assert.Equal(0, _server.Handshakes);
    }

    [Fact]
    public async Task TheFarewellIsLeftOutWhenItWouldHaveToWait()
    {
        await using TlsPair pair = await TlsPair.OpenNarrowAsync(_client, _server);
        byte[] data = new byte[100_000];
        while (pair.Client.TrySend(data, out _))
        {
        }

        Assert.True(((TlsLink)pair.Client.Link).Wants.HasFlag(Sockets.Links.LinkWants.Write));
        pair.Client.Dispose();
        Assert.Equal(0, _client.Buffers.Outstanding);
        await Assert.ThrowsAsync<SocketFailureException>(async () =>
        {
            while (!(await pair.Server.ReceiveAsync(data)).IsEnd)
            {
            }
        });
    }

    /// <summary>What a disposal may make of reads and writes: nothing, an end, or a failure with a known cause.</summary>
    private static async Task ReadAsync(Socket socket)
    {
        await Task.Yield();
        byte[] buffer = new byte[3000];
        try
        {
            while (!(await socket.ReceiveAsync(buffer)).IsEnd)
            {
            }
        }
        catch (SocketFailureException exception)
        {
            CheckReason(exception);
        }
    }

    private static async Task WriteAsync(Socket socket)
    {
        await Task.Yield();
        byte[] buffer = new byte[30_000];
        try
        {
            while (true)
                await socket.SendAsync(buffer);
        }
        catch (SocketFailureException exception)
        {
            CheckReason(exception);
        }
    }

    private static void CheckReason(SocketFailureException exception) => Assert.True(
        exception.Reason is SocketFailureReason.Closed or SocketFailureReason.ConnectionReset or SocketFailureReason.Truncated or SocketFailureReason.HandshakeFailed,
        exception.ToString());

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var guard = new CancellationTokenSource(Waiting.HangGuard);
        while (!condition())
        {
            guard.Token.ThrowIfCancellationRequested();
            await Task.Delay(1);
        }
    }

    public enum Face
    {
        Try,
        Blocking,
        Vectors,
        Poll,
        Pipe,
        Stream,
    }
}
