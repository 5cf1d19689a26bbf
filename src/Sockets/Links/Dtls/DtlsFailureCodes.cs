using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>The codes of what the engine says.</summary>
internal static class DtlsFailureCodes
{
    /// <summary>None for a reason that has no code: there is no such one, which a test holds.</summary>
    public static FailureCode Of(DtlsFailureReason reason)
    {
        switch (reason)
        {
            case DtlsFailureReason.PeerAlert:
                return FailureCode.PeerAlert;
            case DtlsFailureReason.HandshakeTimeout:
            case DtlsFailureReason.RetransmissionLimit:
            case DtlsFailureReason.IdleTimeout:
                return FailureCode.ConnectionTimedOut;
            case DtlsFailureReason.PeerUnreachable:
                return FailureCode.PeerUnreachable;
            case DtlsFailureReason.Aborted:
            case DtlsFailureReason.LifetimeReached:
                return FailureCode.ConnectionClosed;
            case DtlsFailureReason.UnsupportedVersion:
                return FailureCode.UnsupportedVersion;
            case DtlsFailureReason.NoCommonCipherSuite:
                return FailureCode.NoCommonCipherSuite;
            case DtlsFailureReason.NoCommonApplicationProtocol:
            case DtlsFailureReason.InvalidApplicationProtocol:
                return FailureCode.NoApplicationProtocol;
            case DtlsFailureReason.NoCommonGroup:
            case DtlsFailureReason.NoCommonSignatureScheme:
            case DtlsFailureReason.NoCommonCertificateType:
            case DtlsFailureReason.NoMatchingIssuer:
            case DtlsFailureReason.NoCommonPreSharedKey:
                return FailureCode.NoCommonParameters;
            case DtlsFailureReason.CertificateRequired:
            case DtlsFailureReason.InvalidCertificate:
            case DtlsFailureReason.CertificateRejected:
                return FailureCode.CertificateRejected;
            case DtlsFailureReason.InvalidSignature:
            case DtlsFailureReason.InvalidFinished:
            case DtlsFailureReason.InvalidBinder:
            case DtlsFailureReason.InvalidKeyShare:
                return FailureCode.AuthenticationFailed;
            case DtlsFailureReason.ClientHelloRefused:
            case DtlsFailureReason.InvalidCookie:
                return FailureCode.HandshakeFailed;
            case DtlsFailureReason.SigningFailed:
                return FailureCode.SigningFailed;
            case DtlsFailureReason.KeyLimitReached:
            case DtlsFailureReason.NumberSpaceExhausted:
                return FailureCode.KeyLimitReached;
            case DtlsFailureReason.Displaced:
            case DtlsFailureReason.TooManyConnections:
                return FailureCode.LimitReached;
            case DtlsFailureReason.HandshakeMessageTooLarge:
            case DtlsFailureReason.RecordOverflow:
                return FailureCode.MessageTooLarge;
            case DtlsFailureReason.MalformedMessage:
            case DtlsFailureReason.MalformedClientHello:
            case DtlsFailureReason.MalformedExtension:
            case DtlsFailureReason.MalformedHandshakeRecord:
            case DtlsFailureReason.MalformedAlert:
            case DtlsFailureReason.MalformedAck:
            case DtlsFailureReason.UnknownAlert:
            case DtlsFailureReason.FragmentMismatch:
            case DtlsFailureReason.DuplicateExtension:
            case DtlsFailureReason.InvalidCompression:
                return FailureCode.InvalidMessage;
            case DtlsFailureReason.UnexpectedExtension:
            case DtlsFailureReason.MissingExtension:
            case DtlsFailureReason.UnexpectedMessage:
            case DtlsFailureReason.UnexpectedRecord:
            case DtlsFailureReason.ExcessHandshakeData:
            case DtlsFailureReason.IllegalParameter:
            case DtlsFailureReason.InvalidSrtpProfile:
            case DtlsFailureReason.TooManyKeyUpdates:
            case DtlsFailureReason.UnsupportedConnectionId:
            case DtlsFailureReason.TooManyConnectionIdRequests:
            case DtlsFailureReason.TooManyCertificateRequests:
                return FailureCode.ProtocolError;
            default:
                return FailureCode.None;
        }
    }
}
