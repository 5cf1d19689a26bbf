namespace Sockets.Dtls;

/// <summary>Outcome of <see cref="DtlsConnection.Write"/>.</summary>
public enum DtlsWriteResult : byte
{
    /// <summary>One datagram was written.</summary>
    Success,

    /// <summary>The handshake is not done, or the connection is over.</summary>
    NotConnected,

    /// <summary>The content is longer than <see cref="DtlsConnection.MaxPlaintextSize"/>.</summary>
    TooLarge,

    /// <summary>The destination is shorter than the record.</summary>
    DestinationTooSmall,

    /// <summary>The sending key has reached its limit and the peer has not acknowledged the key update: the connection is over.</summary>
    KeyLimitReached,
}
