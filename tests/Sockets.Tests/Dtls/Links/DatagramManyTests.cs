using Sockets.Platform;

namespace Sockets.Tests;

/// <summary>Many datagrams with one call: the same over plain UDP, over DTLS, and over DTLS without anything in the background.</summary>
public class DatagramManyTests
{
    /// <summary>Runs of one size with a shorter last one, single ones, empty ones.</summary>
    private static readonly int[] Mixed = [700, 700, 700, 33, 1, 1, 1, 0, 0, 1000, 999, 1000, 1000, 5, 0];

    public static TheoryData<DatagramKind, DatagramFace> All => DatagramScenarioTests.All;

    public static TheoryData<DatagramKind> Kinds => new(Enum.GetValues<DatagramKind>());

    [Theory]
    [MemberData(nameof(All))]
    public async Task All_of_them_arrive_in_order_as_they_were_sent(DatagramKind kind, DatagramFace face)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        foreach ((Socket from, Socket to) in new[] { (pair.Client, pair.Server), (pair.Server, pair.Client) })
        {
            for (int round = 0; round < 5; round++)
            {
                byte[] data = Fill(Mixed, round);
                Assert.Equal(Mixed.Length, await SendAsync(from, face, data, Mixed));
                await AssertArrivesAsync(to, face, data, Mixed, room: 4000, results: 4);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Many_and_single_calls_take_turns(DatagramKind kind)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        int[] lengths = [.. Enumerable.Repeat(100, 20)];
        for (int round = 0; round < 3; round++)
        {
            byte[] data = Fill(lengths, round);
            Assert.Equal(20, pair.Client.SendDatagrams(data, lengths));
            await AssertArrivesAsync(pair.Server, DatagramFace.Blocking, data.AsMemory(0, 300), lengths.AsMemory(0, 3), 1000, 3);
            for (int i = 3; i < 6; i++)
                Assert.Equal(data.AsSpan(i * 100, 100).ToArray(), await pair.Server.ReceiveAsync(DatagramFace.Try));
            for (int i = 6; i < 9; i++)
                Assert.Equal(data.AsSpan(i * 100, 100).ToArray(), await pair.Server.ReceiveAsync(DatagramFace.Async));
            byte[][] halves = [new byte[60], new byte[60]];
            pair.Server.ReceiveTimeout = Waiting.HangGuard;
            Assert.Equal(100, pair.Server.Receive([halves[0], halves[1]]).Count);
            Assert.Equal(data.AsSpan(900, 100), [.. halves[0], .. halves[1].AsSpan(0, 40)]);
            await AssertArrivesAsync(pair.Server, DatagramFace.Async, data.AsMemory(1000), lengths.AsMemory(10), 250, 20);
        }
    }

    [Fact]
    public async Task What_one_peers_receive_leaves_over_reaches_another_who_waits()
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(DatagramKind.DtlsPolled);
        Task<Socket> accepting = Task.Run(pair.Listener.Accept);
        using Socket otherClient = await Socket.ConnectAsync(pair.Listener.LocalEndPoint, pair.ClientOptions(DatagramKind.DtlsPolled), CancellationToken.None);
        using Socket other = await accepting.WaitAsync(Waiting.HangGuard);
        pair.Server.ReceiveTimeout = Waiting.HangGuard;
        int[] lengths = [10, 20, 30, 40];
        byte[] data = Fill(lengths, 1);
        byte[] buffer = new byte[100];
        for (int round = 0; round < 100; round++)
        {
            // One receive of the system brings all of it, and the first call takes the first of them.
            Task<SocketReceiveResult> waiting = other.ReceiveAsync(buffer).AsTask();
            Assert.Equal(4, pair.Client.SendDatagrams(data, lengths));
            otherClient.Send([7]);
            await AssertArrivesAsync(pair.Server, DatagramFace.Blocking, data.AsMemory(0, 10), lengths.AsMemory(0, 1), room: 100, results: 1);
            Assert.Equal(1, (await waiting.WaitAsync(Waiting.HangGuard)).Count);
            await AssertArrivesAsync(pair.Server, DatagramFace.Blocking, data.AsMemory(10), lengths.AsMemory(1), room: 100, results: 4);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Only_the_first_is_cut_and_what_does_not_fit_waits(DatagramKind kind)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        int[] lengths = [300, 300, 300, 200];
        byte[] data = Fill(lengths, 1);
        pair.Client.SendDatagrams(data, lengths);
        pair.Server.ReceiveTimeout = Waiting.HangGuard;
        byte[] buffer = new byte[500];
        var results = new SocketReceiveResult[10];
        Assert.Equal(1, pair.Server.ReceiveDatagrams(buffer.AsSpan(0, 100), results));
        Assert.Equal(new SocketReceiveResult(100, IsEnd: false, IsTruncated: true), results[0]);
        Assert.Equal(data.AsSpan(0, 100), buffer.AsSpan(0, 100));
        await AssertArrivesAsync(pair.Server, DatagramFace.Blocking, data.AsMemory(300), lengths.AsMemory(1), room: 500, results: 10);
        Assert.False(pair.Server.TryReceiveDatagrams(buffer, results, out int count));
        Assert.Equal(0, count);
    }

    [Theory]
    [InlineData(DatagramKind.Dtls)]
    [InlineData(DatagramKind.DtlsPolled)]
    public async Task The_end_comes_alone_behind_what_was_sent_before(DatagramKind kind)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        int[] lengths = [10, 10, 4];
        byte[] data = Fill(lengths, 1);
        pair.Client.SendDatagrams(data, lengths);
        pair.Client.Dispose();
        await AssertArrivesAsync(pair.Server, DatagramFace.Blocking, data, lengths, 100, 10);
        var results = new SocketReceiveResult[4];
        Assert.Equal(1, pair.Server.ReceiveDatagrams(new byte[100], results));
        Assert.Equal(new SocketReceiveResult(0, IsEnd: true), results[0]);
        Assert.Equal(1, await pair.Server.ReceiveDatagramsAsync(new byte[100], results));
        Assert.True(results[0].IsEnd);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_that_is_too_long_is_refused_with_all_of_them(DatagramKind kind)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        int[] lengths = [10, pair.Client.MaxDatagramLength + 1, 10];
        SocketFailureException failure = Assert.Throws<SocketFailureException>(() => pair.Client.SendDatagrams(new byte[lengths.Sum()], lengths));
        Assert.Equal(SocketFailureReason.MessageTooLarge, failure.Reason);
        await pair.Client.SendAsync(DatagramFace.Blocking, [7]);
        Assert.Equal([7], await pair.Server.ReceiveAsync(DatagramFace.Blocking)); // nothing of it was sent, and it goes on
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Wrong_calls_are_told(DatagramKind kind)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        Assert.Throws<ArgumentException>(() => pair.Client.SendDatagrams(new byte[10], [4, 5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Client.SendDatagrams(new byte[10], [-1, 11]));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Client.TryReceiveDatagrams(new byte[10], [], out _));
        Assert.True(pair.Client.TrySendDatagrams([], [], out int sent));
        Assert.Equal(0, sent);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pair.Client.ReceiveDatagramsAsync(new byte[10], new SocketReceiveResult[1], new CancellationToken(true)).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pair.Client.SendDatagramsAsync(new byte[10], new[] { 10 }, new CancellationToken(true)).AsTask());
        pair.Client.Dispose();
        foreach (Action call in (Action[])[() => pair.Client.SendDatagrams(new byte[1], [1]), () => pair.Client.ReceiveDatagrams(new byte[1], new SocketReceiveResult[1])])
            Assert.Equal(SocketFailureReason.Closed, Assert.Throws<SocketFailureException>(call).Reason);
    }

