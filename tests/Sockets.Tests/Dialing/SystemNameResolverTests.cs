using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Sockets.Engine;

namespace Sockets.Tests.Dialing;

/// <summary>Look-ups that block, on few threads.</summary>
public sealed class SystemNameResolverTests : IDisposable
{
    private const int MaxThreads = 4;

    private readonly ManualResetEventSlim _answer = new();
    private readonly ConcurrentQueue<string> _lookedUp = new();
    private readonly SystemNameResolver _resolver;

    public SystemNameResolverTests() => _resolver = new SystemNameResolver(LookUp, MaxThreads);

    public void Dispose()
    {
        _answer.Set();
    }

    [Fact]
    public async Task Ten_thousand_attempts_at_a_name_that_is_never_answered_cost_two_threads()
    {
        using var cancellation = new CancellationTokenSource();
        var waits = new List<Task>();
        for (int i = 0; i < 5_000; i++)
        {
            waits.Add(_resolver.ResolveAsync("Hanging.example", AddressFamily.InterNetworkV6, cancellation.Token).AsTask());
            waits.Add(_resolver.ResolveAsync("hanging.example", AddressFamily.InterNetwork, cancellation.Token).AsTask());
        }

        Assert.Equal(2, _resolver.Threads);
        Assert.Equal(2, _resolver.UnderWay);
        await cancellation.CancelAsync();
        foreach (Task wait in waits)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.True(_lookedUp.Count <= 2);
    }

    [Fact]
    public async Task Ten_thousand_names_that_are_never_answered_cost_no_more_threads_than_there_may_be()
    {
        using var cancellation = new CancellationTokenSource();
        Task[] waits = [.. Enumerable.Range(0, 10_000).Select(i => _resolver.ResolveAsync($"host{i}.example", AddressFamily.InterNetwork, cancellation.Token).AsTask())];
        Assert.Equal(MaxThreads, _resolver.Threads);
        Assert.True(SpinWait.SpinUntil(() => _lookedUp.Count == MaxThreads, Waiting.HangGuard));
        await cancellation.CancelAsync();
        foreach (Task wait in waits)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        // What nobody waits for and has not begun is forgotten.
        Assert.Equal(MaxThreads, _resolver.UnderWay);
        _answer.Set();
        Assert.Equal([IPAddress.Loopback], await _resolver.ResolveAsync("after.example", AddressFamily.InterNetwork));
        Assert.Equal(MaxThreads + 1, _lookedUp.Count);
    }

    [Fact]
    public async Task Who_asks_while_it_is_being_looked_up_gets_the_same_answer()
    {
        ValueTask<IPAddress[]> first = _resolver.ResolveAsync("one.example", AddressFamily.InterNetwork);
        ValueTask<IPAddress[]> second = _resolver.ResolveAsync("ONE.example", AddressFamily.InterNetwork);
        _answer.Set();
        IPAddress[] answer = await first;
        Assert.Equal([IPAddress.Loopback], answer);
        Assert.NotSame(answer, await second);
        Assert.Equal(["one.example"], _lookedUp);
        // Afterwards it is asked anew.
        await _resolver.ResolveAsync("one.example", AddressFamily.InterNetwork);
        Assert.Equal(2, _lookedUp.Count);
    }

    [Fact]
    public async Task A_failure_reaches_everybody_and_is_not_kept()
    {
        _answer.Set();
        for (int i = 0; i < 2; i++)
        {
            SocketException failure = await Assert.ThrowsAsync<SocketException>(async () => await _resolver.ResolveAsync("missing.example", AddressFamily.InterNetwork));
            Assert.Equal(SocketError.HostNotFound, failure.SocketErrorCode);
        }

        Assert.Equal(2, _lookedUp.Count);
        Assert.Equal(0, _resolver.UnderWay);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST.")]
    [InlineData("app.localhost")]
    public async Task Localhost_is_never_asked_for(string host)
    {
        Assert.Equal([IPAddress.IPv6Loopback], await _resolver.ResolveAsync(host, AddressFamily.InterNetworkV6));
        Assert.Equal([IPAddress.Loopback], await _resolver.ResolveAsync(host, AddressFamily.InterNetwork));
        Assert.Empty(_lookedUp);
    }

    [Fact]
    public async Task Invalid_names_do_not_exist()
    {
        Assert.Empty(await _resolver.ResolveAsync("some.invalid", AddressFamily.InterNetwork));
        Assert.Empty(_lookedUp);
        _answer.Set();
        // Only whole labels count.
        Assert.Equal([IPAddress.Loopback], await _resolver.ResolveAsync("notlocalhost", AddressFamily.InterNetwork));
    }

    [Fact]
    public async Task International_names_are_asked_for_in_ASCII()
    {
        _answer.Set();
        await _resolver.ResolveAsync("bücher.example", AddressFamily.InterNetwork);
        Assert.Equal(["xn--bcher-kva.example"], _lookedUp);
    }

    [Fact]
    public async Task The_system_s_resolver_knows_this_machine() =>
        Assert.Contains(IPAddress.Loopback, await SocketNameResolver.System.ResolveAsync("localhost", AddressFamily.InterNetwork));

    private IPAddress[] LookUp(string host, AddressFamily family)
    {
        _lookedUp.Enqueue(host);
        _answer.Wait();
        return host == "missing.example" ? throw new SocketException((int)SocketError.HostNotFound) : [IPAddress.Loopback];
    }
}
