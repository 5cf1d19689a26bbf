namespace Sockets.Tests;

/// <summary>
/// One program of datagrams, run over plain UDP, over DTLS and over DTLS without anything in the background, by each kind of
/// calls: it sees no difference.
/// </summary>
public class DatagramScenarioTests
{
    public static TheoryData<DatagramKind, DatagramFace> All
    {
        get
        {
            var data = new TheoryData<DatagramKind, DatagramFace>();
            foreach (DatagramKind kind in Enum.GetValues<DatagramKind>())
            {
                foreach (DatagramFace face in Enum.GetValues<DatagramFace>())
                    data.Add(kind, face);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Datagrams_go_there_and_back_and_keep_their_boundaries(DatagramKind kind, DatagramFace face)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        for (int i = 1; i <= 20; i++)
        {
            byte[] question = new byte[i * 50];
            Random.Shared.NextBytes(question);
            await pair.Client.SendAsync(face, question);
            Assert.Equal(question, await pair.Server.ReceiveAsync(face));
            Array.Reverse(question);
            await pair.Server.SendAsync(face, question);
            Assert.Equal(question, await pair.Client.ReceiveAsync(face));
        }

        await pair.Client.SendAsync(face, [1]);
        await pair.Client.SendAsync(face, [2, 3]);
        await pair.Client.SendAsync(face, [4, 5, 6]);
        Assert.Equal([1], await pair.Server.ReceiveAsync(face));
        Assert.Equal([2, 3], await pair.Server.ReceiveAsync(face));
        Assert.Equal([4, 5, 6], await pair.Server.ReceiveAsync(face));
        Assert.Equal(SocketState.Open, pair.Client.State);
        Assert.Equal(pair.Client.LocalEndPoint, pair.Server.RemoteEndPoint);
        Assert.Equal(pair.Client.RemoteEndPoint, pair.Server.LocalEndPoint);
        Assert.Equal(kind == DatagramKind.Plain ? null : "DTLS 1.3", pair.Server.Security?.Protocol);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task An_empty_datagram_is_a_datagram_and_no_end(DatagramKind kind, DatagramFace face)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        await pair.Client.SendAsync(face, []);
        await pair.Client.SendAsync(face, [9]);
        Assert.Equal(new SocketReceiveResult(0), await pair.Server.ReceiveAsync(face, new byte[10]));
        Assert.Equal([9], await pair.Server.ReceiveAsync(face));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_short_buffer_loses_the_rest_and_says_so(DatagramKind kind, DatagramFace face)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        await pair.Client.SendAsync(face, [1, 2, 3, 4]);
        await pair.Client.SendAsync(face, [5, 6]);
        byte[] buffer = new byte[2];
        Assert.Equal(new SocketReceiveResult(2, IsTruncated: true), await pair.Server.ReceiveAsync(face, buffer));
        Assert.Equal([1, 2], buffer);
        Assert.Equal(new SocketReceiveResult(2), await pair.Server.ReceiveAsync(face, buffer));
        Assert.Equal([5, 6], buffer);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task What_is_too_long_names_the_limit_and_changes_nothing(DatagramKind kind, DatagramFace face)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        int limit = pair.Client.MaxDatagramLength;
        byte[] largest = new byte[kind == DatagramKind.Plain ? 10_000 : limit];
        Random.Shared.NextBytes(largest);
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => pair.Client.SendAsync(face, new byte[limit + 1]));
        Assert.Equal(SocketFailureReason.MessageTooLarge, failure.Reason);
        Assert.Contains($"at most {limit} bytes", failure.Message, StringComparison.Ordinal);
        Assert.Throws<SocketFailureException>(() => pair.Client.TrySend([new byte[limit], new byte[1]], out _));
        await pair.Client.SendAsync(face, largest);
        Assert.Equal(largest, await pair.Server.ReceiveAsync(face));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Several_buffers_are_one_datagram(DatagramKind kind)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        Assert.True(pair.Client.TrySend([new byte[] { 1, 2 }, ReadOnlyMemory<byte>.Empty, new byte[] { 3, 4, 5 }], out int sent));
        Assert.Equal(5, sent);
        Assert.Equal([1, 2, 3, 4, 5], await pair.Server.ReceiveAsync(DatagramFace.Async));

        await pair.Client.SendAsync(DatagramFace.Async, [1, 2, 3, 4, 5]);
        await pair.Client.SendAsync(DatagramFace.Async, [6, 7, 8, 9]);
        byte[] first = new byte[2];
        byte[] second = new byte[2];
        pair.Server.ReceiveTimeout = Waiting.HangGuard;
        Assert.Equal(new SocketReceiveResult(4, IsTruncated: true), pair.Server.Receive([first, second]));
        Assert.Equal([1, 2], first);
        Assert.Equal([3, 4], second);
        byte[] third = new byte[2];
        Assert.Equal(new SocketReceiveResult(4), pair.Server.Receive([first, second, third]));
        Assert.Equal([6, 7], first);
        Assert.Equal([8, 9], second);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_empty_buffer_waits_and_takes_nothing(DatagramKind kind)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        Task<SocketReceiveResult> waiting = pair.Server.ReceiveAsync(Memory<byte>.Empty).AsTask();
        Assert.False(waiting.IsCompleted);
        await pair.Client.SendAsync(DatagramFace.Async, [1, 2]);
        Assert.Equal(new SocketReceiveResult(0), await waiting.WaitAsync(Waiting.HangGuard));
        Assert.Equal(new SocketReceiveResult(0), await pair.Server.ReceiveAsync(Memory<byte>.Empty).AsTask().WaitAsync(Waiting.HangGuard));
        Assert.Equal([1, 2], await pair.Server.ReceiveAsync(DatagramFace.Async));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Time_limits_and_cancellation_end_the_wait_and_nothing_else(DatagramKind kind)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        byte[] buffer = new byte[10];
        Assert.False(pair.Server.TryReceive(buffer, out _));

        pair.Server.ReceiveTimeout = TimeSpan.FromMilliseconds(20);
        Assert.Equal(SocketFailureReason.TimedOut, Assert.Throws<SocketFailureException>(() => pair.Server.Receive(buffer)).Reason);
        Assert.Equal(SocketFailureReason.TimedOut, (await Assert.ThrowsAsync<SocketFailureException>(() => pair.Server.ReceiveAsync(buffer).AsTask())).Reason);

        pair.Server.ReceiveTimeout = Timeout.InfiniteTimeSpan;
        using (var cancellation = new CancellationTokenSource())
        {
            Task<SocketReceiveResult> receiving = pair.Server.ReceiveAsync(buffer, cancellation.Token).AsTask();
            await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Server.ReceiveAsync(buffer).AsTask());
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving.WaitAsync(Waiting.HangGuard));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pair.Server.SendAsync(buffer, cancellation.Token).AsTask());
        }

        await pair.Client.SendAsync(DatagramFace.Async, [1]);
        Assert.Equal([1], await pair.Server.ReceiveAsync(DatagramFace.Blocking));
        await pair.Server.SendAsync(DatagramFace.Async, [2]);
        Assert.Equal([2], await pair.Client.ReceiveAsync(DatagramFace.Async));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Closing_ends_what_waits_and_what_comes_after(DatagramKind kind, DatagramFace face)
    {
        await using DatagramPair pair = await DatagramPair.OpenAsync(kind);
        Task waiting = Assert.ThrowsAsync<SocketFailureException>(() => pair.Client.ReceiveAsync(face, new byte[10]));
        pair.Client.Dispose();
        await waiting.WaitAsync(Waiting.HangGuard);
        Assert.Equal(SocketState.Closed, pair.Client.State);
        Assert.Equal(SocketFailureReason.Closed, (await Assert.ThrowsAsync<SocketFailureException>(() => pair.Client.SendAsync(face, [1]))).Reason);
        Assert.Equal(SocketFailureReason.Closed, (await Assert.ThrowsAsync<SocketFailureException>(() => pair.Client.ReceiveAsync(face))).Reason);
        await pair.Client.DisposeAsync();
    }

    public static TheoryData<DatagramKind> Kinds => [.. Enum.GetValues<DatagramKind>()];
}
