using System;
using System.Globalization;
using System.Text;

namespace Sockets.Certificates;

/// <summary>The name that a server's certificate must carry, in the form in which certificates carry it.</summary>
internal static class TargetHostName
{
    /// <summary>Without a trailing dot, which no certificate carries.</summary>
    public static string? WithoutTrailingDot(string? host) =>
        host is { Length: > 1 } && host[^1] == '.' ? host[..^1] : host;

    /// <summary>The punycode form: what server_name carries and what certificates are compared with.</summary>
    public static string ToAscii(string host)
    {
        if (Ascii.IsValid(host))
            return host;
        try
        {
            return new IdnMapping().GetAscii(host);
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"'{host}' is not a valid host name.", nameof(host), exception);
        }
    }
}
