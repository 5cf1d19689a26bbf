using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sockets.Tool;

/// <summary>A socket in one line, for people and for scripts: <c>key=value</c> pairs, one event a line.</summary>
internal static class SocketText
{
    /// <param name="socket">Open.</param>
    /// <param name="isServer">Whether it was accepted, so that the peer's certificate is a client's.</param>
    public static string Connected(Socket socket, bool isServer)
    {
        var line = new StringBuilder("connected peer=").Append(Of(socket.RemoteEndPoint));
        if (socket.Proxied is { } proxied)
            line.Append(" proxied=").Append(proxied.Source is { } source ? Of(source) : "unknown");
        if (socket.Security is not { } security)
            return line.ToString();
        line.Append(" protocol=\"").Append(security.Protocol).Append("\" suite=").Append(security.CipherSuite);
        if (!security.ApplicationProtocol.IsEmpty)
            line.Append(" alpn=").Append(OneWord(Encoding.UTF8.GetString(security.ApplicationProtocol.Span)));
        if (security.ServerName is { } name)
            line.Append(" sni=").Append(OneWord(name));
        return line.Append(isServer ? " client-cert=" : " server-cert=").Append(PeerSubject(security)).ToString();
    }

    /// <param name="peer">What <see cref="Of(EndPoint?)"/> said while it was connected.</param>
    /// <param name="bytes">How many came from it.</param>
    /// <param name="reason">One word.</param>
    public static string Closed(string peer, long bytes, string reason) => $"closed peer={peer} bytes={bytes} reason={reason}";

    public static string Failed(string peer, SocketFailureException failure) => $"failed peer={peer} reason={Of(failure.Reason)}: {FailureLine.Of(failure)}";

    /// <summary>An address in one word; clients of Unix sockets mostly have none.</summary>
    public static string Of(EndPoint? endPoint) => endPoint switch
    {
        null => "unknown",
        UnixDomainSocketEndPoint unix when unix.ToString() is var path => path.Length == 0 ? "unnamed" : OneWord(path),
        _ => endPoint.ToString()!,
    };

    /// <summary>A reason in one word: <c>connection-reset</c>.</summary>
    public static string Of(SocketFailureReason reason)
    {
        var word = new StringBuilder();
        foreach (char c in reason.ToString())
        {
            if (char.IsUpper(c) && word.Length > 0)
                word.Append('-');
            word.Append(char.ToLowerInvariant(c));
        }

        return word.ToString();
    }

    /// <summary>The peer chose it: no control characters, and no end of line, in our output.</summary>
    public static string OneWord(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (char c in text)
            result.Append(char.IsControl(c) || c is '\u2028' or '\u2029' ? '?' : c);
        return result.ToString();
    }

    private static string PeerSubject(SocketSecurityInfo security)
    {
        try
        {
            using X509Certificate2? certificate = security.GetPeerCertificate();
            return certificate is null ? "none" : OneWord(certificate.Subject);
        }
        catch (CryptographicException)
        {
            return "unreadable";
        }
    }
}
