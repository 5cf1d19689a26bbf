namespace Sockets.Dtls;

/// <summary>What a <see cref="DtlsAdmission"/> says of a client.</summary>
internal enum DtlsAdmissionVerdict : byte
{
    /// <summary>There is a place for it, and it has it.</summary>
    Admitted,

    /// <summary>Nobody is admitted now.</summary>
    Closed,

    /// <summary>Too many connections.</summary>
    ConnectionsFull,

    /// <summary>Too many unfinished handshakes: it can be admitted when one of them ends.</summary>
    HandshakesFull,

    /// <summary>Its address has too many connections.</summary>
    AddressFull,

    /// <summary>Too many within a second.</summary>
    TooFast,

    /// <summary>Too many from its address within a second.</summary>
    AddressTooFast,
}
