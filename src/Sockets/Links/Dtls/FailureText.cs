using System.Net.Sockets;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>One sentence for people about each failure: what happened, with whom, and what to look at.</summary>
internal static class FailureText
{
    public static DtlsException CreateException(DtlsFailure failure, DtlsChannel channel, SocketError lastSocketError)
    {
        if (failure is { Reason: DtlsFailureReason.CertificateRejected, FromPeer: false } && channel.KnownFaults?.Verdict is { Explanation: { } explanation } verdict)
            return new DtlsException(explanation, failure, verdict.Problem, verdict.Exception);
        if (channel.KnownFaults?.Handler is { } handlerException)
            return new DtlsException($"The application's handler failed: {handlerException.Message}", failure, innerException: handlerException);
        if (channel.KnownFaults?.Engine is { } engineException)
            return new DtlsException($"The DTLS engine failed: {engineException.Message}", failure, innerException: engineException);
        if (failure.Reason == DtlsFailureReason.SigningFailed)
            return new DtlsException($"The handshake could not be signed: {channel.KnownFaults?.Signing?.Message ?? "no signature was given, or one that is not of the credential's key"}", failure, innerException: channel.KnownFaults?.Signing);
        if (failure is { Reason: DtlsFailureReason.ClientHelloRefused } && channel.KnownFaults?.Selection is { } selectionException)
            return new DtlsException($"The options for this client could not be chosen: {selectionException.Message}", failure, innerException: selectionException);
        return new DtlsException(Describe(failure, channel, lastSocketError), failure) { IsRefusedByHost = IsUnanswered(failure, channel) && lastSocketError == SocketError.ConnectionRefused };
    }

    private static string Describe(DtlsFailure failure, DtlsChannel channel, SocketError lastSocketError)
    {
        string peer = channel.RemoteEndPoint.ToString();
        if (failure.FromPeer)
            return $"{peer} ended the connection with the alert {Name(failure.Alert)} ({(int)failure.Alert}){Hint(failure.Alert)}.";
        return failure.Reason switch
        {
            DtlsFailureReason.HandshakeTimeout or DtlsFailureReason.RetransmissionLimit => IsUnanswered(failure, channel)
                ? $"{peer} does not answer{(lastSocketError == SocketError.ConnectionRefused ? ": the host says that the port is closed" : "")}."
                : $"{peer} stopped answering during the handshake.",
            DtlsFailureReason.PeerUnreachable => $"{peer} has been silent, and does not answer when it is asked.",
            DtlsFailureReason.NoCommonCipherSuite => $"{peer} and this side have no cipher suite in common.",
            DtlsFailureReason.NoCommonGroup => $"{peer} and this side have no key-exchange group in common.",
            DtlsFailureReason.NoCommonSignatureScheme => $"No certificate of this side can be signed for in a way that {peer} accepts.",
            DtlsFailureReason.NoCommonApplicationProtocol => $"{peer} and this side have no application protocol (ALPN) in common.",
            DtlsFailureReason.ClientHelloRefused => $"{peer} asked for a name that is not served here.",
            DtlsFailureReason.UnsupportedVersion => $"{peer} does not speak DTLS 1.3.",
            DtlsFailureReason.InvalidBinder => $"{peer} offered a pre-shared key or a ticket that this side does not know, or without having its secret.",
            DtlsFailureReason.NoCommonPreSharedKey => $"{peer} and this side have no pre-shared key in common.",
            DtlsFailureReason.CertificateRequired => $"{peer} sent no certificate, and one is required.",
            DtlsFailureReason.InvalidSignature => $"The signature of {peer} over the handshake is wrong.",
            DtlsFailureReason.InvalidFinished => $"The Finished message of {peer} is wrong.",
            DtlsFailureReason.KeyLimitReached => $"The keys with {peer} have reached their limit, and it does not acknowledge new ones.",
            DtlsFailureReason.Displaced => $"The unfinished handshake with {peer} gave way to a newer one: too many were under way.",
            DtlsFailureReason.IdleTimeout => $"Nothing came from {peer} for too long (IdleTimeout); the connection was closed.",
            DtlsFailureReason.LifetimeReached => $"The connection with {peer} was as old as it may get (MaxLifetime); it was closed.",
            DtlsFailureReason.TooManyConnections => $"The address of {peer} has as many connections as it may (MaxConnectionsPerAddress).",
            DtlsFailureReason.Aborted => "The connection was aborted on this side.",
            _ => $"The connection with {peer} failed: {failure}.",
        };
    }

    private static bool IsUnanswered(DtlsFailure failure, DtlsChannel channel) =>
        failure.Reason is DtlsFailureReason.HandshakeTimeout or DtlsFailureReason.RetransmissionLimit && channel.Connection.Statistics.DatagramsReceived == 0;

    private static string Hint(AlertDescription alert) => alert switch
    {
        AlertDescription.CertificateRequired => ": it demands a certificate of this side",
        AlertDescription.UnknownCA => ": it does not trust the issuer of this side's certificate",
        AlertDescription.CertificateExpired => ": this side's certificate is out of date",
        AlertDescription.BadCertificate or AlertDescription.CertificateUnknown or AlertDescription.UnsupportedCertificate or AlertDescription.CertificateRevoked =>
            ": it refused this side's certificate",
        AlertDescription.HandshakeFailure => ": it found nothing in common with what was offered (suites, groups, signatures)",
        AlertDescription.DecryptError => ": a signature, a Finished message or the secret of a pre-shared key is not what it expects",
        AlertDescription.ProtocolVersion => ": it does not speak DTLS 1.3",
        AlertDescription.NoApplicationProtocol => ": no application protocol (ALPN) in common",
        AlertDescription.UnrecognizedName => ": it does not serve the name that was asked for",
        _ => "",
    };

    /// <summary>The RFC's spelling (RFC 8446 §6): CertificateExpired is certificate_expired.</summary>
    private static string Name(AlertDescription alert)
    {
        if (alert == AlertDescription.UnknownCA)
            return "unknown_ca";
        string name = alert.ToString();
        var text = new System.Text.StringBuilder(name.Length + 4);
        foreach (char c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
