using System;
using System.Globalization;
using System.Net;

namespace Sockets.Links;

/// <summary>Where to: a name with a port, or an end point.</summary>
/// <param name="Host">DNS name or IP address; null when there is only an end point.</param>
/// <param name="Port">The port; 0 for Unix sockets.</param>
/// <param name="EndPoint">Set when nothing has to be resolved.</param>
internal readonly record struct SocketTarget(string? Host, int Port, EndPoint? EndPoint)
{
    /// <summary>By name, or by an address that is written as one.</summary>
    public static SocketTarget Create(string host, int port)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        if (!IPAddress.TryParse(host, out IPAddress? address))
            return new SocketTarget(host, port, null);
        // The brackets that an IPv6 address wears in a URL are no part of its name.
        return new SocketTarget(host is ['[', .., ']'] ? host[1..^1] : host, port, new IPEndPoint(address, port));
    }

    public static SocketTarget Create(EndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        return endPoint is DnsEndPoint name
            ? Create(name.Host, name.Port)
            : new SocketTarget(null, (endPoint as IPEndPoint)?.Port ?? 0, endPoint);
    }

    /// <summary>The name, or the IP address written as one; null for Unix sockets.</summary>
    public string? Name => Host ?? (EndPoint as IPEndPoint)?.Address.ToString();

    public override string ToString() => EndPoint?.ToString() ?? string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
