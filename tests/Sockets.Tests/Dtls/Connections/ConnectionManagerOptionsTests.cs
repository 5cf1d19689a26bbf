using System.Net;
using Sockets.Dtls;

namespace Sockets.Tests.Connections;

/// <summary>Each setting by itself and beside the others: what it may not be is refused before a port is taken, and named.</summary>
public sealed class ConnectionManagerOptionsTests
{
    private static readonly TimeSpan Infinite = Timeout.InfiniteTimeSpan;

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_setting_that_cannot_be_is_named_with_its_value(string setting, string value)
    {
        using var authority = new TestAuthority();
        ConnectionManagerOptions options = Change(setting, value, authority);
        ArgumentException exception = Assert.Throws<ArgumentException>(options.Validate);
        string named = setting.Split('#')[0];
        Assert.Equal(named, exception.ParamName);
        Assert.StartsWith($"ConnectionManagerOptions.{named} is ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("; it must be ", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ConnectionManager.Start(new IPEndPoint(IPAddress.Loopback, 0), options));
    }

    [Fact]
    public void The_defaults_are_fine_together()
    {
        using var authority = new TestAuthority();
        ConnectionManagerOptions options = Make(authority);
        options.Validate();
        (options with { MaxMemory = options.EstimateMemory() }).Validate();
        (options with { Cookies = DtlsCookiePolicy.ByLoad(options.MaxHandshakes - 1), MaxConnectionsPerAddress = null, MaxHandshakesPerSecond = null }).Validate();
        (options with { IdleTimeout = Infinite, MaxLifetime = TimeSpan.FromMinutes(1) }).Validate();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(500)]
    [InlineData(1_000_000)]
    public void What_is_not_set_follows_a_limit_that_is(int most)
    {
        using var authority = new TestAuthority();
        ConnectionManagerOptions options = Make(authority);
        (options with { MaxConnections = most }).Validate();
        (options with { MaxHandshakesPerSecond = most }).Validate();
        (options with { ReceiveQueueSize = most * 1024 }).Validate();
        (options with { MaxConnections = most, MaxConnectionsPerAddress = null, MaxHandshakesPerSecondPerAddress = null }).Validate();
        ConnectionManagerOptions small = options with { MaxConnections = most };
        Assert.Equal((Math.Min(most, 1000), Math.Min(most, 100)), (small.MaxHandshakes, small.MaxConnectionsPerAddress));
        Assert.Equal(Math.Min(most, 100), (options with { MaxHandshakesPerSecond = most }).MaxHandshakesPerSecondPerAddress);
        Assert.Null((small with { MaxConnectionsPerAddress = null }).MaxConnectionsPerAddress);
        Assert.Equal("MaxHandshakes", Assert.Throws<ArgumentException>((small with { MaxHandshakes = most + 1 }).Validate).ParamName);
    }

    [Fact]
    public void Nothing_instead_of_an_address_or_of_what_secures_it_is_said_to_be_wrong()
    {
        using var authority = new TestAuthority();
        ConnectionManagerOptions options = Make(authority);
        Assert.Equal("localEndPoints", Assert.Throws<ArgumentException>(() => ConnectionManager.Start([null!], options)).ParamName);
        Assert.Equal("localEndPoints", Assert.Throws<ArgumentException>(() => ConnectionManager.Start([], options)).ParamName);
        Assert.Equal("Security", Assert.Throws<ArgumentException>(() => (options with { Security = null! }).EstimateMemory()).ParamName);
    }

    [Fact]
    public void What_the_certificates_lack_is_said_as_well()
    {
        var options = new ConnectionManagerOptions { Security = new DtlsServerOptions() };
        Assert.Equal("Credentials", Assert.Throws<ArgumentException>(options.Validate).ParamName);
    }

    [Fact]
    public void As_many_sockets_as_the_connection_IDs_can_tell()
    {
        using var authority = new TestAuthority();
        ConnectionManagerOptions options = Make(authority) with { ConnectionIds = new DtlsConnectionIdLayout { ShardBits = 1 } };
        options.Validate(2);
        Assert.Equal("ConnectionIds.ShardBits", Assert.Throws<ArgumentException>(() => options.Validate(3)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => DtlsCookiePolicy.ByLoad(0));
    }

    [Fact]
    public void Connection_IDs_without_room_for_the_number_of_a_socket_are_named()
    {
        using var authority = new TestAuthority();
        ConnectionManagerOptions options = Make(authority);
        options.Security.ConnectionIdLength = 8;
        options.Validate(1);
        Assert.Equal("Security.ConnectionIdLength", Assert.Throws<ArgumentException>(() => options.Validate(2)).ParamName);
        options.Security.ConnectionIdLength = 9;
        options.Validate(2);
    }

    [Fact]
    public void An_estimate_is_a_number_whatever_the_limits_are()
    {
        using var authority = new TestAuthority();
        ConnectionManagerOptions options = Make(authority) with { MaxQueuedBytes = long.MaxValue, MaxMemory = 1 << 30 };
        Assert.Equal("MaxMemory", Assert.Throws<ArgumentException>(options.Validate).ParamName);
    }

    public static TheoryData<string, string> Wrong() => new()
    {
        { "Security", "null" },
        { "ShardsPerAddress", "0" },
        { "ShardsPerAddress", "1025" },
        { "MaxConnections", "0" },
        { "MaxHandshakes", "0" },
        { "MaxHandshakes", "100001" },
        { "MaxConnectionsPerAddress", "0" },
        { "MaxConnectionsPerAddress", "100001" },
        { "MaxHandshakesPerSecond", "0" },
        { "MaxHandshakesPerSecondPerAddress", "0" },
        { "MaxHandshakesPerSecondPerAddress", "1001" },
        { "Cookies", "null" },
        { "Cookies#threshold", "1000" },
        { "Cookies#early data", "" },
        { "HandshakeTimeout", "0" },
        { "HandshakeTimeout", "1" },
        { "HandshakeTimeout", "3601" },
        { "IdleTimeout", "14" },
        { "IdleTimeout#beside MaxLifetime", "900" },
        { "IdleTimeout#beside LivenessInterval", "60" },
        { "MaxLifetime", "15" },
        { "AcceptQueueLength", "0" },
        { "ReceiveQueueSize", "1023" },
        { "MaxQueuedBytes", "65535" },
        { "MaxMemory", "1000000" },
        { "EventQueueLength", "0" },
        { "ForwardQueueLength", "0" },
        { "ForwardQueueLength", "65537" },
        { "ConnectionIds.Length", "9" },
        { "ConnectionIds.Shard", "1" },
        { "Forwarder", "" },
        { "Security.MaxConnections", "" },
        { "Security.MaxHandshakes", "" },
        { "Security.HandshakeTimeout", "" },
        { "Security.ReceiveQueueSize", "" },
        { "Security.Backlog", "" },
        { "Security.RequireCookie", "" },
        { "Security.HandshakeFailed", "" },
    };

    private static ConnectionManagerOptions Make(TestAuthority authority) => new() { Security = new DtlsServerOptions { Credentials = [authority.ServerCredential()] } };

    private static ConnectionManagerOptions Change(string setting, string value, TestAuthority authority)
    {
        ConnectionManagerOptions good = Make(authority);
        DtlsServerOptions security = good.Security;
        int number = int.TryParse(value, out int parsed) ? parsed : 0;
        switch (setting)
        {
            case "Security.MaxConnections":
                security.MaxConnections = 5;
                return good;
            case "Security.MaxHandshakes":
                security.MaxHandshakes = 5;
                return good;
            case "Security.HandshakeTimeout":
                security.HandshakeTimeout = TimeSpan.FromSeconds(5);
                return good;
            case "Security.ReceiveQueueSize":
                security.ReceiveQueueSize = 5000;
                return good;
            case "Security.Backlog":
                security.Backlog = 5;
                return good;
            case "IdleTimeout#beside LivenessInterval":
                security.LivenessInterval = TimeSpan.FromSeconds(number);
                return good with { IdleTimeout = TimeSpan.FromSeconds(number) };
            case "Security.RequireCookie":
                security.RequireCookie = false;
                return good;
            case "Security.HandshakeFailed":
                security.HandshakeFailed = static (_, _) => { };
                return good;
            case "Cookies#early data":
                security.MaxEarlyDataSize = 1000;
                security.EarlyDataReceived = static (_, _) => { };
                return good;
            case "ConnectionIds.Length":
                security.ConnectionIdLength = 12;
                return good with { ConnectionIds = new DtlsConnectionIdLayout { Length = number } };
        }

        return setting switch
        {
            "Security" => good with { Security = null! },
            "ShardsPerAddress" => good with { ShardsPerAddress = number },
            "MaxConnections" => good with { MaxConnections = number },
            "MaxHandshakes" => good with { MaxHandshakes = number },
            "MaxConnectionsPerAddress" => good with { MaxConnectionsPerAddress = number },
            "MaxHandshakesPerSecondPerAddress" => good with { MaxHandshakesPerSecondPerAddress = number },
            "MaxHandshakesPerSecond" => good with { MaxHandshakesPerSecond = number },
            "Cookies" => good with { Cookies = null! },
            "Cookies#threshold" => good with { Cookies = DtlsCookiePolicy.ByLoad(number) },
            "HandshakeTimeout" => good with { HandshakeTimeout = TimeSpan.FromSeconds(number) },
            "IdleTimeout" => good with { IdleTimeout = TimeSpan.FromSeconds(number) },
            "IdleTimeout#beside MaxLifetime" => good with { MaxLifetime = TimeSpan.FromSeconds(number) },
            "MaxLifetime" => good with { MaxLifetime = TimeSpan.FromSeconds(number), IdleTimeout = Infinite },
            "AcceptQueueLength" => good with { AcceptQueueLength = number },
            "ReceiveQueueSize" => good with { ReceiveQueueSize = number },
            "MaxQueuedBytes" => good with { MaxQueuedBytes = number },
            "MaxMemory" => good with { MaxMemory = number },
            "EventQueueLength" => good with { EventQueueLength = number },
            "ForwardQueueLength" => good with { ForwardQueueLength = number },
            "ConnectionIds.Shard" => good with { ConnectionIds = new DtlsConnectionIdLayout { ShardBits = 4, Shard = number } },
            "Forwarder" => good with { Forwarder = new NoForwarder(), ConnectionIds = new DtlsConnectionIdLayout() },
            _ => throw new InvalidOperationException(setting),
        };
    }

    private sealed class NoForwarder : IDatagramForwarder
    {
        public bool TryForward(int node, in DtlsPath path, ReadOnlySpan<byte> datagram) => false;
    }
}
