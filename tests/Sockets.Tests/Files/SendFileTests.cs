using System.IO.Pipes;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Sockets.Tests.Files;

public sealed class SendFileTests
{
    private const int Length = 3_000_000;

    [Theory]
    [InlineData("tcp", 1)]
    [InlineData("tcp", 2)]
    [InlineData("unix", 3)]
    [InlineData("reading", 4)]
    [InlineData("reading", 5)]
    public async Task Random_parts_arrive_as_they_are(string kind, int seed)
    {
        var random = new Random(seed);
        using var file = new TestFile(Length, seed);
        using SocketPair pair = SocketPair.Plain(kind);
        List<Range> parts = [];
        for (int i = 0; i < 12; i++)
        {
            int start = random.Next(Length);
            parts.Add(start..random.Next(start, Length + 1));
        }

        Task<byte[]> receiving = pair.Server.ReceiveToEndAsync(random.Next(1, 100_000));
        for (int i = 0; i < parts.Count; i++)
        {
            (int offset, int length) = parts[i].GetOffsetAndLength(Length);
            SocketSendFileResult result = (i % 3) switch
            {
                0 => await pair.Client.SendFileAsync(file.Handle, offset, length).AsTask().WaitAsync(Waiting.HangGuard),
                1 => await Task.Run(() => pair.Client.SendFile(file.Name, offset, length)).WaitAsync(Waiting.HangGuard),
                _ => await pair.Client.SendFileAsync(file.Name, offset, length).AsTask().WaitAsync(Waiting.HangGuard),
            };
            Assert.Equal(new SocketSendFileResult(length, SocketSendFileOutcome.Complete), result);
        }

        await pair.Client.ShutdownSendAsync();
        byte[] expected = [.. parts.SelectMany(part => file.Content[part])];
        Assert.Equal(SHA256.HashData(expected), SHA256.HashData(await receiving));
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("reading")]
    public async Task Without_a_wait_it_takes_what_there_is_room_for(string kind)
    {
        using var file = new TestFile(Length);
        using SocketPair pair = SocketPair.Plain(kind, bufferSize: 50_000);
        long position = 0;
        long sent;
        while (pair.Client.TrySendFile(file.Handle, position, Length - position, out sent))
        {
            Assert.NotEqual(0, sent);
            position += sent;
            Assert.True(position < Length, "No socket holds so much.");
        }

        Assert.Equal(0, sent);
        Assert.Equal(file.Content[..(int)position], await pair.Server.ReceiveExactlyAsync((int)position));
        Assert.True(pair.Client.TrySendFile(file.Handle, Length, 10, out long beyond));
        Assert.Equal(0, beyond);
    }

    [Theory]
    [InlineData("tcp", 11)]
    [InlineData("tcp", 12)]
    [InlineData("unix", 13)]
    [InlineData("reading", 14)]
    public async Task Cancelled_again_and_again_it_goes_on_from_the_exact_count(string kind, int seed)
    {
        var random = new Random(seed);
        using var file = new TestFile(Length, seed);
        using SocketPair pair = SocketPair.Plain(kind, bufferSize: 20_000);
        long position = 0;
        int cancelled = 0;
        var received = new MemoryStream();
        while (position < Length)
        {
            using var cancellation = new CancellationTokenSource();
            ValueTask<SocketSendFileResult> sending = pair.Client.SendFileAsync(file.Handle, position, cancellationToken: cancellation.Token);
            received.Write(await pair.Server.ReceiveExactlyAsync(Math.Min(random.Next(1, Length / 20), Length - (int)received.Length)));
            await cancellation.CancelAsync();
            try
            {
                SocketSendFileResult result = await sending.AsTask().WaitAsync(Waiting.HangGuard);
                position += result.BytesSent;
                cancelled += result.Outcome == SocketSendFileOutcome.Cancelled ? 1 : 0;
                Assert.Equal(position == Length, result.IsComplete);
            }
            catch (OperationCanceledException)
            {
                // Nothing was accepted.
            }
        }

        await pair.Client.ShutdownSendAsync();
        received.Write(await pair.Server.ReceiveToEndAsync());
        Assert.Equal(SHA256.HashData(file.Content), SHA256.HashData(received.ToArray()));
        Assert.InRange(cancelled, 2, int.MaxValue);
    }

