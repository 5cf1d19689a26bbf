using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sockets.Engine;
using Sockets.Testing;

namespace Sockets.Tests.Dialing;

/// <summary>Scripts drawn from a seed, and what must hold whatever they are. SOCKETS_SEED runs one of them, SOCKETS_SEEDS so many.</summary>
public sealed class RandomDialTests
{
    private const int Timeout = 4_000;

    [Fact]
    public void Every_script_keeps_the_rules()
    {
        ulong? single = Read("SOCKETS_SEED");
        ulong first = single ?? 1;
        ulong last = single ?? Read("SOCKETS_SEEDS") ?? 3_000;
        int connected = 0;
        for (ulong seed = first; seed <= last; seed++)
        {
            try
            {
                if (Run(seed))
                    connected++;
            }
            catch (Exception exception)
            {
                Assert.Fail($"SOCKETS_SEED={seed}: {exception.Message}");
            }
        }

        // Scripts that all fail, or all succeed, would show nothing.
        if (last - first >= 100)
            Assert.InRange(connected, (int)(last / 4), (int)(last * 9 / 10));
    }

    private static bool Run(ulong seed)
    {
        var random = new SeededRandom(seed);
        var options = new DialerOptions
        {
            UseIPv6 = true,
            UseIPv4 = true,
            PreferredFamily = random.Chance(80) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork,
            FirstAddressFamilyCount = random.Between(1, 3),
            ConnectionAttemptDelay = TimeSpan.FromMilliseconds(random.Between(100, 500)),
            ResolutionDelay = TimeSpan.FromMilliseconds(random.Between(0, 100)),
        };
        Scripted ipv6 = Answer(random, "2001:db8::");
        Scripted ipv4 = Answer(random, "192.0.2.");
        var attempts = ipv6.Addresses.Concat(ipv4.Addresses).ToDictionary(static address => address.ToString(), _ => Attempt(random));
        int? cancelAt = random.Chance(10) ? random.Between(1, Timeout) : null;
        DialRun run = DialRun.Of(ipv6, ipv4, attempts, options, Timeout, cancelAt);
        CheckEnd(run, cancelAt);
        CheckSpacing(run, options);
        CheckOrder(run, ipv6, ipv4);
        CheckFirst(run, options, ipv6, ipv4);
        return run.Winner is not null;
    }

    private static Scripted Answer(SeededRandom random, string prefix)
    {
        if (random.Chance(8))
            return random.Chance(50) ? Scripted.Hangs : Scripted.HangsDeaf;
        int delay = Delay(random, 300);
        if (random.Chance(8))
            return Scripted.Fails(delay, random.Chance(50) ? SocketError.TryAgain : SocketError.HostNotFound);
        return Scripted.Answers(delay, [.. Enumerable.Range(1, random.Between(0, 4)).Select(n => prefix + n.ToString(CultureInfo.InvariantCulture))]);
    }

    private static Scripted Attempt(SeededRandom random) => random.Next(10) switch
    {
        < 2 => Scripted.Hangs,
        2 => Scripted.HangsDeaf,
        < 6 => Scripted.Fails(Delay(random, 800), random.Chance(50) ? SocketError.ConnectionRefused : SocketError.NetworkUnreachable),
        < 8 => Scripted.Succeeds(Delay(random, 1_500)),
        _ => Scripted.SucceedsDeaf(Delay(random, 5_000)),
    };

    /// <summary>Often at once, often in step with the others, so that things happen in the same instant.</summary>
    private static int Delay(SeededRandom random, int max) => random.Next(3) switch
    {
        0 => 0,
        1 => random.Between(1, 10) * max / 10,
        _ => random.Between(1, max),
    };

    private static void CheckEnd(DialRun run, int? cancelAt)
    {
        Assert.True(run.Ended <= TimeSpan.FromMilliseconds(Timeout), $"ended at {run.Ended}");
        switch (run.Error)
        {
            case null:
                // The first that connected, and not a moment later.
                Assert.Equal(run.Ended, run.Host.Made.Single(made => made.Connection == run.Winner).At);
                Assert.DoesNotContain(run.Host.Made, made => made.At < run.Ended);
                break;
            case OperationCanceledException:
                Assert.Equal(TimeSpan.FromMilliseconds(cancelAt!.Value), run.Ended);
                break;
            case SocketFailureException { Reason: SocketFailureReason.TimedOut }:
                Assert.Equal(TimeSpan.FromMilliseconds(Timeout), run.Ended);
                Assert.DoesNotContain(run.Host.Made, made => made.At < run.Ended);
                break;
            default:
                // Everything was tried, and everything failed.
                Assert.Empty(run.Host.Made);
                Assert.Equal(
                    Live(run.Host.IPv6).Concat(Live(run.Host.IPv4)).Select(static address => address.ToString()).Order(),
                    run.Host.Failed.Select(static failed => failed.Address.ToString()).Order());
                break;
        }
    }

    private static IPAddress[] Live(Scripted answer)
    {
        Assert.NotNull(answer.Delay);
        return answer.Addresses;
    }

    /// <summary>An attempt begins one delay after the one before, or when one fails.</summary>
    private static void CheckSpacing(DialRun run, DialerOptions options)
    {
        for (int i = 1; i < run.Host.Begun.Count; i++)
        {
            TimeSpan before = run.Host.Begun[i - 1].At;
            TimeSpan at = run.Host.Begun[i].At;
            Assert.True(
                at - before >= options.ConnectionAttemptDelay || run.Host.Failed.Exists(failed => failed.At >= before && failed.At <= at),
                $"attempts at {before} and {at}");
        }
    }

    /// <summary>Inside a family the resolver's order stays.</summary>
    private static void CheckOrder(DialRun run, Scripted ipv6, Scripted ipv4)
    {
        foreach (Scripted answer in new[] { ipv6, ipv4 })
        {
            IPAddress[] begun = [.. run.Host.Begun.Select(static attempt => attempt.Address).Where(answer.Addresses.Contains)];
            Assert.Equal(answer.Addresses.Take(begun.Length), begun);
        }
    }

    /// <summary>The other family begins only when the preferred one has nothing, or has had its time.</summary>
    private static void CheckFirst(DialRun run, DialerOptions options, Scripted ipv6, Scripted ipv4)
    {
        if (run.Host.Begun.Count == 0 || run.Host.Begun[0].Address.AddressFamily == options.PreferredFamily)
            return;
        bool preferIPv6 = options.PreferredFamily == AddressFamily.InterNetworkV6;
        Scripted preferred = preferIPv6 ? ipv6 : ipv4;
        Scripted other = preferIPv6 ? ipv4 : ipv6;
        TimeSpan at = run.Host.Begun[0].At;
        bool hasNothing = preferred.Delay <= at && preferred.Addresses.Length == 0;
        Assert.True(hasNothing || at >= other.Delay + options.ResolutionDelay, $"first attempt at {at}");
    }

    private static ulong? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
}