    [Fact]
    public void A_stream_has_none()
    {
        using SocketPair pair = SocketPair.Plain("tcp");
        Assert.Throws<InvalidOperationException>(() => pair.Client.SendDatagrams(new byte[1], [1]));
        Assert.Throws<InvalidOperationException>(() => pair.Client.ReceiveDatagrams(new byte[1], new SocketReceiveResult[1]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Nobody_sending_is_a_timeout_and_the_socket_goes_on(DatagramKind kind)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        pair.Server.ReceiveTimeout = TimeSpan.FromMilliseconds(20);
        Assert.Equal(SocketFailureReason.TimedOut, Assert.Throws<SocketFailureException>(() => pair.Server.ReceiveDatagrams(new byte[10], new SocketReceiveResult[1])).Reason);
        pair.Server.ReceiveTimeout = Waiting.HangGuard;
        pair.Client.SendDatagrams(new byte[3], [1, 2]);
        await AssertArrivesAsync(pair.Server, DatagramFace.Async, new byte[3], new[] { 1, 2 }, 10, 2);
    }

    /// <summary>What the system can do with many at once is an advantage and never a condition.</summary>
    [Theory]
    [InlineData("Segmentation", 22, DatagramKind.Dtls)]
    [InlineData("Segmentation", 5, DatagramKind.DtlsPolled)]
    [InlineData("SendBatches", 38, DatagramKind.Dtls)]
    [InlineData("ReceiveBatches", 38, DatagramKind.DtlsPolled)]
    [InlineData("Coalescing", 92, DatagramKind.Dtls)]
    [InlineData("Coalescing", 92, DatagramKind.DtlsPolled)]
    public async Task Dtls_works_whatever_the_system_refuses(string refused, int error, DatagramKind kind)
    {
        int refusals = 0;
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind, feature =>
        {
            if (feature.ToString() != refused)
                return 0;
            Interlocked.Increment(ref refusals);
            return error;
        });
        byte[] data = Fill(Mixed, 1);
        foreach (DatagramFace face in Enum.GetValues<DatagramFace>())
        {
            Assert.Equal(Mixed.Length, await SendAsync(pair.Client, face, data, Mixed));
            await AssertArrivesAsync(pair.Server, face, data, Mixed, 4000, 10);
        }

        if (OperatingSystem.IsLinux())
            Assert.InRange(refusals, 1, 2); // once a socket
    }

    /// <summary>The system's buffer is full for a while, in the middle of what is sent: nothing is lost, nothing comes twice.</summary>
    [Theory]
    [InlineData(DatagramKind.Dtls, 11)]
    [InlineData(DatagramKind.Dtls, 105)]
    [InlineData(DatagramKind.DtlsPolled, 11)]
    [InlineData(DatagramKind.DtlsPolled, 105)]
    public async Task Without_room_it_says_how_far_it_came_and_goes_on_later(DatagramKind kind, int error)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere there are no runs to refuse.");
        int isFull = 0;
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind, feature => feature == DatagramFeatures.Segmentation && isFull > 0 && isFull-- > 0 ? error : 0);

