using Sockets.Testing;

namespace Sockets.Tests.Pooling;

/// <summary>What a lease or a refusal leaves behind: nothing that the next user, or the books, could stumble over.</summary>
public sealed class PoolHygieneTests : IAsyncDisposable
{
    private const string Host = "server.example";

    private readonly VirtualTimeProvider _time = new();
    private readonly FakeServers _servers;
    private readonly SocketPoolOptions _options;
    private readonly SocketClientOptions _plain = new SocketClientOptions().UsePlaintext();
    private SocketPool? _pool;

    public PoolHygieneTests()
    {
        _servers = new FakeServers(_time);
        _options = new SocketPoolOptions { TimeProvider = _time, Jitter = 0, NameRefreshInterval = Timeout.InfiniteTimeSpan };
    }

    private SocketPool Pool => _pool ??= new SocketPool(_options, _servers.ConnectAsync, new Random(1));

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        Assert.Equal(0, _servers.Open);
    }

    [Fact]
    public async Task ARentThatIsRefusedStillClosesWhatItFoundTooOld()
    {
        _options.Lifetime = TimeSpan.FromSeconds(2.5);
        _options.CircuitFailureThreshold = 1;
        _options.CircuitBreak = _options.MaxCircuitBreak = TimeSpan.FromSeconds(20);
        _ = Pool; // which looks for itself every 0.625 s from now on
        _time.Advance(TimeSpan.FromSeconds(0.3));
        SocketLease old = await RentAsync();
        FakeLink first = _servers.Last;
        _servers.Fails = SocketFailureReason.ConnectionRefused;
        await Assert.ThrowsAsync<SocketFailureException>(() => RentAsync().AsTask());
        old.Return();
        _time.Advance(TimeSpan.FromSeconds(2.6));
        Assert.Equal(1, Pool.Statistics.Idle);
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(() => RentAsync().AsTask());
        Assert.Equal(SocketFailureReason.CircuitOpen, failure.Reason);
        Assert.True(first.IsDisposed);
        Assert.Equal(0, Pool.Statistics.Idle);
    }

    [Fact]
    public async Task AConnectionUnderACheckMakesNobodyWaitWhoCouldHaveItsPlace()
    {
        _options.MaxConnections = 1;
        (await RentAsync()).Return();
        Task<SocketLease>? starved = null;
        _servers.Last.OnReceive = () => starved ??= RentAsync("other.example").AsTask();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.NotNull(starved);
        (await starved.WaitAsync(Waiting.HangGuard)).Return();
    }

    [Fact]
    public async Task AConnectionWhoseSideWasEndedIsNotHandedOut()
    {
        SocketLease lease = await RentAsync();
        Socket ended = lease.Socket;
        await ended.ShutdownSendAsync();
        lease.Return();
        await using SocketLease next = await RentAsync();
        Assert.NotSame(ended, next.Socket);
        Assert.Equal(2, await next.Socket.SendAsync(new byte[2]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AConnectionThatSomebodyStillUsesIsNotHandedOut(bool sends)
    {
        SocketLease lease = await RentAsync();
        Socket used = lease.Socket;
        _servers.Last.IsStuck = true;
        Task operation = sends ? used.SendAsync(new byte[2]).AsTask() : used.ReceiveAsync(new byte[2]).AsTask();
        Assert.False(operation.IsCompleted);
        lease.Return();
        await using SocketLease next = await RentAsync();
        Assert.NotSame(used, next.Socket);
        Assert.Equal(SocketFailureReason.Closed, (await Assert.ThrowsAsync<SocketFailureException>(() => operation.WaitAsync(Waiting.HangGuard))).Reason);
    }

    [Fact]
    public async Task AConnectionThatIsStillInAPollIsNotHandedOut()
    {
        using var poll = new SocketPoll();
        SocketLease lease = await RentAsync();
        Socket polled = lease.Socket;
        poll.Add(polled, SocketEvents.Readable);
        lease.Return();
        await using SocketLease next = await RentAsync();
        Assert.NotSame(polled, next.Socket);
        Assert.Equal(0, poll.Count);
    }

    [Fact]
    public async Task TheNextUserDoesNotInheritTimeLimits()
    {
        SocketLease lease = await RentAsync();
        lease.Socket.ReceiveTimeout = lease.Socket.SendTimeout = TimeSpan.FromSeconds(1);
        lease.Return();
        await using SocketLease next = await RentAsync();
        Assert.True(next.IsReused);
        Assert.Equal(Timeout.InfiniteTimeSpan, next.Socket.ReceiveTimeout);
        Assert.Equal(Timeout.InfiniteTimeSpan, next.Socket.SendTimeout);
    }

    [Fact]
    public async Task TheLongestTimesAreForEver()
    {
        _options.RentTimeout = _options.Lifetime = _options.IdleTimeout = _options.ProbeTimeout = _options.NameRefreshInterval = TimeSpan.MaxValue;
        _options.MaxConnections = 1;
        SocketLease lease = await RentAsync();
        Task<SocketLease> waiting = RentAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        lease.Return();
        (await waiting.WaitAsync(Waiting.HangGuard)).Return();
        _time.Advance(TimeSpan.FromDays(100));
        Assert.Equal(1, Pool.Statistics.Idle);
        Assert.Equal(1, _servers.Attempts);
    }

    [Fact]
    public async Task ADrainThatIsCancelledAbortsWhatIsLeft()
    {
        SocketLease lease = await RentAsync();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Pool.DrainAsync(TimeSpan.FromSeconds(-5)));
        using var impatience = new CancellationTokenSource();
        Task<int> draining = Pool.DrainAsync(TimeSpan.MaxValue, impatience.Token);
        Assert.False(draining.IsCompleted);
        await impatience.CancelAsync();
        Assert.Equal(1, await draining.WaitAsync(Waiting.HangGuard));
        Assert.Equal(0, _servers.Open);
        lease.Dispose();
    }

    private ValueTask<SocketLease> RentAsync(string host = Host) => Pool.RentAsync(host, 443, _plain);
}
