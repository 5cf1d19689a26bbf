using System.Net;
using System.Net.Sockets;
using Sockets.Links;
using Sockets.Testing;

namespace Sockets.Tests.Pooling;

public sealed class SocketPoolTests : IAsyncDisposable
{
    private const string Host = "server.example";

    private readonly VirtualTimeProvider _time = new();
    private readonly FakeServers _servers;
    private readonly SocketPoolOptions _options;
    private readonly SocketClientOptions _plain = new SocketClientOptions().UsePlaintext();
    private SocketPool? _pool;

    public SocketPoolTests()
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
    public async Task AReturnedConnectionIsHandedOutAgain()
    {
        SocketLease first = await RentAsync();
        Socket socket = first.Socket;
        Assert.False(first.IsReused);
        first.Return();

        await using SocketLease second = await RentAsync();
        Assert.Same(socket, second.Socket);
        Assert.True(second.IsReused);
        Assert.Equal(1, _servers.Attempts);
        Assert.Equal(1, Pool.Statistics.Reused);
    }

    [Fact]
    public async Task ALeaseThatIsDisposedWithoutReturnClosesItsConnection()
    {
        SocketLease lease = await RentAsync();
        lease.Dispose();
        Assert.Equal(0, _servers.Open);
        Assert.Equal(1, Pool.Statistics.ClosedByLease);

        await using SocketLease next = await RentAsync();
        Assert.Equal(2, _servers.Attempts);
    }

    [Fact]
    public async Task AnEndedLeaseGivesNoSocketAndEndsNothingTwice()
    {
        SocketLease lease = await RentAsync();
        lease.Return();
        Assert.Throws<ObjectDisposedException>(() => lease.Socket);

        SocketLease next = await RentAsync();
        lease.Dispose(); // the old one again: the connection belongs to the next now
        Assert.Equal(1, _servers.Open);
        Assert.Equal(SocketState.Open, next.Socket.State);
        next.Return();
    }

    [Theory]
    [InlineData(SocketLink.End)]
    [InlineData(1)]
    public async Task AnIdleConnectionOnWhichSomethingCameIsNotHandedOut(int incoming)
    {
        (await RentAsync()).Return();
        _servers.Last.Incoming = incoming;

        await using SocketLease lease = await RentAsync();
        Assert.False(lease.IsReused);
        Assert.Equal(2, _servers.Attempts);
        Assert.Equal(1, _servers.Open);
        Assert.Equal(1, Pool.Statistics.ClosedDead);
    }

    [Fact]
    public async Task AConnectionThatFailedIsNeverHandedOutAgain()
    {
        SocketLease lease = await RentAsync();
        FakeLink link = _servers.Last;
        link.Failure = new SocketException((int)SocketError.ConnectionReset);
        Assert.Throws<SocketFailureException>(() => lease.Socket.Send(new byte[1]));
        link.Failure = null; // as a link that seems to recover
        lease.Return();
        Assert.True(link.IsDisposed);

        await using SocketLease next = await RentAsync();
        Assert.Equal(2, _servers.Attempts);
    }

    [Fact]
    public async Task MoreRentsThanConnectionsWaitInTurn()
    {
        _options.MaxConnectionsPerEndpoint = 1;
        SocketLease first = await RentAsync();
        Task<SocketLease> second = RentAsync().AsTask();
        Task<SocketLease> third = RentAsync().AsTask();
        Assert.Equal(2, Pool.Statistics.Waiting);

        first.Return();
        SocketLease secondLease = await second.WaitAsync(Waiting.HangGuard);
        Assert.False(third.IsCompleted);
        secondLease.Dispose(); // closed: the third needs a new one
        await using SocketLease thirdLease = await third.WaitAsync(Waiting.HangGuard);
        Assert.Equal(2, _servers.Attempts);
    }

    [Fact]
    public async Task AWaiterTakesWhateverComesFirst()
    {
        SocketLease first = await RentAsync();
        _servers.Holds = true;
        Task<SocketLease> second = RentAsync().AsTask();
        Assert.Equal(2, _servers.Attempts);
        first.Return();
        SocketLease lease = await second.WaitAsync(Waiting.HangGuard);
        Assert.True(lease.IsReused);

        _servers.Release(); // the connection that was being made for it waits for the next
        await UntilAsync(() => Pool.Statistics.Idle == 1);
        lease.Return();
        Assert.Equal(2, Pool.Statistics.Idle);
    }

