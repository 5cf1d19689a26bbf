using System.Net;
using System.Net.Sockets;
using System.Text;
using static Sockets.Tests.Proxy.ProxyHeaders;

namespace Sockets.Tests.Proxy;

public class ProxyHeaderWriterTests
{
    [Theory]
    [InlineData("192.0.2.1:1", "192.0.2.2:65535", "PROXY TCP4 192.0.2.1 192.0.2.2 1 65535\r\n")]
    [InlineData("[::1]:1", "[2001:db8::1]:2", "PROXY TCP6 ::1 2001:db8::1 1 2\r\n")]
    [InlineData("[::ffff:192.0.2.1]:1", "192.0.2.2:2", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("[fe80::1%3]:1", "[fe80::2%3]:2", "PROXY TCP6 fe80::1 fe80::2 1 2\r\n")]
    public void A_line_is_as_the_specification_has_it(string source, string destination, string line) =>
        Assert.Equal(line, Encoding.ASCII.GetString(SocketProxyHeader.CreateVersion1(IPEndPoint.Parse(source), IPEndPoint.Parse(destination))));

    [Fact]
    public void What_a_line_cannot_say_is_unknown()
    {
        Assert.Equal("PROXY UNKNOWN\r\n"u8, SocketProxyHeader.CreateVersion1(null, null));
        Assert.Equal("PROXY UNKNOWN\r\n"u8, SocketProxyHeader.CreateVersion1(Source4, null));
        Assert.Equal("PROXY UNKNOWN\r\n"u8, SocketProxyHeader.CreateVersion1(new UnixDomainSocketEndPoint("/a"), new UnixDomainSocketEndPoint("/b")));
        SocketProxyInfo info = Parse(SocketProxyHeader.CreateVersion2(null, null, [new SocketProxyTlv(SocketProxyTlvType.Alpn, "h3"u8.ToArray())])).Info!;
        Assert.Null(info.Source);
        Assert.Equal("h3"u8, info.ApplicationProtocol!.Value.Span);
    }

    [Fact]
    public void Two_families_do_not_go_together()
    {
        Assert.Throws<ArgumentException>(() => SocketProxyHeader.CreateVersion1(Source4, Source6));
        Assert.Throws<ArgumentException>(() => SocketProxyHeader.CreateVersion2(Source4, Source6));
        Assert.Throws<ArgumentException>(() => SocketProxyHeader.CreateVersion2(Source4, new UnixDomainSocketEndPoint("/a")));
    }

    [Fact]
    public void The_length_is_limited_to_what_its_field_can_say()
    {
        var full = new SocketProxyTlv(SocketProxyTlvType.NoOperation, new byte[ushort.MaxValue - 12 - 3]);
        byte[] header = SocketProxyHeader.CreateVersion2(Source4, Destination4, [full]);
        Assert.Equal(16 + ushort.MaxValue, header.Length);
        Assert.NotNull(Parse(header, maxLength: header.Length).Info);
        Assert.Throws<ArgumentException>(() => SocketProxyHeader.CreateVersion2(Source4, Destination4, [full], includeChecksum: true));
        Assert.Throws<ArgumentException>(() => SocketProxyHeader.CreateVersion2(Source4, Destination4, [new SocketProxyTlv(SocketProxyTlvType.NoOperation, new byte[ushort.MaxValue + 1])]));
    }

    [Fact]
    public void Every_bit_counts_for_the_checksum()
    {
        byte[] header = SocketProxyHeader.CreateVersion2(Source4, Destination4, [new SocketProxyTlv(SocketProxyTlvType.NoOperation, new byte[9])], includeChecksum: true);
        Assert.NotNull(Parse(header).Info);
        int checksumType = header.Length - 7; // without its type there is no checksum to check
        for (int bit = 16 * 8; bit < header.Length * 8; bit++)
        {
            if (bit / 8 == checksumType)
                continue;
            header[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(Parse(header).Info);
            header[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }
}
