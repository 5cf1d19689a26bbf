using System.Net;
using System.Net.Sockets;
using Sockets.Links;
using Sockets.Platform;
using Sockets.Tests.Pooling;

namespace Sockets.Tests.Faults;

/// <summary>Time limits: of any length, ours told from the system's, and the caller's token kept apart from the socket's own.</summary>
public sealed class TimeoutTests
{
    public static TheoryData<TimeSpan> LongTimes => [TimeSpan.FromHours(1), TimeSpan.FromDays(40), TimeSpan.FromDays(400), TimeSpan.MaxValue];

    [Theory]
    [MemberData(nameof(LongTimes))]
    public async Task AnyTimeMayBeALimit(TimeSpan time)
    {
        using SocketPair pair = SocketPair.Plain("tcp");
        pair.Client.ReceiveTimeout = time;
        pair.Client.SendTimeout = time;
        byte[] buffer = new byte[4];
        Task<SocketReceiveResult> blocked = Task.Run(() => pair.Client.Receive(buffer));
        await pair.Server.SendAsync("a"u8.ToArray());
        Assert.Equal(1, (await blocked.WaitAsync(Waiting.HangGuard)).Count);
        Task<SocketReceiveResult> waiting = pair.Client.ReceiveAsync(buffer).AsTask();
        await pair.Server.SendAsync("b"u8.ToArray());
        Assert.Equal(1, (await waiting.WaitAsync(Waiting.HangGuard)).Count);
        Assert.Equal(4, await pair.Client.SendAsync(buffer));
        Assert.Equal(4, pair.Client.Send(buffer));
    }

    [Theory]
    [MemberData(nameof(LongTimes))]
    public async Task AnyTimeMayBeALimitOfAQueuedOperation(TimeSpan time)
    {
        using SocketPair pair = SocketPair.Plain("tcp");
        await using var client = new SocketAsync(pair.Client);
        Task<SocketReceiveResult> receiving = client.ReceiveAsync(new byte[4], time).AsTask();
        Assert.Equal(4, await client.SendAsync(new byte[4], time));
        await pair.Server.SendAsync("a"u8.ToArray());
        Assert.Equal(1, (await receiving.WaitAsync(Waiting.HangGuard)).Count);
    }

