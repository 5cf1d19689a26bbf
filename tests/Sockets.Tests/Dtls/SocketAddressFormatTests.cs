using System.Net;
using Sockets.Dtls;
using Sockets.Links.Dtls;

namespace Sockets.Tests;

public class SocketAddressFormatTests
{
    [Theory]
    [InlineData("127.0.0.1", 4433)]
    [InlineData("203.0.113.254", 65535)]
    [InlineData("::1", 1)]
    [InlineData("2001:db8::abcd:1", 256)]
    [InlineData("fe80::1%3", 5000)]
    [InlineData("::ffff:192.0.2.7", 53)]
    public void Addresses_survive_the_round_trip_and_match_the_platforms(string text, int port)
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(text), port);
        DtlsAddress address = DtlsAddress.FromEndPoint(endPoint);
        SocketAddress written = SocketAddressFormat.Create(address);
        Assert.Equal(address, SocketAddressFormat.Read(written));
        Assert.Equal(address, SocketAddressFormat.Read(endPoint.Serialize()));
        Assert.Equal(endPoint, endPoint.Create(written));
    }

    [Fact]
    public void An_address_object_can_be_used_again()
    {
        SocketAddress reused = SocketAddressFormat.Create(DtlsAddress.FromEndPoint(IPEndPoint.Parse("[2001:db8::1]:1")));
        DtlsAddress second = DtlsAddress.FromEndPoint(IPEndPoint.Parse("[2001:db8::2]:2"));
        SocketAddressFormat.Write(second, reused);
        Assert.Equal(second, SocketAddressFormat.Read(reused));
    }
}
