using System;
using Sockets.Dtls.Handshake.Extensions;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>A received ClientHello (RFC 9147 §5.3): a view of its body.</summary>
internal readonly ref struct ClientHelloMessage
{
    /// <summary>legacy_version: that of DTLS 1.2.</summary>
    public const ushort LegacyVersion = 0xFEFD;

    private ClientHelloMessage(ReadOnlySpan<byte> random, ReadOnlySpan<byte> sessionId, ReadOnlySpan<byte> cipherSuites, ExtensionBlock extensions)
    {
        Random = random;
        SessionId = sessionId;
        CipherSuites = cipherSuites;
        Extensions = extensions;
    }

    /// <summary>32 bytes.</summary>
    public ReadOnlySpan<byte> Random { get; }

    /// <summary>legacy_session_id: 0 to 32 bytes; never echoed.</summary>
    public ReadOnlySpan<byte> SessionId { get; }

    /// <summary>Code points of the offered suites.</summary>
    public ReadOnlySpan<byte> CipherSuites { get; }

    public ExtensionBlock Extensions { get; }

    /// <summary>Parses the body. The version is decided before the fields whose meaning depends on it.</summary>
    public static ProtocolError TryParse(ReadOnlySpan<byte> body, out ClientHelloMessage message)
    {
        message = default;
        var malformed = new ProtocolError(DtlsFailureReason.MalformedClientHello, AlertDescription.DecodeError);
        var reader = new WireReader(body);
        if (!reader.TryReadUInt16(out ushort version)
            || !reader.TryReadBytes(32, out ReadOnlySpan<byte> random)
            || !reader.TryReadVector8(out ReadOnlySpan<byte> sessionId)
            || !reader.TryReadVector8(out ReadOnlySpan<byte> cookie)
            || !reader.TryReadVector16(out ReadOnlySpan<byte> suites)
            || !reader.TryReadVector8(out ReadOnlySpan<byte> compression))
        {
            return malformed;
        }

        if (sessionId.Length > 32 || suites.IsEmpty || suites.Length % 2 != 0 || compression.IsEmpty)
            return malformed;
        if (reader.IsEmpty)
            return ProtocolError.Version; // no extensions at all: an older version
        if (!reader.TryReadVector16(out ReadOnlySpan<byte> extensionBytes) || !reader.IsEmpty)
            return malformed;
        ProtocolError error = ExtensionBlock.TryParse(extensionBytes, out ExtensionBlock extensions);
        if (error.IsError)
            return error;

        if (!extensions.TryGet(ExtensionType.SupportedVersions, out ReadOnlySpan<byte> versions))
            return ProtocolError.Version;
        error = SupportedVersionsExtension.ParseClient(versions, out bool offersDtls13);
        if (error.IsError)
            return error;
        if (!offersDtls13 || version != LegacyVersion)
            return ProtocolError.Version;

        // RFC 9147 §5.3: legacy_cookie must be empty; RFC 8446 §4.1.2: exactly the null compression method.
        if (!cookie.IsEmpty || compression.Length != 1 || compression[0] != 0)
            return ProtocolError.Illegal;

        // RFC 8446 §4.2.11: pre_shared_key is the last one, whether or not it is used.
        if (extensions.Contains(ExtensionType.PreSharedKey) && !extensions.EndsWith(ExtensionType.PreSharedKey))
            return ProtocolError.Illegal;

        message = new ClientHelloMessage(random, sessionId, suites, extensions);
        return ProtocolError.None;
    }
}
