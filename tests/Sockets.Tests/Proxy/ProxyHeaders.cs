using System.Net;
using System.Net.Sockets;
using System.Text;
using Sockets.Engine;

namespace Sockets.Tests.Proxy;

/// <summary>Headers to begin with, and the parser in a form that tests can compare.</summary>
internal static class ProxyHeaders
{
    public const int MaxLength = 4096;

    public static IPEndPoint Source4 { get; } = IPEndPoint.Parse("192.0.2.1:56324");

    public static IPEndPoint Destination4 { get; } = IPEndPoint.Parse("198.51.100.7:443");

    public static IPEndPoint Source6 { get; } = IPEndPoint.Parse("[2001:db8::1]:56324");

    public static IPEndPoint Destination6 { get; } = IPEndPoint.Parse("[2001:db8:1:2:3:4:5:6]:443");

    public static SocketProxyTlv Ssl { get; } = new(SocketProxyTlvType.Ssl, (byte[])[0x07, 0, 0, 0, 0, 0x21, 0, 7, .. "TLSv1.3"u8, 0x22, 0, 2, .. "me"u8, 0x77, 0, 0]);

    public static SocketProxyTlv[] Tlvs { get; } =
    [
        new(SocketProxyTlvType.Alpn, "h2"u8.ToArray()),
        new(SocketProxyTlvType.Authority, "example.org"u8.ToArray()),
        new(SocketProxyTlvType.NoOperation, new byte[5]),
        new(SocketProxyTlvType.UniqueId, new byte[] { 1, 2, 3 }),
        Ssl,
        new(SocketProxyTlvType.NetworkNamespace, "ns"u8.ToArray()),
        new((SocketProxyTlvType)0xE7, new byte[] { 9 }),
    ];

    /// <summary>One valid header of every kind.</summary>
    public static IReadOnlyList<byte[]> Valid { get; } =
    [
        Line("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"),
        Line("PROXY TCP4 0.0.0.0 10.0.0.1 0 80\r\n"),
        Line("PROXY TCP6 ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n".Replace("f...f", "ffff:ffff:ffff:ffff:ffff:ffff", StringComparison.Ordinal)),
        Line("PROXY TCP6 2001:DB8::1 ::ffff:192.0.2.1 1 2\r\n"),
        Line("PROXY UNKNOWN\r\n"),
        Line("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
        SocketProxyHeader.CreateVersion2(Source4, Destination4),
        SocketProxyHeader.CreateVersion2(Source6, Destination6),
        SocketProxyHeader.CreateVersion2(new UnixDomainSocketEndPoint("/run/a"), new UnixDomainSocketEndPoint("\0abstract")),
        SocketProxyHeader.CreateVersion2(Source4, Destination4, Tlvs),
        SocketProxyHeader.CreateVersion2(Source6, Destination6, Tlvs, includeChecksum: true),
        SocketProxyHeader.CreateVersion2(null, null, [new SocketProxyTlv(SocketProxyTlvType.Authority, "x"u8.ToArray())], includeChecksum: true),
        SocketProxyHeader.CreateLocal(),
    ];

    public static byte[] Line(string text) => Encoding.Latin1.GetBytes(text);

    public static ProxyHeaderOutcome Parse(ReadOnlySpan<byte> data, SocketProxyVersions versions = SocketProxyVersions.All, int maxLength = MaxLength)
    {
        ProxyHeaderStatus status = ProxyHeaderParser.Parse(data, versions, maxLength, out int length, out SocketProxyInfo? info, out ProxyHeaderProblem problem);
        Assert.Equal(status == ProxyHeaderStatus.Done, info is not null);
        Assert.Equal(status == ProxyHeaderStatus.Invalid, problem != ProxyHeaderProblem.None);
        return new ProxyHeaderOutcome(status, length, problem, info);
    }

    /// <summary>The header in words.</summary>
    public static string Describe(SocketProxyInfo info) =>
        $"{info.Version} {info.IsLocal} {info.Source} {info.Destination} {string.Join(',', info.Tlvs.Select(static tlv => $"{(byte)tlv.Type:X2}={Convert.ToHexString(tlv.Value.Span)}"))}";
}
