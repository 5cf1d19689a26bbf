namespace Sockets.Dtls.Records;

/// <summary>Why a record or datagram was dropped without an answer. Each has its own counter.</summary>
public enum DiscardReason : byte
{
    /// <summary>The first byte is neither a plaintext content type nor a unified header (RFC 9147 §4.1).</summary>
    InvalidHeader,

    /// <summary>The record ends before its header says.</summary>
    Truncated,

    /// <summary>A ciphertext shorter than tag and content type, or without the 16 bytes the number mask needs.</summary>
    TooShort,

    /// <summary>Longer than 2^14 + 256 bytes.</summary>
    TooLong,

    /// <summary>The record carries a connection ID and none was negotiated.</summary>
    UnexpectedConnectionId,

    /// <summary>The record's connection ID is none of ours (RFC 9147 §4).</summary>
    UnknownConnectionId,

    /// <summary>A connection ID was negotiated, and the datagram's first protected record carries none (RFC 9147 §4, RFC 9146 §3).</summary>
    MissingConnectionId,

    /// <summary>No keys for the record's epoch, or no longer.</summary>
    UnknownEpoch,

    /// <summary>The record number was seen before.</summary>
    Replayed,

    /// <summary>The record number is older than the replay window.</summary>
    TooOld,

    /// <summary>The tag does not match.</summary>
    AuthenticationFailed,

    /// <summary>A plaintext record after the handshake has keys.</summary>
    UnexpectedPlaintext,

    /// <summary>A plaintext record of a type or version that has no place in DTLS 1.3.</summary>
    InvalidPlaintext,

    /// <summary>An unauthenticated handshake fragment that is malformed, contradicts another one, or exceeds the budget.</summary>
    InvalidFragment,

    /// <summary>A handshake fragment too far ahead of the expected message.</summary>
    FragmentOutOfWindow,

    /// <summary>A handshake fragment of a message that was already processed.</summary>
    DuplicateFragment,

    /// <summary>Application data before the handshake is done, or anything but an ACK after the peer's close_notify.</summary>
    UnexpectedApplicationData,

    /// <summary>The datagram came over a path this connection does not use.</summary>
    WrongPath,

    /// <summary>The connection is over.</summary>
    ConnectionClosed,

    /// <summary>Endpoint: no connection for this address, and no ClientHello.</summary>
    UnknownConnection,

    /// <summary>Endpoint: a ClientHello that could not be parsed.</summary>
    InvalidClientHello,

    /// <summary>Endpoint: the cookie is forged, expired, or belongs to another address or ClientHello.</summary>
    InvalidCookie,

    /// <summary>Endpoint: a limit on connections or half-open handshakes was reached.</summary>
    LimitReached,

    /// <summary>A return routability check message that is malformed, of an unknown type, or answers no challenge of ours (RFC 9853 §4, §5.4).</summary>
    InvalidPathMessage,

    /// <summary>An endpoint without a server configuration received a ClientHello.</summary>
    NotAServer,
}
