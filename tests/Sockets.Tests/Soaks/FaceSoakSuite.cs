using System.Buffers;
using System.Globalization;
using Sockets.Tests.Files;
using Sockets.Tests.Vectors;

namespace Sockets.Tests.Soaks;

/// <summary>
/// One connection, a sender and a receiver that choose another face of the socket for each operation, and somebody who cancels at
/// random: every byte that was said to be accepted arrives once and in order, and the socket outlives it all.
/// SOCKETS_SEED runs one seed, SOCKETS_SEEDS so many.
/// </summary>
public abstract class FaceSoakSuite
{
    private const int Operations = 300;
    private const int MostBytes = 60_000;

    private protected abstract Task<SocketPair> OpenAsync(int bufferSize);

    [Fact]
    public async Task EveryByteIsAccountedFor()
    {
        int? single = Read("SOCKETS_SEED");
        int last = single ?? Read("SOCKETS_SEEDS") ?? 16;
        int cutShort = 0;
        for (int seed = single ?? 1; seed <= last; seed++)
        {
            try
            {
                cutShort += await RunAsync(seed).WaitAsync(Waiting.HangGuard);
            }
            catch (Exception exception)
            {
                Assert.Fail($"SOCKETS_SEED={seed}: {exception}");
            }
        }

        if (single is null)
            Assert.NotEqual(0, cutShort); // or nothing was cancelled in the middle
    }

    /// <summary>How many sends were cut short after a part was accepted.</summary>
    private async Task<int> RunAsync(int seed)
    {
        using SocketPair pair = await OpenAsync(bufferSize: 40_000);
        var random = new Random(seed);
        using var file = new TestFile(4_000_000, seed);
        byte[] content = file.Content;
        var sender = new Sender(pair.Client, file, new Random(random.Next()));
        var receiver = new Receiver(pair.Server, new Random(random.Next()));
        Task<byte[]> receiving = Task.Run(receiver.RunAsync);
        await Task.Run(sender.RunAsync);
        byte[] received = await receiving;
        Assert.Equal(sender.Accepted, received.Length);
        Assert.True(content.AsSpan(0, received.Length).SequenceEqual(received), "What arrived is not what was accepted.");
        Assert.Equal(SocketState.Open, pair.Client.State);
        Assert.Equal(SocketState.Open, pair.Server.State);

        // The other direction was used by nobody, and both gates are open.
        await pair.Server.SendAsync(new byte[3]);
        Assert.Equal(3, (await pair.Client.ReceiveExactlyAsync(3)).Length);
        return sender.CutShort;
    }

    private static int? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>Cancels at once, soon, or never.</summary>
    private static CancellationTokenSource Impatience(Random random)
    {
        var source = new CancellationTokenSource();
        switch (random.Next(4))
        {
            case 0:
                source.CancelSoon();
                break;
            case 1:
                source.CancelAfter(TimeSpan.FromMilliseconds(random.Next(3)));
                break;
        }

        return source;
    }

