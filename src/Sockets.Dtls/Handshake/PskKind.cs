namespace Sockets.Dtls.Handshake;

/// <summary>Where a PSK comes from, which the label of its binder key says (RFC 8446 §7.1, RFC 9258 §5.2).</summary>
internal enum PskKind : byte
{
    /// <summary>From a ticket.</summary>
    Resumption,

    /// <summary>Given beforehand, as it is.</summary>
    External,

    /// <summary>Derived from one that was given beforehand.</summary>
    Imported,
}
