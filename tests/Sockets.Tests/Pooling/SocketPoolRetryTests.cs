using Sockets.Testing;

namespace Sockets.Tests.Pooling;

/// <summary>Connections that are made anew after one did not come about, and those that are not.</summary>
public sealed class SocketPoolRetryTests : IAsyncDisposable
{
    private readonly VirtualTimeProvider _time = new();
    private readonly FakeServers _servers;
    private readonly SocketPoolOptions _options;
    private readonly SocketClientOptions _plain = new SocketClientOptions().UsePlaintext();
    private SocketPool? _pool;

    public SocketPoolRetryTests()
    {
        _servers = new FakeServers(_time);
        _options = new SocketPoolOptions
        {
            TimeProvider = _time,
            Jitter = 0,
            NameRefreshInterval = Timeout.InfiniteTimeSpan,
            RentTimeout = TimeSpan.FromMinutes(5),
            ConnectRetries = 3,
            CircuitFailureThreshold = 100,
        };
    }

    private SocketPool Pool => _pool ??= new SocketPool(_options, _servers.ConnectAsync, new Random(1));

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        Assert.Equal(0, _servers.Open);
    }

    [Fact]
    public async Task What_may_pass_is_tried_again_later_and_later()
    {
        _servers.Fails = SocketFailureReason.ConnectionRefused;
        Task<SocketLease> rent = RentAsync();
        TimeSpan due = TimeSpan.Zero;
        for (int attempts = 1; attempts <= 3; attempts++)
        {
            await Waiting.UntilAsync(() => _servers.Attempts == attempts);
            due += TimeSpan.FromSeconds(1 << (attempts - 1));
            await Waiting.UntilAsync(() => _time.IsSetFor(due), "the pause that ends then has begun");
            _time.AdvanceTo(due - TimeSpan.FromSeconds(0.1));
            Assert.Equal(attempts, _servers.Attempts);
            Assert.False(rent.IsCompleted);
            if (attempts == 3)
                _servers.Fails = null;
            _time.AdvanceTo(due);
        }

        using SocketLease lease = await rent.WaitAsync(Waiting.HangGuard);
        Assert.Equal(4, _servers.Attempts);
    }

    [Theory]
    [InlineData(SocketFailureReason.CertificateRejected)]
    [InlineData(SocketFailureReason.HandshakeFailed)]
    [InlineData(SocketFailureReason.ProtocolError)]
    [InlineData(SocketFailureReason.NoApplicationProtocol)]
    [InlineData(SocketFailureReason.HostNotFound)]
    [InlineData(SocketFailureReason.Other)]
    public async Task What_was_refused_is_not_tried_again(SocketFailureReason reason)
    {
        _servers.Fails = reason;
        SocketFailureException failure = await Assert.ThrowsAsync<SocketFailureException>(RentAsync);
        Assert.Equal(reason, failure.Reason);
        Assert.Equal(1, _servers.Attempts);
    }

    [Fact]
    public async Task The_retries_end_with_their_number_and_with_the_time_of_the_rent()
    {
        _servers.Fails = SocketFailureReason.TimedOut;
        _options.ConnectRetries = 2;
        _options.MaxRetryDelay = TimeSpan.FromSeconds(1);
        Task<SocketLease> rent = RentAsync();
        for (int i = 2; i <= 3; i++)
        {
            var due = TimeSpan.FromSeconds(i - 1);
            await Waiting.UntilAsync(() => _time.IsSetFor(due), "the pause that ends then has begun");
            _time.AdvanceTo(due);
            await Waiting.UntilAsync(() => _servers.Attempts == i);
        }

        Assert.Equal(SocketFailureReason.TimedOut, (await Assert.ThrowsAsync<SocketFailureException>(() => rent.WaitAsync(Waiting.HangGuard))).Reason);

        await using var hurried = new SocketPool(new SocketPoolOptions { TimeProvider = _time, RentTimeout = TimeSpan.FromSeconds(0.5), Jitter = 0, ConnectRetries = 5 }, _servers.ConnectAsync, new Random(1));
        await Assert.ThrowsAsync<SocketFailureException>(() => hurried.RentAsync("server.example", 1, _plain).AsTask());
        Assert.Equal(4, _servers.Attempts);
    }

    [Fact]
    public async Task A_pause_ends_with_its_pool_and_with_its_caller()
    {
        _servers.Fails = SocketFailureReason.Unreachable;
        _options.ConnectRetries = 100;
        using var cancellation = new CancellationTokenSource();
        Task<SocketLease> cancelled = Pool.RentAsync("server.example", 1, _plain, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Waiting.HangGuard));
        Task<SocketLease> rent = RentAsync();
        await Pool.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => rent.WaitAsync(Waiting.HangGuard));
    }

    [Fact]
    public async Task Lost_connections_are_not_replaced_in_advance_after_a_refusal_until_one_came_about()
    {
        _options.MinConnectionsPerEndpoint = 1;
        _options.IdleTimeout = _options.Lifetime = TimeSpan.FromMinutes(1);
        using (SocketLease lease = await RentAsync())
            lease.Return();
        _servers.Fails = SocketFailureReason.CertificateRejected;
        _time.Advance(TimeSpan.FromMinutes(10)); // the only one is old, and its replacement is refused
        Assert.Equal(2, _servers.Attempts);

        _servers.Fails = null;
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(2, _servers.Attempts);
        using (SocketLease lease = await RentAsync())
            lease.Return();
        Assert.Equal(3, _servers.Attempts);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(_servers.Attempts > 3);
    }

    [Theory]
    [InlineData(-1, 1, 1)]
    [InlineData(0, 0, 1)]
    [InlineData(0, 2, 1)]
    public void Settings_that_make_no_sense_are_refused(int retries, int delay, int longest) =>
        Assert.ThrowsAny<ArgumentException>(() => new SocketPool(new SocketPoolOptions { ConnectRetries = retries, RetryDelay = TimeSpan.FromSeconds(delay), MaxRetryDelay = TimeSpan.FromSeconds(longest) }));

    private Task<SocketLease> RentAsync() => Pool.RentAsync("server.example", 1, _plain).AsTask();
}