        // One that goes alone, then runs, which find no room.
        int[] lengths = [50, 900, 900, 900, 10];
        byte[] data = Fill(lengths, 1);
        isFull = 2;
        Assert.True(pair.Client.TrySendDatagrams(data.AsSpan(0, 50), lengths.AsSpan(0, 1), out int sent));
        Assert.Equal(1, sent);
        Assert.False(pair.Client.TrySendDatagrams(data.AsSpan(50), lengths.AsSpan(1), out sent));
        Assert.Equal(0, sent);
        Assert.False(pair.Client.TrySendDatagrams(data.AsSpan(50), lengths.AsSpan(1), out sent));
        Assert.True(pair.Client.TrySendDatagrams(data.AsSpan(50), lengths.AsSpan(1), out sent));
        Assert.Equal(4, sent);
        await AssertArrivesAsync(pair.Server, DatagramFace.Blocking, data, lengths, 4000, 10);

        // More than one run: what had room went, and the rest goes when there is some.
        lengths = [.. Enumerable.Repeat(500, 300), 3];
        data = Fill(lengths, 2);
        foreach (DatagramFace face in Enum.GetValues<DatagramFace>())
        {
            isFull = 1;
            Task<int> sending = SendAsync(pair.Client, face, data, lengths);
            await AssertArrivesAsync(pair.Server, DatagramFace.Async, data, lengths, 40_000, 64);
            Assert.Equal(lengths.Length, await sending);
            Assert.Equal(0, isFull);
        }

