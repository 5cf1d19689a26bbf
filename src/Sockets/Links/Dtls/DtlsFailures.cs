using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>Puts the end of a DTLS connection into the terms of sockets.</summary>
internal static class DtlsFailures
{
    public static SocketFailureException Translate(DtlsException exception) =>
        new(ReasonOf(exception), exception.Message, exception) { CertificateProblem = exception.CertificateProblem };

    private static SocketFailureReason ReasonOf(DtlsException exception)
    {
        if (exception.Failure is not { } failure)
            return SocketFailureReason.Closed;
        bool wasOpen = failure.State == DtlsState.Connected;
        return failure.Reason switch
        {
            DtlsFailureReason.PeerAlert => ReasonOf(failure.Alert, wasOpen),
            DtlsFailureReason.HandshakeTimeout or DtlsFailureReason.RetransmissionLimit when exception.IsRefusedByHost => SocketFailureReason.ConnectionRefused,
            DtlsFailureReason.HandshakeTimeout or DtlsFailureReason.PeerUnreachable => SocketFailureReason.TimedOut,
            DtlsFailureReason.RetransmissionLimit or DtlsFailureReason.KeyLimitReached => wasOpen ? SocketFailureReason.ConnectionReset : SocketFailureReason.TimedOut,
            DtlsFailureReason.CertificateRejected or DtlsFailureReason.InvalidCertificate => SocketFailureReason.CertificateRejected,
            DtlsFailureReason.NoCommonApplicationProtocol or DtlsFailureReason.InvalidApplicationProtocol => SocketFailureReason.NoApplicationProtocol,
            DtlsFailureReason.Displaced or DtlsFailureReason.TooManyConnections => SocketFailureReason.LimitReached,
            DtlsFailureReason.IdleTimeout => SocketFailureReason.TimedOut,
            DtlsFailureReason.LifetimeReached or DtlsFailureReason.Aborted => SocketFailureReason.Closed,
            _ => wasOpen ? SocketFailureReason.ProtocolError : SocketFailureReason.HandshakeFailed,
        };
    }

    /// <summary>What the peer's alert says. One that refuses our certificate comes after a client's handshake is done (RFC 8446 §4.4.2.4).</summary>
    private static SocketFailureReason ReasonOf(AlertDescription alert, bool wasOpen) => alert switch
    {
        AlertDescription.NoApplicationProtocol => SocketFailureReason.NoApplicationProtocol,
        AlertDescription.InternalError or AlertDescription.UserCanceled when wasOpen => SocketFailureReason.ConnectionReset,
        _ => SocketFailureReason.HandshakeFailed,
    };
}
