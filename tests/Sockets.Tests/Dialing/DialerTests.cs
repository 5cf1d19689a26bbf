using System.Net;
using System.Net.Sockets;
using Sockets.Engine;
using static Sockets.Tests.Dialing.Scripted;

namespace Sockets.Tests.Dialing;

/// <summary>RFC 8305 on a virtual clock. Each run also checks that every connection but the winner was disposed, once.</summary>
public sealed class DialerTests
{
    private const string A6 = "2001:db8::a";
    private const string B6 = "2001:db8::b";
    private const string C6 = "2001:db8::c";
    private const string X4 = "192.0.2.1";
    private const string Y4 = "192.0.2.2";

    [Fact]
    public void Both_families_are_asked_at_once_and_the_preferred_one_first()
    {
        DialRun run = DialRun.Of(Answers(10, A6), Answers(10, X4), new() { [A6] = Succeeds(20) });
        Assert.Equal([(TimeSpan.Zero, AddressFamily.InterNetworkV6), (TimeSpan.Zero, AddressFamily.InterNetwork)], run.Host.Asked);
        Assert.Equal(A6, run.Outcome);
        Assert.Equal([$"{A6}@10"], run.Begun);
        Assert.Equal(DialRun.Port, run.Winner!.EndPoint.Port);
        Assert.Equal(TimeSpan.FromMilliseconds(30), run.Ended);
    }

    [Theory]
    [InlineData(40, 10, "2001:db8::a@40")] // Within the resolution delay.
    [InlineData(60, 10, "2001:db8::a@60")] // At its very end, the answer having been there first.
    [InlineData(61, 10, "192.0.2.1@60")]
    [InlineData(5000, 0, "192.0.2.1@50")]
    [InlineData(0, 5000, "2001:db8::a@0")] // Nobody waits for IPv4.
    public void IPv4_waits_for_IPv6_but_not_for_long(int ipv6, int ipv4, string first)
    {
        DialRun run = DialRun.Of(Answers(ipv6, A6), Answers(ipv4, X4), new() { [A6] = Succeeds(1), [X4] = Succeeds(1) });
        Assert.Equal([first], run.Begun);
    }

    [Fact]
    public void A_negative_answer_ends_the_resolution_delay()
    {
        Assert.Equal([$"{X4}@20"], DialRun.Of(Answers(20), Answers(10, X4), new() { [X4] = Succeeds(1) }).Begun);
        Assert.Equal([$"{X4}@20"], DialRun.Of(Fails(20, SocketError.TryAgain), Answers(10, X4), new() { [X4] = Succeeds(1) }).Begun);
        Assert.Equal([$"{X4}@30"], DialRun.Of(Fails(20, SocketError.TryAgain), Answers(30, X4), new() { [X4] = Succeeds(1) }).Begun);
        Assert.Equal([$"{A6}@30"], DialRun.Of(Answers(30, A6), Fails(20, SocketError.HostNotFound), new() { [A6] = Succeeds(1) }).Begun);
    }

    [Fact]
    public void Broken_IPv6_costs_one_attempt_delay()
    {
        DialRun run = DialRun.Of(Answers(0, A6), Answers(0, X4), new() { [A6] = Hangs, [X4] = Succeeds(30) });
        Assert.Equal(X4, run.Outcome);
        Assert.Equal([$"{A6}@0", $"{X4}@250"], run.Begun);
        Assert.Equal(TimeSpan.FromMilliseconds(280), run.Ended);
    }

    [Fact]
    public void A_failure_starts_the_next_attempt_at_once()
    {
        DialRun run = DialRun.Of(
            Answers(0, A6, B6), Answers(0, X4), new() { [A6] = Fails(30, SocketError.NetworkUnreachable), [X4] = Fails(20), [B6] = Succeeds(5) });
        Assert.Equal(B6, run.Outcome);
        Assert.Equal([$"{A6}@0", $"{X4}@30", $"{B6}@50"], run.Begun);
    }

