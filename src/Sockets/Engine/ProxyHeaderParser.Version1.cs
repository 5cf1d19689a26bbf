using System;
using System.Net;

namespace Sockets.Engine;

internal static partial class ProxyHeaderParser
{
    /// <summary>The longest line of version 1, with its end.</summary>
    public const int MaxLineLength = 107;

    /// <summary>"PROXY UNKNOWN" and the end of the line.</summary>
    private const int MinLineLength = 15;

    private static ReadOnlySpan<byte> Signature1 => "PROXY "u8;

    private static ProxyHeaderProblem ParseLine(ReadOnlySpan<byte> data, out int length, out SocketProxyInfo? info)
    {
        info = null;
        ReadOnlySpan<byte> line = data[..Math.Min(data.Length, MaxLineLength)];
        int end = line.IndexOf("\r\n"u8);
        if (end < 0)
        {
            length = Math.Max(data.Length + (data[^1] == (byte)'\r' ? 1 : 2), MinLineLength);
            if (data.Length >= MaxLineLength)
                return ProxyHeaderProblem.TooLong;
            length = Math.Min(length, MaxLineLength);
            return ProxyHeaderProblem.None;
        }

        length = end + 2;
        line = line[Signature1.Length..end];
        if (line.SequenceEqual("UNKNOWN"u8) || line.StartsWith("UNKNOWN "u8)) // whatever follows is to be ignored
        {
            info = new SocketProxyInfo(SocketProxyVersions.Version1, isLocal: false, null, null, []);
            return ProxyHeaderProblem.None;
        }

        bool isIPv6 = line.StartsWith("TCP6 "u8);
        if (!isIPv6 && !line.StartsWith("TCP4 "u8))
            return ProxyHeaderProblem.BadLine;
        line = line[5..];
        Span<byte> source = stackalloc byte[16];
        Span<byte> destination = stackalloc byte[16];
        if (!TryTakeAddress(ref line, isIPv6, source)
            || !TryTakeAddress(ref line, isIPv6, destination)
            || !TryTakePorts(line, out int sourcePort, out int destinationPort))
            return ProxyHeaderProblem.BadLine;
        int size = isIPv6 ? 16 : 4;
        info = new SocketProxyInfo(
            SocketProxyVersions.Version1,
            isLocal: false,
            new IPEndPoint(new IPAddress(source[..size]), sourcePort),
            new IPEndPoint(new IPAddress(destination[..size]), destinationPort),
            []);
        return ProxyHeaderProblem.None;
    }

    private static bool TryTakeAddress(ref ReadOnlySpan<byte> line, bool isIPv6, scoped Span<byte> address)
    {
        int end = line.IndexOf((byte)' ');
        if (end < 0)
            return false;
        ReadOnlySpan<byte> text = line[..end];
        line = line[(end + 1)..];
        return isIPv6 ? ProxyAddressText.TryParseIPv6(text, address) : ProxyAddressText.TryParseIPv4(text, address);
    }

    private static bool TryTakePorts(ReadOnlySpan<byte> line, out int source, out int destination)
    {
        source = destination = 0;
        int end = line.IndexOf((byte)' ');
        return end >= 0
            && ProxyAddressText.TryParsePort(line[..end], out source)
            && ProxyAddressText.TryParsePort(line[(end + 1)..], out destination);
    }
}