        Assert.False(pair.Server.TryReceiveDatagrams(new byte[10], new SocketReceiveResult[1], out _));
    }

    /// <summary>What handlers answer leaves together, more than once a turn if it must.</summary>
    [Fact]
    public async Task A_handlers_answers_to_many_all_come_back_in_order()
    {
        await using Loopback loopback = Loopback.Start(static (options, _) => options.Handler = new Doubling());
        SocketClientOptions options = new SocketClientOptions().UseDtls(loopback.ClientOptions());
        using Socket client = await Socket.ConnectAsync(loopback.Listener.LocalEndPoint, options).AsTask().WaitAsync(Waiting.HangGuard);
        int[] lengths = [.. Enumerable.Repeat(600, 100)];
        for (int round = 0; round < 5; round++)
        {
            byte[] data = Fill(lengths, round);
            Assert.Equal(100, client.SendDatagrams(data, lengths));
            byte[] twice = [.. Enumerable.Range(0, 200).SelectMany(i => data.AsSpan(i / 2 * 600, 600).ToArray())];
            await AssertArrivesAsync(client, DatagramFace.Blocking, twice, Enumerable.Repeat(600, 200).ToArray(), 60_000, 64);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_turn_is_bounded_however_much_waits(bool isManySmall)
    {
        // Nothing asynchronous: that would go on by itself.
        await using DatagramPair pair = await DatagramPair.OpenAsync(DatagramKind.DtlsPolled, isServerBlocking: true);
        int[] lengths = [.. Enumerable.Repeat(isManySmall ? 1 : 1000, 64)];
        byte[] data = Fill(lengths, 1);
        int sent = 0;
        for (int i = 0; i < (isManySmall ? 10 : 2); i++)
            sent += pair.Client.SendDatagrams(data, lengths);

        // One receive takes one turn from the system; what it does not give the caller waits in the queue.
        Assert.True(pair.Server.TryReceive(new byte[2000], out _));
        var results = new SocketReceiveResult[1000];
        int taken = 1;
        byte[] buffer = new byte[1_000_000];
        if (pair.Server.TryReceiveDatagrams(buffer, results, out int count))
            taken += count;
        Assert.InRange(taken, 2, 128); // at most one piece more than a turn's 64
        while (taken < sent && pair.Server.TryReceiveDatagrams(buffer, results, out count))
            taken += count;
        Assert.Equal(sent, taken);
    }

    /// <summary>What came with one call of the system and was not taken shows nowhere but here: the poll must know.</summary>
    [Theory]
    [InlineData(DatagramKind.DtlsPolled, SocketPollMode.Level, 7, false)]
    [InlineData(DatagramKind.DtlsPolled, SocketPollMode.Edge, 7, false)]
    [InlineData(DatagramKind.DtlsPolled, SocketPollMode.Level, 64, false)]
    [InlineData(DatagramKind.DtlsPolled, SocketPollMode.Edge, 100, false)]
    [InlineData(DatagramKind.Plain, SocketPollMode.Level, 7, false)]
    [InlineData(DatagramKind.Plain, SocketPollMode.Edge, 100, false)]
    [InlineData(DatagramKind.Plain, SocketPollMode.Level, 7, true)]
    [InlineData(DatagramKind.Plain, SocketPollMode.Edge, 7, true)]
    public async Task A_poll_sees_what_is_left_over(DatagramKind kind, SocketPollMode mode, int room, bool isAskedBefore)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        using var poll = new SocketPoll();
        foreach ((Socket from, Socket to) in new[] { (pair.Client, pair.Server), (pair.Server, pair.Client) })
        {
            // Several pieces of 64 wait together, and nothing comes later that would wake anybody. A plain socket gets its first
            // ones one by one, of which the system's buffer holds less.
            int[] lengths = [.. Enumerable.Repeat(2, 64)];
            int pieces = kind == DatagramKind.Plain ? 3 : 8;
            if (isAskedBefore)
                Assert.False(to.TryReceiveDatagrams(new byte[200], new SocketReceiveResult[1], out _)); // from now on in pieces
            for (int i = 0; i < pieces; i++)
                Assert.Equal(64, from.SendDatagrams(new byte[128], lengths));
            if (kind == DatagramKind.DtlsPolled && to == pair.Server)
                poll.Add(pair.Listener);
            poll.Add(to, SocketEvents.Readable, null, mode);
            var events = new SocketPollEvent[4];
            var results = new SocketReceiveResult[room];
            int received = 0;
            while (received < pieces * 64)
            {
                Assert.NotEqual(0, poll.Wait(events, Waiting.HangGuard));
                while (to.TryReceiveDatagrams(new byte[200], results, out int count))
                {
                    received += count;
                    if (mode == SocketPollMode.Level)
                        break;
                }
            }

            poll.Remove(to);
        }
    }

    /// <summary>The newcomer's first datagram came with the same call as a busy peer's many.</summary>
    [Fact]
    public async Task One_who_takes_little_holds_up_no_other()
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(DatagramKind.DtlsPolled, isServerBlocking: true);
        int[] lengths = [.. Enumerable.Repeat(2, 64)];
        for (int i = 0; i < 4; i++)
            pair.Client.SendDatagrams(new byte[128], lengths);
        Task<Socket> connecting = Socket.ConnectAsync(pair.Listener.LocalEndPoint, pair.ClientOptions(DatagramKind.DtlsPolled)).AsTask();
        Assert.True(pair.Server.TryReceiveDatagrams(new byte[2], new SocketReceiveResult[1], out _));
        using Socket accepted = await Task.Run(pair.Listener.Accept).WaitAsync(Waiting.HangGuard);
        using Socket newcomer = await connecting.WaitAsync(Waiting.HangGuard);
    }

    private sealed class Doubling : IDtlsHandler
    {
        public void OnDatagram(DtlsChannel channel, ReadOnlySpan<byte> datagram)
        {
            channel.TrySend(datagram);
            channel.TrySend(datagram);
        }
    }

    private static byte[] Fill(ReadOnlySpan<int> lengths, int seed)
    {
        int total = 0;
        foreach (int length in lengths)
            total += length;
        byte[] data = new byte[total];
        new Random(seed).NextBytes(data);
        return data;
    }

    private static async Task<int> SendAsync(Socket socket, DatagramFace face, byte[] data, int[] lengths)
    {
        socket.SendTimeout = Waiting.HangGuard;
        if (face == DatagramFace.Async)
            return await socket.SendDatagramsAsync(data, lengths);
        if (face == DatagramFace.Blocking)
            return socket.SendDatagrams(data, lengths);
        int done = 0;
        while (done < lengths.Length)
        {
            if (socket.TrySendDatagrams(data.AsSpan(lengths.Take(done).Sum()), lengths.AsSpan(done), out int sent))
                done += sent;
        }

        return done;
    }

    private static async Task AssertArrivesAsync(Socket socket, DatagramFace face, ReadOnlyMemory<byte> data, ReadOnlyMemory<int> lengths, int room, int results)
    {
        using var guard = new CancellationTokenSource(Waiting.HangGuard);
        socket.ReceiveTimeout = Waiting.HangGuard;
        byte[] buffer = new byte[room];
        var received = new SocketReceiveResult[results];
        int next = 0;
        while (next < lengths.Length)
        {
            int count = 0;
            Memory<SocketReceiveResult> wanted = received.AsMemory(0, Math.Min(results, lengths.Length - next)); // more may be there
            if (face == DatagramFace.Async)
                count = await socket.ReceiveDatagramsAsync(buffer, wanted, guard.Token);
            else if (face == DatagramFace.Blocking)
                count = socket.ReceiveDatagrams(buffer, wanted.Span);
            else if (!socket.TryReceiveDatagrams(buffer, wanted.Span, out count))
                await Task.Yield();
            guard.Token.ThrowIfCancellationRequested();
            ReadOnlyMemory<byte> rest = buffer;
            for (int i = 0; i < count; i++)
            {
                int length = lengths.Span[next++];
                Assert.Equal(new SocketReceiveResult(length), received[i]);
                Assert.Equal(data.Span[..length], rest.Span[..length]);
                data = data[length..];
                rest = rest[length..];
            }
        }
    }
}
