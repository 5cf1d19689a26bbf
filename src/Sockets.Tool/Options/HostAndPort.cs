using System;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace Sockets.Tool.Options;

/// <summary>HOST:PORT, with an IPv6 address in brackets.</summary>
/// <param name="Host">Name or IP address, without brackets.</param>
/// <param name="Port">UDP port.</param>
internal sealed record HostAndPort(string Host, int Port)
{
    public static HostAndPort? Parse(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (TryParse(text) is { } value)
            return value;
        result.AddError($"'{text}' is not HOST:PORT (such as localhost:4433 or [::1]:4433).");
        return null;
    }

    public static HostAndPort? TryParse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            return null;
        string host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
            return IPAddress.TryParse(host[1..^1], out _) ? new HostAndPort(host[1..^1], port) : null;
        return host.Contains(':') ? null : new HostAndPort(host, port);
    }

    /// <summary>The address to bind to. A name is looked up; IPv4 is preferred, since that is what people mean by localhost.</summary>
    public async Task<IPEndPoint> ResolveAsync(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(Host, out IPAddress? address))
            return new IPEndPoint(address, Port);
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(Host, cancellationToken);
            return new IPEndPoint(addresses.FirstOrDefault(candidate => candidate.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0], Port);
        }
        catch (SocketException exception)
        {
            throw UnknownHost(exception);
        }
    }

    public ToolException UnknownHost(SocketException exception) => new($"Host '{Host}' is unknown: check the spelling, or give an IP address.", exception);

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
