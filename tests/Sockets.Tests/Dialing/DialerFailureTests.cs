using System.Net.Sockets;
using Sockets.Engine;
using static Sockets.Tests.Dialing.Scripted;

namespace Sockets.Tests.Dialing;

/// <summary>How a dial ends that leads to no connection: when, with which reason, and what it says.</summary>
public sealed class DialerFailureTests
{
    private const string A6 = "2001:db8::a";
    private const string X4 = "192.0.2.1";

    [Fact]
    public void All_failures_are_told_and_the_most_telling_gives_the_reason()
    {
        DialRun run = DialRun.Of(Answers(0, A6), Answers(0, X4), new() { [A6] = Fails(1, SocketError.NetworkUnreachable), [X4] = Fails(1) });
        Assert.Equal(SocketFailureReason.ConnectionRefused, run.Failure().Reason);
        Assert.Equal(SocketError.ConnectionRefused, run.Failure().SocketError);
        Assert.Equal("host.example:443: [2001:db8::a]:443 is on a network that is unreachable; 192.0.2.1:443 refused the connection.", run.Error!.Message);
        Assert.Equal(TimeSpan.FromMilliseconds(2), run.Ended);
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, SocketFailureReason.ConnectionRefused)]
    [InlineData(SocketError.ConnectionReset, SocketFailureReason.ConnectionReset)]
    [InlineData(SocketError.TimedOut, SocketFailureReason.TimedOut)]
    [InlineData(SocketError.HostUnreachable, SocketFailureReason.Unreachable)]
    [InlineData(SocketError.AddressNotAvailable, SocketFailureReason.AddressNotAvailable)]
    [InlineData(SocketError.AddressAlreadyInUse, SocketFailureReason.AddressInUse)]
    [InlineData(SocketError.AccessDenied, SocketFailureReason.AccessDenied)]
    [InlineData(SocketError.TooManyOpenSockets, SocketFailureReason.ResourcesExhausted)]
    [InlineData(SocketError.ProtocolNotSupported, SocketFailureReason.Other)]
    public void The_system_s_error_becomes_the_reason(SocketError error, SocketFailureReason reason)
    {
        DialRun run = DialRun.Of(Hangs, Hangs, new() { [X4] = Fails(3, error) }, name: X4);
        Assert.Equal(reason, run.Failure().Reason);
        Assert.Equal(error, run.Failure().SocketError);
        Assert.StartsWith("192.0.2.1:443: 192.0.2.1:443 ", run.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_without_addresses_is_not_found()
    {
        DialRun run = DialRun.Of(Answers(10), Answers(20));
        Assert.Equal(SocketFailureReason.HostNotFound, run.Failure().Reason);
        Assert.Equal("host.example:443: the name has no address.", run.Error!.Message);
        Assert.Equal(TimeSpan.FromMilliseconds(20), run.Ended);

        run = DialRun.Of(Fails(10, SocketError.TryAgain), Fails(20, SocketError.HostNotFound));
        Assert.Equal(SocketFailureReason.HostNotFound, run.Failure().Reason);
        Assert.Equal(SocketError.TryAgain, run.Failure().SocketError);
        Assert.Equal("host.example:443: the name has no address: IPv6 look-up was not answered by the name server; IPv4 look-up found nothing.", run.Error!.Message);
    }

    [Fact]
    public void A_look_up_that_failed_is_told_beside_the_attempts()
    {
        DialRun run = DialRun.Of(Fails(1, SocketError.TryAgain), Answers(0, X4), new() { [X4] = Fails(1) });
        Assert.Equal(SocketFailureReason.ConnectionRefused, run.Failure().Reason);
        Assert.Equal("host.example:443: IPv6 look-up was not answered by the name server; 192.0.2.1:443 refused the connection.", run.Error!.Message);
    }

    [Fact]
    public void A_resolver_s_own_exception_is_that_family_s_failure()
    {
        DialRun run = DialRun.Of(Throws(0, new FormatException("no such zone.")), Answers(10, X4), new() { [X4] = Succeeds(5) });
        Assert.Equal(X4, run.Outcome);
        run = DialRun.Of(Throws(0, new FormatException("no such zone.")), Throws(5, new OperationCanceledException()));
        Assert.Equal(SocketFailureReason.HostNotFound, run.Failure().Reason);
        Assert.Contains("IPv6 look-up failed: no such zone;", run.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_attempt_that_gives_up_by_itself_is_a_failed_attempt()
    {
        DialRun run = DialRun.Of(Answers(0, A6), Answers(0, X4), new() { [A6] = Throws(10, new OperationCanceledException()), [X4] = Succeeds(5) });
        Assert.Equal(X4, run.Outcome);
        Assert.Equal(TimeSpan.FromMilliseconds(15), run.Ended);
    }

    [Fact]
    public void A_mistake_of_this_side_comes_out_as_it_is()
    {
        var mistake = new NotSupportedException("no such setting");
        DialRun run = DialRun.Of(Answers(0, A6), Answers(0, X4), new() { [A6] = Throws(0, mistake), [X4] = SucceedsDeaf(5) });
        Assert.Same(mistake, run.Error);
    }

    [Fact]
    public void Names_that_are_never_resolved_end_at_the_deadline()
    {
        DialRun run = DialRun.Of(HangsDeaf, HangsDeaf, timeout: 5_000);
        Assert.Equal(SocketFailureReason.TimedOut, run.Failure().Reason);
        Assert.Equal("host.example:443: no connection within 5 s: the time was used up resolving host.example.", run.Error!.Message);
        Assert.Equal(TimeSpan.FromSeconds(5), run.Ended);
    }

    [Fact]
    public void One_look_up_that_hangs_does_not_keep_the_failures_of_the_other_from_being_told()
    {
        DialRun run = DialRun.Of(Hangs, Answers(10, X4), new() { [X4] = Fails(5) }, timeout: 1_500);
        Assert.Equal(
            "host.example:443: no connection within 1.5 s: the time was used up resolving host.example. Failed before: 192.0.2.1:443 refused the connection.",
            run.Error!.Message);
        Assert.Equal(SocketFailureReason.TimedOut, run.Failure().Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Addresses_that_never_answer_end_at_the_deadline(bool deaf)
    {
        DialRun run = DialRun.Of(Answers(0, A6), Answers(0, X4), new() { [A6] = deaf ? HangsDeaf : Hangs, [X4] = deaf ? SucceedsDeaf(60_000) : Hangs }, timeout: 5_000);
        Assert.Equal("host.example:443: no connection within 5 s: the time was used up connecting to [2001:db8::a]:443, 192.0.2.1:443.", run.Error!.Message);
        Assert.Equal(TimeSpan.FromSeconds(5), run.Ended);
    }

    [Fact]
    public void A_deadline_that_has_passed_starts_no_attempt()
    {
        DialRun run = DialRun.Of(Answers(0, A6), Answers(0, X4), new() { [A6] = Succeeds(0) }, timeout: 0);
        Assert.Equal(SocketFailureReason.TimedOut, run.Failure().Reason);
        Assert.Empty(run.Begun);
    }

    [Fact]
    public void A_token_that_stands_for_the_same_deadline_is_no_cancellation()
    {
        DialRun run = DialRun.Of(HangsDeaf, HangsDeaf, timeout: 3_000, deadlineToken: true);
        Assert.Equal("host.example:443: no connection within 3 s: the time was used up resolving host.example.", run.Failure().Message);
        run = DialRun.Of(HangsDeaf, HangsDeaf, timeout: 0, deadlineToken: true);
        Assert.Equal(SocketFailureReason.TimedOut, run.Failure().Reason);
        run = DialRun.Of(HangsDeaf, HangsDeaf, timeout: 3_000, deadlineToken: true, cancelAt: 2_999);
        Assert.IsAssignableFrom<OperationCanceledException>(run.Error);
    }

    [Fact]
    public void A_connection_that_comes_with_the_deadline_is_given_or_disposed()
    {
        // Whichever fires first on the clock is heard first; the run checks that nothing leaks either way.
        DialRun run = DialRun.Of(Answers(0, A6), Answers(0), new() { [A6] = SucceedsDeaf(1_000) }, timeout: 1_000);
        Assert.Equal(TimeSpan.FromSeconds(1), run.Ended);
        Assert.Single(run.Host.Made);
    }

    [Theory]
    [InlineData(5, 0)] // Resolving.
    [InlineData(40, 0)] // In the resolution delay.
    [InlineData(100, 1)] // Connecting.
    [InlineData(400, 2)]
    [InlineData(610, 2)] // In the same instant as a connection.
    public void Cancellation_ends_it_in_every_phase(int at, int begun)
    {
        DialRun run = DialRun.Of(HangsDeaf, Answers(10, X4, "192.0.2.2"), new() { [X4] = SucceedsDeaf(550) }, cancelAt: at);
        Assert.Equal(TimeSpan.FromMilliseconds(at), run.Ended);
        Assert.IsAssignableFrom<OperationCanceledException>(run.Error);
        Assert.Equal(begun, run.Begun.Length);
    }

    [Fact]
    public void Who_has_cancelled_already_starts_nothing()
    {
        var host = new ScriptedHost(new Testing.VirtualTimeProvider());
        var dialer = new Dialer<FakeConnection>(host, DialerOptions.Default);
        Assert.True(dialer.ConnectAsync("host.example", 1, Deadline.Never, new CancellationToken(true)).AsTask().IsCanceled);
        Assert.Empty(host.Asked);
    }

    [Fact]
    public void A_handshake_under_the_same_deadline_has_its_own_words()
    {
        SocketFailureException failure = DialReport.HandshakeTimedOut("host.example:443", TimeSpan.FromSeconds(2.5));
        Assert.Equal("host.example:443: not ready within 2.5 s: the time was used up handshaking.", failure.Message);
        Assert.Equal(SocketFailureReason.TimedOut, failure.Reason);
    }
}
