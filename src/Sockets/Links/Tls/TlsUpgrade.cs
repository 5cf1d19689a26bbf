using System;
using System.Net.Sockets;

namespace Sockets.Links.Tls;

/// <summary>
/// What must hold before a plain connection may go on under TLS: nothing of what came in clear may be taken for something
/// that came under TLS (the flaw of CVE-2011-0411).
/// </summary>
internal static class TlsUpgrade
{
    private const byte HandshakeRecord = 22; // RFC 8446 §5.1

    /// <exception cref="InvalidOperationException">It is not a plain, open stream.</exception>
    public static PlainLink RequirePlain(SocketLink link) => link is PlainLink { IsOpen: true } plain
        ? plain
        : throw new InvalidOperationException($"Only an open, plain stream can be upgraded to TLS; this one is {link.SecurityName}.");

    /// <summary>A server speaks first under no protocol of TLS: whatever is there before our ClientHello was put there in clear.</summary>
    /// <exception cref="SocketFailureException">Something is there.</exception>
    public static void RequireSilence(PlainLink plain)
    {
        if (plain.Underlying.Available > 0)
            throw Injected("something came in clear after the answer that allowed TLS");
    }

    /// <summary>A client may have sent its ClientHello already, and nothing else.</summary>
    /// <exception cref="SocketFailureException">Something else is there.</exception>
    public static void RequireClientHello(PlainLink plain)
    {
        Span<byte> first = stackalloc byte[1];
        int count = plain.TakeOver().Receive(first, SocketFlags.Peek, out SocketError error);
        if (error == SocketError.Success && count == 1 && first[0] != HandshakeRecord)
            throw Injected("something came in clear after the request for TLS");
    }

    /// <exception cref="SocketFailureException">The application has received more than it has looked at.</exception>
    public static void RequireNoReadAhead(int unprocessedBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(unprocessedBytes);
        if (unprocessedBytes > 0)
            throw Injected($"{unprocessedBytes} bytes that came in clear were received and not looked at yet");
    }

    private static SocketFailureException Injected(string what) =>
        new(SocketFailureReason.ProtocolError, $"The connection cannot go on under TLS: {what}, and would count as if it had come under TLS.");
}