    private static TimeSpan Limit(Random random) => random.Next(3) == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 4)) : Timeout.InfiniteTimeSpan;

    private sealed class Sender(Socket socket, TestFile file, Random random)
    {
        public int Accepted { get; private set; }

        public int CutShort { get; private set; }

        public async Task RunAsync()
        {
            for (int i = 0; i < Operations && Accepted < file.Content.Length - MostBytes; i++)
            {
                int length = random.Next(8) == 0 ? random.Next(MostBytes) : random.Next(2_000);
                socket.SendTimeout = Limit(random);
                using CancellationTokenSource impatience = Impatience(random);
                try
                {
                    int sent = await SendAsync(file.Content.AsMemory(Accepted, length), impatience.Token);
                    Accepted += sent;
                    CutShort += sent > 0 && sent < length ? 1 : 0;
                }
                catch (OperationCanceledException)
                {
                    // Nothing was accepted.
                }
                catch (SocketFailureException failure) when (failure.Reason == SocketFailureReason.TimedOut)
                {
                    // Likewise.
                }
            }

            socket.SendTimeout = Timeout.InfiniteTimeSpan;
            await socket.ShutdownSendAsync();
        }

        private async Task<int> SendAsync(ReadOnlyMemory<byte> part, CancellationToken cancellationToken)
        {
            int sent;
            switch (random.Next(9))
            {
                case 0:
                    return socket.TrySend(part.Span, out sent) ? sent : 0;
                case 1:
                    return socket.TrySend(Cut(part), out sent) ? sent : 0;
                case 2:
                    return socket.Send(part.Span);
                case 3:
                    return socket.Send(Cut(part));
                case 4:
                    return await socket.SendAsync(Cut(part), cancellationToken);
                case 5:
                    return (int)await socket.SendAsync(Segment.Sequence(Cut(part)), cancellationToken);
                case 6:
                    return (int)(await socket.SendFileAsync(file.Handle, Accepted, part.Length, cancellationToken: cancellationToken)).BytesSent;
                case 7:
                    return (int)socket.SendFile(file.Handle, Accepted, part.Length).BytesSent;
                default:
                    return await socket.SendAsync(part, cancellationToken);
            }
        }

        private ReadOnlyMemory<byte>[] Cut(ReadOnlyMemory<byte> part)
        {
            var pieces = new ReadOnlyMemory<byte>[random.Next(1, 100)];
            for (int i = 0; i < pieces.Length; i++)
            {
                int length = i == pieces.Length - 1 ? part.Length : random.Next(Math.Min(part.Length, 1_000) + 1);
                pieces[i] = part[..length];
                part = part[length..];
            }

            return pieces;
        }
    }

    private sealed class Receiver(Socket socket, Random random)
    {
        private readonly ArrayBufferWriter<byte> _received = new();
        private bool _isOver;

        public async Task<byte[]> RunAsync()
        {
            while (!_isOver)
            {
                socket.ReceiveTimeout = Limit(random);
                using CancellationTokenSource impatience = Impatience(random);
                byte[] buffer = new byte[random.Next(1, 20_000)];
                try
                {
                    if (await ReceiveAsync(buffer, impatience.Token) is { } result)
                    {
                        _received.Write(buffer.AsSpan(0, result.Count));
                        _isOver = result.IsEnd;
                    }
                }
                catch (OperationCanceledException)
                {
                    // Nothing was taken.
                }
                catch (SocketFailureException failure) when (failure.Reason == SocketFailureReason.TimedOut)
                {
                    // Likewise.
                }
            }

            return _received.WrittenSpan.ToArray();
        }

        private async Task<SocketReceiveResult?> ReceiveAsync(byte[] buffer, CancellationToken cancellationToken)
        {
            SocketReceiveResult result;
            switch (random.Next(7))
            {
                case 0:
                    return socket.TryReceive(buffer, out result) ? result : null;
                case 1:
                    return socket.TryReceive(Cut(buffer), out result) ? result : null;
                case 2:
                    return socket.Receive(buffer);
                case 3:
                    return socket.Receive(Cut(buffer));
                case 4:
                    return await socket.ReceiveAsync(Cut(buffer), cancellationToken);
                case 5:
                    return ReceiveByPoll(buffer);
                default:
                    return await socket.ReceiveAsync(buffer, cancellationToken);
            }
        }

        private SocketReceiveResult? ReceiveByPoll(byte[] buffer)
        {
            using var poll = new SocketPoll();
            poll.Add(socket, SocketEvents.Readable, mode: (SocketPollMode)random.Next(3));
            try
            {
                return poll.Wait(new SocketPollEvent[1], TimeSpan.FromMilliseconds(random.Next(3))) > 0 && socket.TryReceive(buffer, out SocketReceiveResult result) ? result : null;
            }
            finally
            {
                poll.Remove(socket);
            }
        }

        private Memory<byte>[] Cut(Memory<byte> buffer)
        {
            var pieces = new Memory<byte>[random.Next(1, 100)];
            for (int i = 0; i < pieces.Length; i++)
            {
                int length = i == pieces.Length - 1 ? buffer.Length : random.Next(Math.Min(buffer.Length, 500) + 1);
                pieces[i] = buffer[..length];
                buffer = buffer[length..];
            }

            return pieces;
        }
    }
}
