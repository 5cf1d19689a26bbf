using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Extensions;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>ServerHello and HelloRetryRequest, which is a ServerHello with a fixed random (RFC 8446 §4.1.3, §4.1.4).</summary>
internal readonly ref struct ServerHelloMessage
{
    private ServerHelloMessage(bool isRetry, CipherSuite cipherSuite, ExtensionBlock extensions)
    {
        IsRetry = isRetry;
        CipherSuite = cipherSuite;
        Extensions = extensions;
    }

    /// <summary>SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3).</summary>
    public static ReadOnlySpan<byte> RetryRandom =>
    [
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
        0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
    ];

    public bool IsRetry { get; }

    public CipherSuite CipherSuite { get; }

    public ExtensionBlock Extensions { get; }

    public static ProtocolError TryParse(ReadOnlySpan<byte> body, out ServerHelloMessage message)
    {
        message = default;
        var reader = new WireReader(body);
        if (!reader.TryReadUInt16(out ushort version)
            || !reader.TryReadBytes(32, out ReadOnlySpan<byte> random)
            || !reader.TryReadVector8(out ReadOnlySpan<byte> sessionId)
            || !reader.TryReadUInt16(out ushort suite)
            || !reader.TryReadUInt8(out byte compression))
        {
            return ProtocolError.Malformed;
        }

        if (reader.IsEmpty)
            return ProtocolError.Version;
        if (!reader.TryReadVector16(out ReadOnlySpan<byte> extensionBytes) || !reader.IsEmpty)
            return ProtocolError.Malformed;
        ProtocolError error = ExtensionBlock.TryParse(extensionBytes, out ExtensionBlock extensions);
        if (error.IsError)
            return error;
        if (!extensions.TryGet(ExtensionType.SupportedVersions, out ReadOnlySpan<byte> selected))
            return ProtocolError.Version;
        error = SupportedVersionsExtension.ParseServer(selected, out ushort selectedVersion);
        if (error.IsError)
            return error;
        if (selectedVersion != SupportedVersionsExtension.Dtls13 || version != ClientHelloMessage.LegacyVersion)
            return new ProtocolError(DtlsFailureReason.UnsupportedVersion, AlertDescription.IllegalParameter);

        // We send an empty legacy_session_id, so nothing may be echoed (RFC 9147 §5.3).
        if (!sessionId.IsEmpty || compression != 0)
            return ProtocolError.Illegal;

        message = new ServerHelloMessage(random.SequenceEqual(RetryRandom), (CipherSuite)suite, extensions);
        return ProtocolError.None;
    }

    /// <summary>Writes a ServerHello.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="random">The server's random.</param>
    /// <param name="suite">The suite that is chosen.</param>
    /// <param name="share">The server's share; null for psk_ke.</param>
    /// <param name="selectedIdentity">Which of the client's PSKs is taken; null when none is.</param>
    /// <param name="connectionId">What the client is to put into its records; null when connection IDs are not used.</param>
    /// <param name="checksPaths">Whether return paths are checked.</param>
    public static void Write(
        WireWriter writer, ReadOnlySpan<byte> random, CipherSuite suite, KeyExchange? share, ushort? selectedIdentity, byte[]? connectionId, bool checksPaths)
    {
        int mark = BeginBody(writer, random, suite);
        if (share is not null)
            KeyShareExtension.WriteServer(writer, share);
        SupportedVersionsExtension.WriteServer(writer);
        if (selectedIdentity is { } identity)
            PreSharedKeyExtension.WriteServer(writer, identity);
        if (connectionId is not null)
            ConnectionIdExtension.Write(writer, connectionId);
        if (checksPaths)
            ReturnRoutabilityExtension.Write(writer);
        writer.End(mark, 2);
    }

    /// <summary>Writes a HelloRetryRequest. Equal arguments give equal bytes: a stateless server makes it twice.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="suite">The suite that is chosen.</param>
    /// <param name="group">The group to retry with; None when the client's share was good.</param>
    /// <param name="cookie">The cookie; empty when none is wanted.</param>
    public static void WriteRetry(WireWriter writer, CipherSuite suite, NamedGroup group, ReadOnlySpan<byte> cookie)
    {
        int mark = BeginBody(writer, RetryRandom, suite);
        SupportedVersionsExtension.WriteServer(writer);
        if (group != NamedGroup.None)
            KeyShareExtension.WriteRetry(writer, group);
        if (!cookie.IsEmpty)
            CookieExtension.Write(writer, cookie);
        writer.End(mark, 2);
    }

    private static int BeginBody(WireWriter writer, ReadOnlySpan<byte> random, CipherSuite suite)
    {
        writer.UInt16(ClientHelloMessage.LegacyVersion);
        writer.Bytes(random);
        writer.UInt8(0);
        writer.UInt16((ushort)suite);
        writer.UInt8(0);
        return writer.Begin(2);
    }
}