    [Fact]
    public async Task ARentThatWaitsTooLongIsToldWhy()
    {
        _options.MaxConnectionsPerEndpoint = 1;
        _options.RentTimeout = TimeSpan.FromSeconds(3);
        await using SocketLease first = await RentAsync();
        Task<SocketLease> second = RentAsync().AsTask();
        _time.Advance(TimeSpan.FromSeconds(3));
        SocketFailureException exception = await Assert.ThrowsAsync<SocketFailureException>(() => second);
        Assert.Equal(SocketFailureReason.TimedOut, exception.Reason);
        Assert.Contains("1 rented", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, Pool.Statistics.Waiting);
    }

    [Fact]
    public async Task ACancelledRentLeavesItsPlaceToTheNext()
    {
        _options.MaxConnectionsPerEndpoint = 1;
        SocketLease first = await RentAsync();
        using var cancel = new CancellationTokenSource();
        Task<SocketLease> second = RentAsync(cancel.Token).AsTask();
        Task<SocketLease> third = RentAsync().AsTask();
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        first.Return();
        (await third.WaitAsync(Waiting.HangGuard)).Return();
    }

    [Fact]
    public async Task TooManyWaitersAreRefused()
    {
        _options.MaxConnectionsPerEndpoint = 1;
        _options.MaxWaiting = 1;
        SocketLease first = await RentAsync();
        Task<SocketLease> second = RentAsync().AsTask();
        SocketFailureException exception = await Assert.ThrowsAsync<SocketFailureException>(() => RentAsync().AsTask());
        Assert.Equal(SocketFailureReason.LimitReached, exception.Reason);
        first.Return();
        (await second.WaitAsync(Waiting.HangGuard)).Return();
    }

    [Fact]
    public async Task TheWholePoolIsBoundedAndIdleConnectionsElsewhereGiveWay()
    {
        _options.MaxConnections = 1;
        (await Pool.RentAsync("a.example", 1, _plain)).Return();
        SocketLease other = await Pool.RentAsync("b.example", 1, _plain);
        Assert.Equal(1, _servers.Open);
        Assert.Equal(1, Pool.Statistics.ClosedIdle);

        Task<SocketLease> waiting = Pool.RentAsync("a.example", 1, _plain).AsTask();
        Assert.False(waiting.IsCompleted);
        other.Dispose();
        (await waiting.WaitAsync(Waiting.HangGuard)).Return();
    }

    [Fact]
    public async Task ARentElsewhereGetsThePlaceOfAConnectionThatComesBackIdle()
    {
        _options.MaxConnections = 1;
        SocketLease lease = await Pool.RentAsync("a.example", 1, _plain);
        Task<SocketLease> waiting = Pool.RentAsync("b.example", 1, _plain).AsTask();
        lease.Return();
        await using SocketLease other = await waiting.WaitAsync(Waiting.HangGuard);
        Assert.Equal(1, _servers.Open);
    }

    [Fact]
    public async Task IdleConnectionsAreClosedAfterTheirTime()
    {
        _options.IdleTimeout = TimeSpan.FromSeconds(40);
        (await RentAsync()).Return();
        _time.Advance(TimeSpan.FromSeconds(39));
        Assert.Equal(1, _servers.Open);
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(0, _servers.Open);
        Assert.Equal(1, Pool.Statistics.ClosedIdle);
    }

    [Fact]
    public async Task TheMinimumIsKeptAndRefilled()
    {
        _options.IdleTimeout = TimeSpan.FromSeconds(40);
        _options.Lifetime = TimeSpan.FromSeconds(100);
        _options.MinConnectionsPerEndpoint = 2;
        await Pool.WarmUpAsync(Host, 1, _plain, 3);
        Assert.Equal(3, _servers.Open);
        _time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(2, _servers.Open);
        _time.Advance(TimeSpan.FromSeconds(30)); // their lifetime is over
        Assert.Equal(2, _servers.Open);
        Assert.Equal(5, _servers.Attempts);
        Assert.Equal(2, Pool.Statistics.ClosedOld);
    }

    [Fact]
    public async Task AnOldConnectionIsNotHandedOutAndNotKept()
    {
        _options.Lifetime = TimeSpan.FromMinutes(1);
        _options.IdleTimeout = Timeout.InfiniteTimeSpan;
        SocketLease lease = await RentAsync();
        _time.Advance(TimeSpan.FromMinutes(2));
        lease.Return();
        Assert.Equal(0, _servers.Open);
        Assert.Equal(1, Pool.Statistics.ClosedOld);
    }

