using System.Net;
using System.Net.Sockets;

namespace Sockets.Tests.Proxy;

public class SocketProxyOptionsTests
{
    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("11.1.2.3", false)]
    [InlineData("::ffff:11.1.2.3", false)]
    [InlineData("2001:db8::99", true)]
    [InlineData("2001:db9::99", false)]
    [InlineData("::ffff:172.16.0.1", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("127.0.0.1", false)]
    public void Trusted_is_who_is_in_a_network(string address, bool isTrusted)
    {
        var options = new SocketProxyOptions
        {
            TrustedSources = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("::ffff:172.16.0.0/108")],
        };
        Assert.Equal(isTrusted, options.Snapshot().IsTrusted(new IPEndPoint(IPAddress.Parse(address), 1)));
    }

    [Fact]
    public void Nobody_is_trusted_unless_it_is_said()
    {
        SocketProxyOptions options = new();
        Assert.False(options.IsTrusted(new IPEndPoint(IPAddress.Loopback, 1)));
        Assert.False(options.IsTrusted(new IPEndPoint(IPAddress.IPv6Loopback, 1)));
        Assert.False(options.IsTrusted(new UnixDomainSocketEndPoint("/a")));
        Assert.False(options.IsTrusted(null));
        options.TrustUnixDomainPeers = true;
        Assert.True(options.IsTrusted(new UnixDomainSocketEndPoint("/a")));
        Assert.False(options.IsTrusted(null));
    }

    [Fact]
    public void A_snapshot_is_checked_and_does_not_change()
    {
        var options = new SocketProxyOptions { TrustedSources = [IPNetwork.Parse("10.0.0.0/8")] };
        SocketProxyOptions snapshot = options.Snapshot();
        options.TrustedSources.Clear();
        options.MaxHeaderLength = 536;
        Assert.Single(snapshot.TrustedSources);
        Assert.Equal(4096, snapshot.MaxHeaderLength);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SocketProxyOptions { Versions = SocketProxyVersions.None }.Snapshot());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SocketProxyOptions { Versions = (SocketProxyVersions)4 }.Snapshot());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SocketProxyOptions { HeaderTimeout = TimeSpan.Zero }.Snapshot());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SocketProxyOptions { MaxHeaderLength = 535 }.Snapshot());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SocketProxyOptions { MaxHeaderLength = 65_552 }.Snapshot());
    }
}
