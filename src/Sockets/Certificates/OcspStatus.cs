namespace Sockets.Certificates;

/// <summary>What a responder says of a certificate (RFC 6960 §2.2).</summary>
internal enum OcspStatus
{
    /// <summary>It was not revoked.</summary>
    Good,

    /// <summary>It was revoked.</summary>
    Revoked,

    /// <summary>The responder does not know it.</summary>
    Unknown,
}
