namespace Sockets.Tests.Tool;

/// <summary>What the ends agree on, and what a server allows.</summary>
public class ProtocolOptionTests
{
    private const string Psk = "000102030405060708090a0b0c0d0e0f:device";

    [Fact]
    public async Task Protocol_profile_and_keys_for_media_are_agreed_on()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        string[] both = ["--export", "EXTRACTOR-dtls_srtp:56", "--use-srtp", "SRTP_AEAD_AES_128_GCM", "--record-padding", "64", "--cert-compression", "zlib", "--liveness", "60"];
        await using ToolRun server = ToolRun.Start(folder.Serve([.. both, "--alpn", "h2,coap", "--use-srtp", "SRTP_AES128_CM_HMAC_SHA1_80"]));
        ToolRun client = await ToolRun.CompleteAsync(folder.Connect(await server.AddressAsync(), [.. both, "--alpn", "coap", "--send", folder["file"]]));
        Assert.Empty(client.Errors);
        Assert.Contains(" alpn=coap srtp=SRTP_AEAD_AES_128_GCM server-cert=CN=server", client.Output[0], StringComparison.Ordinal);
        Assert.Equal(await server.LineAsync("exporter "), client.Output[1]);
    }

    [Fact]
    public async Task Larger_datagrams_are_searched_for_and_told()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        await using ToolRun server = ToolRun.Start(folder.Serve("--mtu", "600"));
        string address = await server.AddressAsync();
        ToolRun client = await ToolRun.CompleteAsync(folder.Connect(address, "--probe-mtu", "3000", "--send", folder["file"]));
        Assert.Matches("^datagrams carry up to [0-9]+ bytes$", client.Output[^2]); // how far it got by then is another matter
        await ToolRun.FailsAsync("--probe-mtu must be larger than --mtu, which is 1200", folder.Connect(address, "--probe-mtu", "1200"));
    }

    [Fact]
    public async Task A_pre_shared_key_may_do_without_a_key_exchange_and_is_named()
    {
        await using ToolRun server = ToolRun.Start("serve", "--dtls", "127.0.0.1:0", "--psk", Psk, "--psk-ke");
        await using ToolRun client = ToolRun.Start("connect", await server.AddressAsync(), "--psk", Psk, "--psk-ke", "--linger", "0");
        await client.PipeAsync([]);
        Assert.Equal(0, await client.Exit.WaitAsync(Waiting.HangGuard));
        Assert.EndsWith(" psk=device server-cert=none", client.Errors[0], StringComparison.Ordinal);
        Assert.EndsWith(" psk=device client-cert=none", await server.LineAsync("connected "), StringComparison.Ordinal);
        await ToolRun.FailsAsync("--psk-ke needs --psk", "connect", "127.0.0.1:9", "--psk-ke");
        await ToolRun.FailsAsync("need --cert and --key, and mean nothing with --psk alone", "serve", "--dtls", "127.0.0.1:0", "--psk", Psk, "--client-pin-key", new string('0', 64));
        await ToolRun.FailsAsync("--refuse-unknown-names needs --cert and --key", "serve", "--dtls", "127.0.0.1:0", "--psk", Psk, "--refuse-unknown-names");
    }

    [Fact]
    public async Task A_server_has_limits_and_says_at_its_end_what_it_has_counted()
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        File.WriteAllText(folder["file"], "small");
        await using ToolRun server = ToolRun.Start(folder.Serve("--max-connections", "1", "--shards", OperatingSystem.IsLinux() ? "2" : "1", "--max-lifetime", "3600"));
        string address = await server.AddressAsync();
        await using ToolRun client = ToolRun.Start(folder.Connect(address));
        await server.LineAsync("connected ");
        await ToolRun.FailsAsync("answer", folder.Connect(address, "--timeout", "0.2")); // there is no room for it
        Assert.Equal(0, await server.InterruptAsync());
        Assert.Equal(0, await client.Exit.WaitAsync(Waiting.HangGuard));
        string statistics = await server.LineAsync("statistics ");
        Assert.StartsWith("statistics accepted=1 resumed=0 failed-handshakes=0 failed=0 idle=0 moved=0 cookies-sent=", statistics, StringComparison.Ordinal);
        Assert.Contains(" refused-by-rate=0 refused-by-address-rate=0 ", statistics, StringComparison.Ordinal);
        Assert.Contains(" internal-errors=0", statistics, StringComparison.Ordinal);
        Assert.Equal(statistics, server.Output[^1]);
    }

    [Theory]
    [InlineData("--max-handshakes is 20; it must be 1 to --max-connections, which is 10.", "--max-connections", "10", "--max-handshakes", "20")]
    [InlineData("--max-connections-per-address is 20; it must be 1 to --max-connections, which is 10, or 0.", "--max-connections", "10", "--max-connections-per-address", "20")]
    [InlineData("--idle is 00:00:05; it must be --handshake-timeout or more", "--idle", "5")]
    [InlineData("--idle is 00:05:00; it must be longer than --liveness, which is 00:05:00: silent clients are asked before they are given up.", "--liveness", "300", "--idle", "300")]
    [InlineData("--idle is 00:01:00; it must be shorter than --max-lifetime, which is 00:01:00, or it would never be reached.", "--max-lifetime", "60", "--idle", "60")]
    [InlineData("--max-lifetime is 00:00:10; it must be longer than --handshake-timeout, which is 00:00:15.", "--max-lifetime", "10")]
    [InlineData("--cookie never needs --max-handshakes 2 or more", "--cookie", "never", "--max-handshakes", "1")]
    [InlineData("--cookie takes always, never, or a number", "--cookie", "0")]
    [InlineData("--shards needs 1 to 1024 sockets", "--shards", "0")]
    public async Task Limits_that_contradict_each_other_are_named_by_their_options(string expected, params string[] options)
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await ToolRun.FailsAsync(expected, folder.Serve(options));
    }

    [Theory]
    [InlineData("--max-lifetime", "60")]
    [InlineData("--handshake-timeout", "301")]
    [InlineData("--liveness", "300")]
    [InlineData("--liveness", "300", "--max-lifetime", "400")]
    [InlineData("--liveness", "300", "--max-lifetime", "60", "--handshake-timeout", "59")]
    public async Task An_idle_time_that_was_not_given_contradicts_nothing(params string[] options)
    {
        using TemporaryFolder folder = await TemporaryFolder.WithCertificatesAsync();
        await using ToolRun server = ToolRun.Start(folder.Serve(options));
        await server.AddressAsync();
        Assert.Equal(0, await server.InterruptAsync());
    }

    [Theory]
    [InlineData("--record-padding needs 2 to 16384 bytes, or max, not '1'", "--record-padding", "1")]
    [InlineData("--record-padding needs 2 to 16384 bytes, or max, not 'all'", "--record-padding", "all")]
    [InlineData("Unknown SRTP profile 'SRTP_NULL'", "--use-srtp", "SRTP_NULL")]
    [InlineData("'zstd' not recognized. Must be one of: 'brotli' 'zlib'", "--cert-compression", "zstd")]
    [InlineData("--liveness needs a number of seconds above 0", "--liveness", "0")]
    [InlineData("--pin and --ocsp exclude each other", "--ocsp", "require", "--pin", "0")]
    [InlineData("--pin-key and --ocsp exclude each other", "--ocsp", "require", "--pin-key", "0")]
    [InlineData("--psk and --ocsp exclude each other", "--ocsp", "require", "--psk", Psk)]
    [InlineData("--early-data needs some text", "--early-data", "", "--ticket", "t")]
    public Task Bad_input_is_named(string expected, params string[] options) => ToolRun.FailsAsync(expected, ["connect", "127.0.0.1:9", .. options]);
}
