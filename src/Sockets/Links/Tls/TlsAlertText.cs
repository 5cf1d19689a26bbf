namespace Sockets.Links.Tls;

/// <summary>Alerts of TLS by their names (RFC 8446 §6), with what they mean for people.</summary>
internal static class TlsAlertText
{
    public const int BadCertificate = 42;
    public const int ProtocolVersion = 70;
    public const int UnrecognizedName = 112;
    public const int CertificateRequired = 116;
    public const int NoApplicationProtocol = 120;

    public static string Of(int alert) => alert switch
    {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        40 => "handshake_failure: it found nothing it would agree to",
        BadCertificate => "bad_certificate: it refused our certificate",
        43 => "unsupported_certificate: it refused our certificate",
        44 => "certificate_revoked: it refused our certificate",
        45 => "certificate_expired: it refused our certificate",
        46 => "certificate_unknown: it refused our certificate",
        47 => "illegal_parameter",
        48 => "unknown_ca: it does not trust the issuer of our certificate",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        ProtocolVersion => "protocol_version: it does not speak a version of TLS that is allowed here",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        109 => "missing_extension",
        110 => "unsupported_extension",
        UnrecognizedName => "unrecognized_name: it serves no such name",
        113 => "bad_certificate_status_response",
        115 => "unknown_psk_identity",
        CertificateRequired => "certificate_required: it wants a certificate of ours",
        NoApplicationProtocol => "no_application_protocol: it speaks none of the application protocols offered",
        _ => $"alert {alert}",
    };
}