    [Fact]
    public async Task JitterSpreadsTheEnds()
    {
        _options.IdleTimeout = TimeSpan.FromSeconds(1000);
        _options.Lifetime = Timeout.InfiniteTimeSpan;
        _options.Jitter = 0.5;
        await Pool.WarmUpAsync(Host, 1, _plain, 50);
        var counts = new List<int>();
        for (int i = 0; i < 11; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(100));
            counts.Add(_servers.Open);
        }

        Assert.Equal(50, counts[3]); // none before half the time
        Assert.Equal(0, counts[10]);
        Assert.True(counts.Distinct().Count() > 4, string.Join(' ', counts));
    }

    [Fact]
    public async Task ADeadIdleConnectionIsFoundInTheBackground()
    {
        (await RentAsync()).Return();
        _servers.Last.Incoming = SocketLink.End;
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(0, _servers.Open);
        Assert.Equal(1, Pool.Statistics.ClosedDead);
    }

    [Fact]
    public async Task TheProbeDecidesAfterIdleness()
    {
        int probes = 0;
        bool answer = true;
        _options.HealthProbe = (_, _) =>
        {
            probes++;
            return ValueTask.FromResult(answer);
        };
        (await RentAsync()).Return();
        (await RentAsync()).Return();
        Assert.Equal(0, probes);
        _time.Advance(_options.ProbeAfter);
        (await RentAsync()).Return();
        Assert.Equal(1, probes);
        _time.Advance(_options.ProbeAfter);
        answer = false;
        SocketLease fresh = await RentAsync();
        Assert.False(fresh.IsReused);
        Assert.Equal(2, _servers.Attempts);
        fresh.Return();
    }

    [Fact]
    public async Task AProbeThatHangsOrThrowsClosesTheConnection()
    {
        _options.HealthProbe = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return true;
        };
        (await RentAsync()).Return();
        _time.Advance(_options.ProbeAfter);
        Task<SocketLease> rent = RentAsync().AsTask();
        _time.Advance(_options.ProbeTimeout);
        SocketLease lease = await rent.WaitAsync(Waiting.HangGuard);
        Assert.Equal(2, _servers.Attempts);
        lease.Return();
    }

    [Fact]
    public async Task WhatAProbeRegistersWithItsTokenMayThrow()
    {
        _options.HealthProbe = async (_, token) =>
        {
            token.Register(static () => throw new InvalidOperationException("Of the application."));
            await Task.Delay(Timeout.Infinite, token);
            return true;
        };
        (await RentAsync()).Return();
        _time.Advance(_options.ProbeAfter);
        Task<SocketLease> rent = RentAsync().AsTask();
        _time.Advance(_options.ProbeTimeout); // by a timer, where it would end the program
        SocketLease lease = await rent.WaitAsync(Waiting.HangGuard);
        Assert.Equal(2, _servers.Attempts);
        lease.Return();
    }

    [Fact]
    public async Task AFailedConnectFailsTheRentThatWaitsForIt()
    {
        _servers.Fails = SocketFailureReason.ConnectionRefused;
        SocketFailureException exception = await Assert.ThrowsAsync<SocketFailureException>(() => RentAsync().AsTask());
        Assert.Equal(SocketFailureReason.ConnectionRefused, exception.Reason);
        Assert.Equal(1, Pool.Statistics.ConnectFailures);
        Assert.Equal(0, Pool.Statistics.Waiting);
    }

    [Fact]
    public async Task TheCircuitOpensTriesOneAndCloses()
    {
        _options.CircuitFailureThreshold = 2;
        _options.CircuitBreak = TimeSpan.FromSeconds(10);
        _options.MaxCircuitBreak = TimeSpan.FromSeconds(15);
        _servers.Fails = SocketFailureReason.ConnectionRefused;
        await FailsAsync(SocketFailureReason.ConnectionRefused);
        await FailsAsync(SocketFailureReason.ConnectionRefused);
        await FailsAsync(SocketFailureReason.CircuitOpen);
        Assert.Equal(2, _servers.Attempts);
        Assert.Equal(1, Pool.Statistics.CircuitBreaks);

        _time.Advance(TimeSpan.FromSeconds(10));
        await FailsAsync(SocketFailureReason.ConnectionRefused); // the one that is tried
        await FailsAsync(SocketFailureReason.CircuitOpen);
        _time.Advance(TimeSpan.FromSeconds(14));
        await FailsAsync(SocketFailureReason.CircuitOpen); // twice the time, but no more than the longest
        _time.Advance(TimeSpan.FromSeconds(1));

        _servers.Holds = true;
        Task<SocketLease> one = RentAsync().AsTask();
        Task<SocketLease> two = RentAsync().AsTask();
        Assert.Equal(4, _servers.Attempts); // one at a time while it is tried
        _servers.Release();
        (await one.WaitAsync(Waiting.HangGuard)).Return();
        (await two.WaitAsync(Waiting.HangGuard)).Return();

        _servers.Holds = false;
        await FailsAsync(SocketFailureReason.ConnectionRefused, "other.example");
        Assert.Equal(2, Pool.Statistics.CircuitBreaks);
    }

    [Fact]
    public async Task DrainWaitsForLeasesAndAbortsWhatIsLeft()
    {
        SocketLease returned = await RentAsync();
        SocketLease kept = await RentAsync();
        (await RentAsync()).Return();
        Task<int> drain = Pool.DrainAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(2, _servers.Open); // the idle one is closed at once
        await Assert.ThrowsAsync<ObjectDisposedException>(() => RentAsync().AsTask());
        returned.Return();
        Assert.Equal(1, _servers.Open);
        Assert.False(drain.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await drain.WaitAsync(Waiting.HangGuard));
        Assert.Equal(0, _servers.Open);
        kept.Return(); // too late, and harmless
    }

    [Fact]
    public async Task DrainEndsWhenTheLastLeaseDoes()
    {
        SocketLease lease = await RentAsync();
        Task<int> drain = Pool.DrainAsync(TimeSpan.FromSeconds(5));
        lease.Return();
        Assert.Equal(0, await drain.WaitAsync(Waiting.HangGuard));
    }

    [Fact]
    public async Task DisposeEndsWaitingRentsAndConnectsUnderWay()
    {
        _servers.Holds = true;
        Task<SocketLease> rent = RentAsync().AsTask();
        await Pool.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => rent.WaitAsync(Waiting.HangGuard));
        await UntilAsync(() => Pool.Statistics.Connecting == 0);
    }

    [Fact]
    public async Task ConnectionsToAddressesThatTheNameLostAreClosed()
    {
        var resolver = new TableResolver { Addresses = [IPAddress.Parse("192.0.2.1")] };
        _plain.NameResolver = resolver;
        _options.NameRefreshInterval = TimeSpan.FromSeconds(30);
        _options.IdleTimeout = Timeout.InfiniteTimeSpan;
        SocketLease leased = await RentAsync();
        (await RentAsync()).Return();
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(2, _servers.Open);

        resolver.Addresses = null; // a look-up that fails closes nothing
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(2, _servers.Open);

        resolver.Addresses = [IPAddress.Parse("192.0.2.2")];
        _time.Advance(TimeSpan.FromSeconds(40));
        await UntilAsync(() => _servers.Open == 1);
        leased.Return();
        Assert.Equal(0, _servers.Open);
        Assert.Equal(2, Pool.Statistics.ClosedMoved);
    }

    [Fact]
    public async Task AnEndpointThatNobodyUsesIsForgottenButCounted()
    {
        _options.IdleTimeout = TimeSpan.FromSeconds(10);
        for (int i = 0; i < 100; i++)
            (await Pool.RentAsync($"h{i}.example", 1, _plain)).Return();
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(default, Pool.GetStatistics("h1.example", 1, _plain));
        Assert.Equal(100, Pool.Statistics.Created);
        Assert.Equal(100, Pool.Statistics.ClosedIdle);
    }

    private ValueTask<SocketLease> RentAsync(CancellationToken cancellationToken = default) => Pool.RentAsync(Host, 1, _plain, cancellationToken);

    private async Task FailsAsync(SocketFailureReason reason, string host = Host)
    {
        SocketFailureException exception = await Assert.ThrowsAsync<SocketFailureException>(() => Pool.RentAsync(host, 1, _plain).AsTask());
        Assert.Equal(reason, exception.Reason);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var guard = new CancellationTokenSource(Waiting.HangGuard);
        while (!condition())
        {
            guard.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class TableResolver : SocketNameResolver
    {
        public IPAddress[]? Addresses { get; set; }

        public override ValueTask<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken = default) => Addresses is null
            ? throw new SocketException((int)SocketError.TryAgain)
            : ValueTask.FromResult(Addresses.Where(address => address.AddressFamily == family).ToArray());
    }
}
