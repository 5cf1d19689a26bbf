using System;
using Sockets.Dtls.Handshake.Extensions;

namespace Sockets.Dtls.Handshake;

/// <summary>What is wrong with the peer's message, and the alert that says so. The default value is no error.</summary>
internal readonly record struct ProtocolError(DtlsFailureReason Reason, AlertDescription Alert)
{
    /// <summary>No error.</summary>
    public static ProtocolError None => default;

    /// <summary>Whether there is an error.</summary>
    public bool IsError => Reason != DtlsFailureReason.None;

    /// <summary>The message does not parse.</summary>
    public static ProtocolError Malformed => new(DtlsFailureReason.MalformedMessage, AlertDescription.DecodeError);

    /// <summary>An extension does not parse.</summary>
    public static ProtocolError MalformedExtension => new(DtlsFailureReason.MalformedExtension, AlertDescription.DecodeError);

    /// <summary>A field holds a forbidden value.</summary>
    public static ProtocolError Illegal => new(DtlsFailureReason.IllegalParameter, AlertDescription.IllegalParameter);

    /// <summary>A message that does not belong here.</summary>
    public static ProtocolError Unexpected => new(DtlsFailureReason.UnexpectedMessage, AlertDescription.UnexpectedMessage);

    /// <summary>An extension that was not asked for.</summary>
    public static ProtocolError UnexpectedExtension => new(DtlsFailureReason.UnexpectedExtension, AlertDescription.UnsupportedExtension);

    /// <summary>
    /// An extension that is not answered to (unsupported_extension), or one that is known and has no place in the message
    /// (illegal_parameter; RFC 8446 §4.2).
    /// </summary>
    public static ProtocolError MisplacedExtension(ExtensionType type, bool belongs) =>
        belongs || !Enum.IsDefined(type)
            ? UnexpectedExtension
            : new(DtlsFailureReason.UnexpectedExtension, AlertDescription.IllegalParameter);

    /// <summary>A mandatory extension is missing.</summary>
    public static ProtocolError MissingExtension => new(DtlsFailureReason.MissingExtension, AlertDescription.MissingExtension);

    /// <summary>The peer speaks another version.</summary>
    public static ProtocolError Version => new(DtlsFailureReason.UnsupportedVersion, AlertDescription.ProtocolVersion);
}