    [Fact]
    public void A_slow_attempt_may_still_win()
    {
        DialRun run = DialRun.Of(Answers(0, A6), Answers(0, X4), new() { [A6] = Succeeds(300), [X4] = Succeeds(100) });
        Assert.Equal(A6, run.Outcome);
        Assert.Equal(TimeSpan.FromMilliseconds(300), run.Ended);
    }

    [Fact]
    public void The_families_alternate_in_the_order_of_the_answers()
    {
        DialRun run = DialRun.Of(Answers(0, C6, A6, B6), Answers(0, Y4, X4), timeout: 2_000);
        Assert.Equal([$"{C6}@0", $"{Y4}@250", $"{A6}@500", $"{X4}@750", $"{B6}@1000"], run.Begun);
    }

    [Fact]
    public void Settings_change_family_count_and_delay()
    {
        var options = new DialerOptions
        {
            UseIPv6 = true, UseIPv4 = true, FirstAddressFamilyCount = 2, ConnectionAttemptDelay = TimeSpan.FromMilliseconds(100), ResolutionDelay = TimeSpan.Zero,
        };
        Assert.Equal(
            [$"{A6}@0", $"{B6}@100", $"{X4}@200", $"{C6}@300", $"{Y4}@400"],
            DialRun.Of(Answers(0, A6, B6, C6), Answers(0, X4, Y4), options: options).Begun);
        Assert.Equal(
            [$"{X4}@0", $"{A6}@250"],
            DialRun.Of(Answers(0, A6), Answers(0, X4), options: options with { PreferredFamily = AddressFamily.InterNetwork, FirstAddressFamilyCount = 1, ConnectionAttemptDelay = TimeSpan.FromMilliseconds(250) }).Begun);
        Assert.Equal([$"{X4}@10"], DialRun.Of(Answers(20, A6), Answers(10, X4), new() { [X4] = Succeeds(1) }, options).Begun);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DialerOptions { ConnectionAttemptDelay = TimeSpan.FromMilliseconds(99) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new DialerOptions { ConnectionAttemptDelay = TimeSpan.FromMilliseconds(2001) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new DialerOptions { FirstAddressFamilyCount = 0 });
    }

    [Fact]
    public void Late_answers_are_merged()
    {
        DialRun run = DialRun.Of(Answers(200, A6), Answers(10, X4, Y4), timeout: 2_000);
        Assert.Equal([$"{X4}@60", $"{A6}@310", $"{Y4}@560"], run.Begun);
        // All that was known has failed: the late answer is used at once.
        run = DialRun.Of(Answers(700, A6), Answers(10, X4), new() { [X4] = Fails(5), [A6] = Succeeds(10) });
        Assert.Equal([$"{X4}@60", $"{A6}@700"], run.Begun);
        Assert.Equal(A6, run.Outcome);
        // The one attempt under way still has its time alone.
        run = DialRun.Of(Answers(0, A6), Answers(100, X4), new() { [X4] = Succeeds(10) });
        Assert.Equal([$"{A6}@0", $"{X4}@250"], run.Begun);
    }

    [Fact]
    public void Two_that_connect_in_the_same_instant_give_one_connection()
    {
        DialRun run = DialRun.Of(Answers(0, A6), Answers(0, X4), new() { [A6] = SucceedsDeaf(350), [X4] = SucceedsDeaf(100) });
        Assert.Equal(2, run.Host.Made.Count);
        Assert.Equal(TimeSpan.FromMilliseconds(350), run.Ended);
        Assert.NotNull(run.Winner);
    }

    [Fact]
    public async Task Two_that_connect_in_one_turn_of_the_loop_give_one_connection()
    {
        var host = new ChainedHost();
        var dialer = new Dialer<FakeConnection>(host, new DialerOptions { UseIPv6 = true, UseIPv4 = true });
        FakeConnection winner = await dialer.ConnectAsync("host.example", DialRun.Port, Deadline.After(Waiting.HangGuard, TimeProvider.System), CancellationToken.None);
        Assert.Equal(2, host.Made.Count);
        Assert.All(host.Made, made => Assert.Equal(made == winner ? 0 : 1, made.Disposals));
    }

    [Fact]
    public void Losers_that_connect_long_after_are_disposed()
    {
        DialRun run = DialRun.Of(Answers(0, A6, B6), Answers(0, X4), new() { [A6] = SucceedsDeaf(5_000), [X4] = SucceedsDeaf(400), [B6] = Succeeds(10) });
        Assert.Equal(B6, run.Outcome);
        Assert.Equal(3, run.Host.Made.Count);
    }

    [Fact]
    public void An_attempt_that_ends_at_once_needs_no_clock()
    {
        DialRun run = DialRun.Of(Answers(0, A6), Answers(0, X4), new() { [A6] = Fails(0), [X4] = Succeeds(0) });
        Assert.Equal(X4, run.Outcome);
        Assert.Equal(TimeSpan.Zero, run.Ended);
    }

    [Fact]
    public void Addresses_are_tried_once_and_by_their_own_family()
    {
        DialRun run = DialRun.Of(Answers(0, A6, A6, X4, $"::ffff:{Y4}"), Answers(0, X4, A6, Y4), timeout: 2_000);
        Assert.Equal([$"{A6}@0", $"{X4}@250", $"{Y4}@500"], run.Begun);
    }

    [Fact]
    public void An_endless_answer_is_cut()
    {
        string[] many = [.. Enumerable.Range(1, 200).Select(static n => $"192.0.2.{n}")];
        DialRun run = DialRun.Of(Answers(0), Answers(0, many), many.ToDictionary(static address => address, static _ => Fails(1)));
        Assert.Equal(DialSchedule.MaxAddresses, run.Begun.Length);
        Assert.Equal(SocketFailureReason.ConnectionRefused, run.Failure().Reason);
        Assert.EndsWith("and 56 more.", run.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_family_that_is_not_used_is_not_asked_for()
    {
        DialerOptions both = new() { UseIPv6 = true, UseIPv4 = true };
        DialRun run = DialRun.Of(Answers(0, A6), Answers(0, X4, A6), new() { [X4] = Fails(1) }, both.ForLocal(new IPEndPoint(IPAddress.Loopback, 0)));
        Assert.Equal([(TimeSpan.Zero, AddressFamily.InterNetwork)], run.Host.Asked);
        Assert.Equal([$"{X4}@0"], run.Begun);
        run = DialRun.Of(Answers(0, A6, X4), Answers(0, X4), new() { [A6] = Fails(1) }, both.ForLocal(new IPEndPoint(IPAddress.IPv6Any, 0)));
        Assert.Equal([$"{A6}@0"], run.Begun);
        Assert.Equal(both, both.ForLocal(null));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8::a", "2001:db8::a")]
    [InlineData("[2001:db8::a]", "2001:db8::a")]
    [InlineData("fe80::1%1", "fe80::1%1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    public void An_address_needs_no_look_up(string host, string address)
    {
        DialRun run = DialRun.Of(HangsDeaf, HangsDeaf, new() { [address] = Succeeds(1) }, name: host);
        Assert.Empty(run.Host.Asked);
        Assert.Equal([$"{address}@0"], run.Begun);
        Assert.Equal(address, run.Outcome);
    }

    [Fact]
    public void An_address_that_cannot_be_used_says_why()
    {
        DialerOptions onlyIPv4 = new() { UseIPv6 = false, UseIPv4 = true };
        DialRun run = DialRun.Of(Hangs, Hangs, options: onlyIPv4, name: A6);
        Assert.Equal(SocketFailureReason.AddressNotAvailable, run.Failure().Reason);
        Assert.Contains("IPv6", run.Error!.Message, StringComparison.Ordinal);
        run = DialRun.Of(Hangs, Hangs, name: "fe80::1%no-such-interface");
        Assert.Equal(SocketFailureReason.HostNotFound, run.Failure().Reason);
        Assert.Empty(run.Begun);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("good.example\0.evil.example")]
    [InlineData("[::1]:80")]
    [InlineData("[::1")]
    public void A_host_that_is_none_is_misuse(string host) => Assert.ThrowsAny<ArgumentException>(() => DialRun.Of(Hangs, Hangs, name: host));
}