    [Fact]
    public async Task ATimerThatFiresBeforeItsTimeIsSetAgain()
    {
        var clock = new HastyClock();
        using SocketPair pair = SocketPair.Plain("tcp");
        await using var client = new SocketAsync(pair.Client, new SocketAsyncOptions { TimeProvider = clock });
        Task<SocketReceiveResult> receiving = client.ReceiveAsync(new byte[1], TimeSpan.FromSeconds(1)).AsTask();
        Assert.Equal(2, clock.Started); // by the operation, and by the callback that came too early
        Assert.False(receiving.IsCompleted);
        clock.Pass(TimeSpan.FromSeconds(1));
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => receiving.WaitAsync(Waiting.HangGuard));
        Assert.Equal(SocketFailureReason.TimedOut, failure.Reason);
        Assert.Equal(SocketState.Open, pair.Client.State);
    }

    [Theory]
    [MemberData(nameof(LongTimes))]
    public void AnyTimeMayBeWaitedFor(TimeSpan time)
    {
        using SocketPair pair = SocketPair.Plain("tcp");
        pair.Server.Send(new byte[1]);
        SystemSocket socket = pair.Client.Link.Underlying!;
        Assert.True(SystemSocketWait.Wait(socket, LinkWants.Read, time));
        Assert.True(SystemSocketWait.Wait(socket, LinkWants.Read | LinkWants.Write, time));
        Assert.True(SystemSocketWait.Wait(socket, LinkWants.Write, time));
    }

    [Fact]
    public async Task ACancellationCarriesTheCallersToken()
    {
        using SocketPair pair = SocketPair.Plain("unix", bufferSize: 20_000); // which is full until somebody receives
        pair.Client.ReceiveTimeout = TimeSpan.FromHours(1);
        pair.Client.SendTimeout = TimeSpan.FromHours(1);
        using var receives = new CancellationTokenSource();
        Task<SocketReceiveResult> receiving = pair.Client.ReceiveAsync(new byte[4], receives.Token).AsTask();
        await receives.CancelAsync();
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving.WaitAsync(Waiting.HangGuard));
        Assert.Equal(receives.Token, cancelled.CancellationToken);
        Assert.True(receiving.IsCanceled);

        pair.Client.Fill();
        using var sends = new CancellationTokenSource();
        Task<int> sending;
        do
        {
            // The system may find a little more room while it moves what it has.
            sending = pair.Client.SendAsync(new byte[4], sends.Token).AsTask();
        }
        while (sending.IsCompleted);
        await sends.CancelAsync();
        cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(Waiting.HangGuard));
        Assert.Equal(sends.Token, cancelled.CancellationToken);
    }

    [Fact]
    public void ATimeoutOfTheSystemEndsAConnection()
    {
        // Keep-alive and the user timeout: the connection is gone, other than after a limit of ours.
        var link = new FakeLink(new IPEndPoint(IPAddress.Loopback, 1));
        using var socket = new Socket(link, SocketTransport.Stream, TimeProvider.System);
        link.Failure = SocketFailureException.From(SocketError.TimedOut, "Receiving");
        Assert.Equal(SocketFailureReason.TimedOut, Assert.Throws<SocketFailureException>(() => socket.TryReceive(new byte[1], out _)).Reason);
        Assert.Equal(SocketState.Closed, socket.State);
        link.Failure = null;
        Assert.Equal(SocketFailureReason.TimedOut, Assert.Throws<SocketFailureException>(() => socket.TrySend(new byte[1], out _)).Reason);
    }

    [Fact]
    public async Task APeerThatTakesNothingForTooLongIsGivenUpByTheUserTimeout()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The user timeout is Linux's.");
        using SocketPair pair = SocketPair.Plain("tcp", bufferSize: 20_000);
        Assert.Equal(SocketSettingResult.Applied, pair.Client.Set(SocketSettings.UserTimeout, TimeSpan.FromMilliseconds(200)));
        pair.Client.Fill();

        // A half-open peer as far as this end can see: neither data, nor room, nor an end.
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(
            () => pair.Client.ReceiveAsync(new byte[1]).AsTask().WaitAsync(Waiting.HangGuard));
        Assert.Equal(SocketFailureReason.TimedOut, failure.Reason);
        Assert.Equal(SocketError.TimedOut, failure.SocketError);
        Assert.Equal(SocketState.Closed, pair.Client.State);
        Assert.Equal(SocketFailureReason.TimedOut, Assert.Throws<SocketFailureException>(() => pair.Client.TrySend(new byte[1], out _)).Reason);
    }

    [Fact]
    public async Task ALimitThatPassesInTheMomentOfSuccessHarmsNoLaterOperation()
    {
        var time = new Sockets.Testing.VirtualTimeProvider();
        using SocketPair pair = SocketPair.Plain("tcp", time);
        pair.Client.ReceiveTimeout = TimeSpan.FromSeconds(1);
        byte[] buffer = new byte[1];
        for (int i = 0; i < 300; i++)
        {
            Task<SocketReceiveResult> receiving = pair.Client.ReceiveAsync(buffer).AsTask();
            Task passing = Task.Run(() => time.Advance(TimeSpan.FromSeconds(1)));
            await pair.Server.SendAsync(buffer);
            await passing;
            try
            {
                await receiving.WaitAsync(Waiting.HangGuard);
            }
            catch (SocketFailureException failure)
            {
                Assert.Equal(SocketFailureReason.TimedOut, failure.Reason);
                Assert.Equal(1, (await pair.Client.ReceiveAsync(buffer).AsTask().WaitAsync(Waiting.HangGuard)).Count);
            }
        }
    }

    /// <summary>A clock whose one timer fires as soon as it is started, before whoever starts it goes on, and then when it is told to.</summary>
    private sealed class HastyClock : TimeProvider, ITimer
    {
        private TimerCallback? _callback;
        private object? _state;
        private long _now = TimeSpan.TicksPerDay;

        public int Started { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_callback, _state) = (callback, state);
            Change(dueTime, period);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != Timeout.InfiniteTimeSpan && Started++ == 0)
                _callback!(_state);
            return true;
        }

        public void Pass(TimeSpan time)
        {
            _now += time.Ticks;
            _callback!(_state);
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
