using System;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Sockets.Links.Tls;

/// <summary>Puts what SslStream throws into our terms. Code never looks at message texts; people do.</summary>
internal static class TlsFailures
{
    // Errors of OpenSSL: eight bits of library, 23 of reason; reasons of its TLS library from 1000 on are the peer's alerts.
    private const int TlsLibrary = 20;
    private const int LibraryShift = 23;
    private const int ReasonMask = (1 << LibraryShift) - 1;
    private const int AlertOffset = 1000;
    private const int NoApplicationProtocol = 235;

    /// <param name="exception">What SslStream threw, or the transport below it.</param>
    /// <param name="peer">The peer's address.</param>
    /// <param name="isOpen">Whether the handshake was done.</param>
    /// <param name="isEndSeen">Whether the peer had closed its side of the transport.</param>
    public static SocketFailureException Describe(Exception exception, string peer, bool isOpen, bool isEndSeen)
    {
        string what = isOpen ? $"The TLS connection with {peer}" : $"The TLS handshake with {peer}";
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketFailureException known)
                return known;
            if (inner is SocketException socketException)
                return SocketFailureException.From(socketException, what);
            if (inner is ObjectDisposedException)
                return new SocketFailureException(SocketFailureReason.Closed, "The socket was closed by this program.", exception);
            if (ReasonOf(inner) == NoApplicationProtocol)
                return new SocketFailureException(SocketFailureReason.NoApplicationProtocol, $"{what} failed: the peer speaks none of the application protocols offered here.", exception);
            if (AlertOf(inner) is { } alert)
                return new SocketFailureException(ReasonOf(alert, isOpen), $"{what} failed: the peer says {TlsAlertText.Of(alert)}.", exception);
        }

        if (isEndSeen)
            return isOpen ? Truncated(peer, exception) : new SocketFailureException(SocketFailureReason.HandshakeFailed, $"{what} failed: the peer closed the connection in the middle of it.", exception);
        return new SocketFailureException(
            isOpen ? SocketFailureReason.ProtocolError : SocketFailureReason.HandshakeFailed,
            $"{what} failed: {Innermost(exception).Message.TrimEnd('.')}.",
            exception);
    }

    public static SocketFailureException Truncated(string peer, Exception? inner = null) =>
        new(SocketFailureReason.Truncated, $"{peer} ended the connection without the close_notify of TLS: what came before may have been cut off by somebody else.", inner);

    private static SocketFailureReason ReasonOf(int alert, bool isOpen) => alert switch
    {
        TlsAlertText.NoApplicationProtocol => SocketFailureReason.NoApplicationProtocol,
        _ when isOpen && !IsAboutOurCertificate(alert) => SocketFailureReason.ProtocolError,
        _ => SocketFailureReason.HandshakeFailed, // under TLS 1.3 a server refuses a client's certificate after the client's handshake is done
    };

    private static bool IsAboutOurCertificate(int alert) =>
        alert is >= TlsAlertText.BadCertificate and <= 49 or TlsAlertText.CertificateRequired;

    private static int? AlertOf(Exception exception) =>
        ReasonOf(exception) - AlertOffset is { } alert and >= 0 and <= byte.MaxValue ? alert : null;

    /// <summary>The platform's exception of OpenSSL's errors carries their code; other platforms have none of these codes.</summary>
    private static int? ReasonOf(Exception exception) =>
        OperatingSystem.IsWindows() || exception is not CryptographicException || exception.HResult >> LibraryShift != TlsLibrary ? null : exception.HResult & ReasonMask;

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }
}
