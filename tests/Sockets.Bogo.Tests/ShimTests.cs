using System;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Bogo.Tests;

/// <summary>The shim against a stand-in for the runner: its start, its framing, its clock, its ends.</summary>
public sealed class ShimTests
{
    private const int Unimplemented = 89;

    private static readonly TimeSpan FirstTimeout = TimeSpan.FromMilliseconds(400);

    [Fact]
    public void The_start_up_call_is_answered()
    {
        ShimResult result = ShimProcess.Run("-is-handshaker-supported");
        Assert.Equal(new ShimResult(0, "No", ""), result with { Output = result.Output.Trim() });
    }

    [Theory]
    [InlineData("-no-such-flag")]
    [InlineData("-on-resume-no-such-flag")]
    [InlineData("-max-version", "65277")]
    [InlineData("-new-delegated-credential")]
    [InlineData("-curves", "25")]
    public void What_the_library_lacks_is_skipped(params string[] flags)
    {
        ShimResult result = ShimProcess.Run(["-port", "1", "-shim-id", "1", "-dtls", .. flags]);
        Assert.Equal(Unimplemented, result.ExitCode);
        Assert.Empty(result.Error);
    }

    [Fact]
    public void A_client_shakes_hands_and_echoes_inverted()
    {
        using var runner = new RunnerStandIn("-expect-no-session");
        Assert.Equal([0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11], runner.FirstBytes);
        using var peer = DtlsConnection.CreateServer(ServerConfig(), default, MonotonicTime.Zero);
        runner.Drive(peer, () => peer.State == DtlsState.Connected);
        AssertEchoes(runner, peer);
    }

    [Fact]
    public void A_server_shakes_hands_and_echoes_inverted()
    {
        using var files = new PemFiles(TestCertificates.Rsa2048);
        using var runner = new RunnerStandIn("-server", "-cert-file", files.CertificateFile, "-key-file", files.KeyFile, "-shim-writes-first");
        using var peer = DtlsConnection.CreateClient(Config(), default, MonotonicTime.Zero);
        runner.Drive(peer, () => runner.Received.Count > 0);
        Assert.Equal("hello"u8.ToArray(), Assert.Single(runner.Received));
        Assert.Equal(SignatureScheme.RsaPssRsaeSha256, peer.PeerSignatureScheme);
        runner.Received.Clear();
        AssertEchoes(runner, peer);
    }

    [Fact]
    public void Time_is_what_the_runner_says_it_is()
    {
        using var runner = new RunnerStandIn("-async");
        byte[] first = runner.ReadPacket();
        runner.ExpectTimer(FirstTimeout);
        runner.Advance(TimeSpan.Zero);
        runner.Advance(FirstTimeout);
        Assert.Equal(first.Length, runner.ReadPacket().Length);

        // Doubled by one timeout, then rescaled by a new start.
        runner.ExpectTimer(2 * FirstTimeout);
        runner.SetTimeout(TimeSpan.FromSeconds(1));
        runner.ExpectTimer(TimeSpan.FromSeconds(2));

        // A timer with a few milliseconds left has expired.
        runner.Advance(TimeSpan.FromSeconds(2) - TimeSpan.FromMilliseconds(10));
        Assert.Equal(first.Length, runner.ReadPacket().Length);
        runner.ExpectTimer(TimeSpan.FromSeconds(4));

        const int Small = 128;
        Assert.True(first.Length > Small);
        runner.SetDatagramSize(Small);
        runner.Advance(TimeSpan.FromSeconds(4));
        Assert.InRange(runner.ReadPacket().Length, Small - 13, Small);
        Assert.InRange(runner.ReadPacket().Length, 1, Small);
    }

    [Fact]
    public void A_wrong_timer_is_a_failure()
    {
        using var runner = new RunnerStandIn("-initial-timeout-duration-ms", "250");
        runner.ReadPacket();
        runner.ExpectTimer(TimeSpan.FromMilliseconds(250));
        runner.ExpectTimer(null);
        AssertFailed(runner.Finish(), "Expectation: next handshake timer none, it is in 250 ms.");
    }

    [Fact]
    public void A_failure_is_one_line_and_the_alert_is_on_the_wire()
    {
        using var runner = new RunnerStandIn("-verify-peer", "-use-custom-verify-callback", "-verify-fail");
        using var peer = DtlsConnection.CreateServer(ServerConfig(), default, MonotonicTime.Zero);
        runner.Drive(peer, () => peer.Failure is not null);
        Assert.True(peer.Failure!.FromPeer);
        Assert.Equal(AlertDescription.CertificateUnknown, peer.Failure.Alert);
        AssertFailed(runner.Finish(), "DtlsFailure: CertificateRejected CertificateUnknown in state WaitFinished");
    }

    [Fact]
    public void An_unprotected_alert_is_believed_when_nothing_better_comes()
    {
        using var runner = new RunnerStandIn();
        using var peer = DtlsConnection.CreateServer(ServerConfig() with { Groups = [NamedGroup.Secp384r1] }, default, MonotonicTime.Zero);
        peer.Abort(AlertDescription.HandshakeFailure, MonotonicTime.Zero);
        runner.Drive(peer, () => peer.Failure is not null);
        AssertFailed(runner.Finish(), "DtlsFailure: PeerAlert HandshakeFailure in state WaitServerHello");
    }

    [Theory]
    [InlineData("-dtls", null, "Expectation: a session ticket, but none came.")]
    [InlineData("-expect-hrr", null, "Expectation: no HelloRetryRequest took place.")]
    [InlineData("-expect-alpn", "foo", "Expectation: application protocol \"foo\", it is \"\".")]
    public void A_flag_that_is_not_met_is_a_failure(string flag, string? value, string line)
    {
        using RunnerStandIn runner = value is null ? new RunnerStandIn(flag) : new RunnerStandIn(flag, value);
        using var peer = DtlsConnection.CreateServer(ServerConfig(), default, MonotonicTime.Zero);
        runner.Drive(peer, () => peer.State == DtlsState.Connected);
        AssertFailed(runner.Finish(), line);
    }

    [Fact]
    public void The_end_of_the_stream_ends_a_handshake()
    {
        using var runner = new RunnerStandIn();
        runner.ReadPacket();
        AssertFailed(runner.Finish(), "End of stream in state WaitServerHello.");
    }

    private static DtlsConfig Config() => new() { Crypto = CryptoProviders.Default, MaxDatagramSize = 20_000, DangerousUnlimitedAmplification = true };

    private static DtlsConfig ServerConfig() =>
        Config() with { Credentials = [TestCertificates.EcdsaP256.ToCredential(CryptoProviders.Default)] };

    private static void AssertEchoes(RunnerStandIn runner, DtlsConnection peer)
    {
        foreach (int length in new[] { 1, 100, 16_384 })
        {
            byte[] sent = new SeededRandom((ulong)length).Bytes(length);
            runner.Write(peer, sent);
            runner.Drive(peer, () => runner.Received.Count > 0);
            byte[] echo = Assert.Single(runner.Received);
            Assert.Equal(sent, Array.ConvertAll(echo, static value => (byte)~value));
            runner.Received.Clear();
        }

        Assert.Equal(new ShimResult(0, "", ""), runner.Finish());
    }

    private static void AssertFailed(ShimResult result, string line)
    {
        Assert.Equal(line, result.Error.TrimEnd());
        Assert.Equal(1, result.ExitCode);
    }
}
