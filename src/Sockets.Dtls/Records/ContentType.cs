namespace Sockets.Dtls.Records;

/// <summary>Record content types (RFC 8446 §5.1, RFC 9147 §4.1). The values are the wire values.</summary>
internal enum ContentType : byte
{
    /// <summary>Not a type; all-zero padding.</summary>
    Invalid = 0,

    /// <summary>Never sent; has no place in DTLS 1.3 (RFC 9147 §5).</summary>
    ChangeCipherSpec = 20,

    /// <summary>Alerts.</summary>
    Alert = 21,

    /// <summary>Handshake fragments.</summary>
    Handshake = 22,

    /// <summary>Application data.</summary>
    ApplicationData = 23,

    /// <summary>Acknowledgements (RFC 9147 §7).</summary>
    Ack = 26,

    /// <summary>Return routability checks (RFC 9853 §4).</summary>
    ReturnRoutabilityCheck = 27,
}