    [Fact]
    public async Task Cancelled_before_anything_was_accepted_it_throws_and_leaves_no_trace()
    {
        using var file = new TestFile(1_000);
        using SocketPair pair = SocketPair.Plain("tcp");
        long filled = pair.Client.Fill();

        // The system may find a little more room while it moves what it has.
        OperationCanceledException? cancelled = null;
        while (cancelled is null)
        {
            using var cancellation = new CancellationTokenSource();
            ValueTask<SocketSendFileResult> sending = pair.Client.SendFileAsync(file.Handle, cancellationToken: cancellation.Token);
            await cancellation.CancelAsync();
            try
            {
                filled += (await sending.AsTask().WaitAsync(Waiting.HangGuard)).BytesSent;
            }
            catch (OperationCanceledException exception)
            {
                cancelled = exception;
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pair.Client.SendFileAsync(file.Handle, cancellationToken: new CancellationToken(true)).AsTask());
        pair.Client.ShutdownSend();
        Assert.Equal(filled, (await pair.Server.ReceiveToEndAsync()).Length);
    }

    [Fact]
    public async Task Cancelled_from_its_progress_it_stops_although_the_peer_reads()
    {
        using var file = new TestFile(0);
        RandomAccess.SetLength(file.Handle, 1L << 34);
        using SocketPair pair = SocketPair.Plain("tcp");
        using var cancellation = new CancellationTokenSource();
        Task<long> receiving = CountAsync(pair.Server);
        var progress = new Progress(sent =>
        {
            if (sent > 40_000_000)
                cancellation.Cancel();
        });
        SocketSendFileResult result = await pair.Client.SendFileAsync(file.Name, progress: progress, cancellationToken: cancellation.Token).AsTask().WaitAsync(Waiting.HangGuard);
        Assert.Equal(new SocketSendFileResult(progress.Last, SocketSendFileOutcome.Cancelled), result);
        Assert.InRange(result.BytesSent, 40_000_001, 60_000_000);
        pair.Client.ShutdownSend();
        Assert.Equal(result.BytesSent, await receiving);
    }

    [Fact]
    public async Task A_peer_that_takes_nothing_runs_into_the_time_limit()
    {
        var time = new Sockets.Testing.VirtualTimeProvider();
        using var file = new TestFile(Length);
        using SocketPair pair = SocketPair.Plain("tcp", time, bufferSize: 20_000);
        pair.Client.SendTimeout = TimeSpan.FromSeconds(10);
        ValueTask<SocketSendFileResult> sending = pair.Client.SendFileAsync(file.Handle);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(sending.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        SocketSendFileResult result = await sending.AsTask().WaitAsync(Waiting.HangGuard);
        Assert.Equal(SocketSendFileOutcome.TimedOut, result.Outcome);

        // The system's buffers may find a little more room before they are full for good.
        long accepted = result.BytesSent;
        SocketSendFileException? exception = null;
        while (exception is null)
        {
            Task<SocketSendFileResult> again = pair.Client.SendFileAsync(file.Handle, accepted).AsTask();
            time.Advance(TimeSpan.FromSeconds(11));
            try
            {
                accepted += (await again.WaitAsync(Waiting.HangGuard)).BytesSent;
            }
            catch (SocketSendFileException failure)
            {
                exception = failure;
            }
        }

        Assert.Equal((SocketFailureReason.TimedOut, 0), (exception.Reason, exception.BytesSent));

        Task<byte[]> receiving = pair.Server.ReceiveToEndAsync();
        Assert.True((await pair.Client.SendFileAsync(file.Handle, accepted).AsTask().WaitAsync(Waiting.HangGuard)).IsComplete);
        pair.Client.ShutdownSend();
        Assert.Equal(SHA256.HashData(file.Content), SHA256.HashData(await receiving));
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("reading")]
    public void Blocking_it_runs_into_the_time_limit_too(string kind)
    {
        using var file = new TestFile(Length);
        using SocketPair pair = SocketPair.Plain(kind, bufferSize: 20_000);
        pair.Client.SendTimeout = TimeSpan.FromMilliseconds(20);
        SocketSendFileResult result = pair.Client.SendFile(file.Handle);
        Assert.Equal(SocketSendFileOutcome.TimedOut, result.Outcome);
        Assert.InRange(result.BytesSent, 1, Length - 1);

        // The system may find a little more room while it moves what it has.
        SocketSendFileException? failure = null;
        for (long position = result.BytesSent; failure is null;)
        {
            failure = Record.Exception(() => position += pair.Client.SendFile(file.Handle, position).BytesSent) as SocketSendFileException;
            Assert.InRange(position, 1, Length - 1);
        }

        Assert.Equal((SocketFailureReason.TimedOut, 0), (failure.Reason, failure.BytesSent));
        Assert.Equal(SocketState.Open, pair.Client.State);
    }

    [Theory]
    [InlineData("tcp", false)]
    [InlineData("reading", false)]
    [InlineData("tcp", true)]
    public async Task A_peer_that_resets_mid_file_is_a_reset_with_the_count(string kind, bool isHalfClosed)
    {
        using var file = new TestFile(Length);
        using SocketPair pair = SocketPair.Plain(kind, bufferSize: 20_000);
        if (isHalfClosed)
            pair.Server.ShutdownSend(); // the system then says EPIPE where it would say ECONNRESET
        var progress = new Progress(static _ => { });
        ValueTask<SocketSendFileResult> sending = pair.Client.SendFileAsync(file.Handle, progress: progress);
        await pair.Server.ReceiveExactlyAsync(100_000);
        pair.Server.Abort();
        SocketSendFileException exception = await Assert.ThrowsAsync<SocketSendFileException>(() => sending.AsTask().WaitAsync(Waiting.HangGuard));
        Assert.Equal(SocketFailureReason.ConnectionReset, exception.Reason);
        Assert.Equal(progress.Last, exception.BytesSent);
        Assert.InRange(exception.BytesSent, 100_000, Length - 1);
        Assert.Equal(SocketState.Closed, pair.Client.State);
        Assert.Equal(SocketFailureReason.ConnectionReset, Assert.Throws<SocketSendFileException>(() => pair.Client.SendFile(file.Handle)).Reason);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("reading")]
    public async Task A_file_that_is_cut_while_it_is_sent_is_told(string kind)
    {
        const int Rest = 2_000_001;
        using var file = new TestFile(Length);
        using SocketPair pair = SocketPair.Plain(kind, bufferSize: 20_000);
        ValueTask<SocketSendFileResult> sending = pair.Client.SendFileAsync(file.Handle);
        Assert.False(sending.IsCompleted);
        RandomAccess.SetLength(file.Handle, Rest);
        Task<byte[]> receiving = pair.Server.ReceiveToEndAsync();
        Assert.Equal(new SocketSendFileResult(Rest, SocketSendFileOutcome.FileShrank), await sending.AsTask().WaitAsync(Waiting.HangGuard));
        pair.Client.ShutdownSend();
        Assert.Equal(SHA256.HashData(file.Content.AsSpan(0, Rest)), SHA256.HashData(await receiving));
    }

    [Fact]
    public async Task What_a_file_grows_by_while_it_is_sent_is_not_sent()
    {
        using var file = new TestFile(Length);
        using SocketPair pair = SocketPair.Plain("tcp", bufferSize: 20_000);
        ValueTask<SocketSendFileResult> sending = pair.Client.SendFileAsync(file.Handle);
        Assert.False(sending.IsCompleted);
        RandomAccess.Write(file.Handle, new byte[100_000], Length);
        Task<byte[]> receiving = pair.Server.ReceiveToEndAsync();
        Assert.Equal(new SocketSendFileResult(Length, SocketSendFileOutcome.Complete), await sending.AsTask().WaitAsync(Waiting.HangGuard));
        pair.Client.ShutdownSend();
        Assert.Equal(SHA256.HashData(file.Content), SHA256.HashData(await receiving));
    }

    [Theory]
    [InlineData(0, 0, null, 0, SocketSendFileOutcome.Complete)]
    [InlineData(0, 1, null, 0, SocketSendFileOutcome.FileShrank)]
    [InlineData(0, 0, 1L, 0, SocketSendFileOutcome.FileShrank)]
    [InlineData(100, 100, null, 0, SocketSendFileOutcome.Complete)]
    [InlineData(100, 101, null, 0, SocketSendFileOutcome.FileShrank)]
    [InlineData(100, 101, 0L, 0, SocketSendFileOutcome.Complete)]
    [InlineData(100, 40, 61L, 60, SocketSendFileOutcome.FileShrank)]
    [InlineData(100, 40, 60L, 60, SocketSendFileOutcome.Complete)]
    public async Task The_ends_of_a_file(int fileLength, long offset, long? length, long sent, SocketSendFileOutcome outcome)
    {
        using var file = new TestFile(fileLength);
        foreach (string kind in new[] { "tcp", "reading" })
        {
            using SocketPair pair = SocketPair.Plain(kind);
            Assert.Equal(new SocketSendFileResult(sent, outcome), pair.Client.SendFile(file.Handle, offset, length));
            Assert.Equal(new SocketSendFileResult(sent, outcome), await pair.Client.SendFileAsync(file.Handle, offset, length));
            pair.Client.ShutdownSend();
            Assert.Equal(sent * 2, (await pair.Server.ReceiveToEndAsync()).Length);
        }
    }

    [Fact]
    public async Task More_than_the_kernel_takes_at_a_time_from_beyond_four_gigabytes()
    {
        const long Offset = (5L << 30) - 1;
        const long Count = 300_000_000;
        using var file = new TestFile(0);
        RandomAccess.Write(file.Handle, "begin"u8, Offset);
        RandomAccess.Write(file.Handle, "end"u8, Offset + Count - 3);
        using SocketPair pair = SocketPair.Plain("tcp");
        ValueTask<SocketSendFileResult> sending = pair.Client.SendFileAsync(file.Handle, Offset);
        Assert.Equal("begin"u8.ToArray(), await pair.Server.ReceiveExactlyAsync(5));
        byte[] buffer = new byte[1 << 20];
        long received = 5;
        while (received < Count - 3)
            received += (await pair.Server.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, Count - 3 - received)))).Count;
        Assert.Equal("end"u8.ToArray(), await pair.Server.ReceiveExactlyAsync(3));
        Assert.Equal(new SocketSendFileResult(Count, SocketSendFileOutcome.Complete), await sending);
    }

    [Fact]
    public async Task Misuse_is_refused_before_anything_is_sent()
    {
        using var file = new TestFile(10);
        using (SocketPair datagrams = SocketPair.Plain("udp"))
        {
            Assert.Throws<InvalidOperationException>(() => datagrams.Client.SendFile(file.Handle));
            Assert.Throws<InvalidOperationException>(() => datagrams.Client.TrySendFile(file.Handle, 0, 10, out _));
            await Assert.ThrowsAsync<InvalidOperationException>(() => datagrams.Client.SendFileAsync(file.Handle).AsTask());
            Assert.Equal(SocketState.Open, datagrams.Client.State);
        }

        using SocketPair pair = SocketPair.Plain("tcp");
        using var pipe = new AnonymousPipeServerStream();
        using var pipeFile = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        Assert.Throws<ArgumentException>(() => pair.Client.SendFile(pipeFile, 0, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Client.SendFile(file.Handle, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Client.SendFile(file.Handle, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Client.SendFile(file.Handle, 1, long.MaxValue));
        Assert.Throws<FileNotFoundException>(() => pair.Client.SendFile(file.Name + "-"));
        file.Handle.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pair.Client.SendFile(file.Handle));
        await pair.Client.SendAsync("on"u8.ToArray());
        Assert.Equal("on"u8.ToArray(), await pair.Server.ReceiveExactlyAsync(2));
        pair.Client.ShutdownSend();
        Assert.Throws<InvalidOperationException>(() => pair.Client.SendFile(file.Name));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_leaves_the_socket_as_it_was()
    {
        using var file = new TestFile(10);
        using SafeFileHandle writeOnly = File.OpenHandle(file.Name, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        foreach (string kind in new[] { "tcp", "reading" })
        {
            using SocketPair pair = SocketPair.Plain(kind);
            Assert.Equal(SocketFailureReason.FileUnreadable, Assert.Throws<SocketSendFileException>(() => pair.Client.SendFile(writeOnly)).Reason);
            Assert.Equal(10, pair.Client.SendFile(file.Handle).BytesSent);
            Assert.Equal(file.Content, await pair.Server.ReceiveExactlyAsync(10));
        }
    }

    [Fact]
    public async Task What_progress_throws_comes_out_and_breaks_nothing()
    {
        using var file = new TestFile(Length);
        using SocketPair pair = SocketPair.Plain("tcp");
        var progress = new Progress(static _ => throw new InvalidDataException("mine"));
        await Assert.ThrowsAsync<InvalidDataException>(() => pair.Client.SendFileAsync(file.Handle, progress: progress).AsTask());
        Assert.Throws<InvalidDataException>(() => pair.Client.SendFile(file.Handle, 0, 10, progress));
        Assert.Equal(SocketState.Open, pair.Client.State);
    }

    [Fact]
    public void The_runtime_ignores_the_signal_that_sendfile_raises_on_a_closed_connection()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        const int BrokenPipeSignal = 13;
        string ignored = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..].Trim();
        Assert.NotEqual(0UL, Convert.ToUInt64(ignored, 16) & (1UL << (BrokenPipeSignal - 1)));
    }

    private static async Task<long> CountAsync(Socket socket)
    {
        byte[] buffer = new byte[1 << 20];
        long total = 0;
        while (await socket.ReceiveAsync(buffer).AsTask().WaitAsync(Waiting.HangGuard) is { IsEnd: false } result)
            total += result.Count;
        return total;
    }

    /// <summary>Is told at once, on the sending thread.</summary>
    private sealed class Progress(Action<long> action) : IProgress<long>
    {
        public long Last { get; private set; }

        public void Report(long value)
        {
            Last = value;
            action(value);
        }
    }
}
