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
        try
        {
            return Encode(host);
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"'{host}' is not a valid host name.", nameof(host), exception);
        }
    }

    /// <summary>As <see cref="ToAscii"/>, for what a peer sent, which may be anything: itself when it is no name.</summary>
    public static string FromPeer(string name)
    {
        try
        {
            return Encode(name);
        }
        catch (ArgumentException)
        {
            return name;
        }
    }

    /// <summary>In lower case first: where the platform has no data of other scripts, its mapping leaves their capitals.</summary>
    private static string Encode(string name) => Ascii.IsValid(name) ? name : new IdnMapping().GetAscii(name.ToLowerInvariant());
}
