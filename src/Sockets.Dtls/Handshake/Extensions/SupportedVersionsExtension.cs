using System;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>supported_versions (RFC 8446 §4.2.1): this library speaks exactly one.</summary>
internal static class SupportedVersionsExtension
{
    /// <summary>DTLS 1.3.</summary>
    public const ushort Dtls13 = 0xFEFC;

    /// <summary>Writes the one version, and in front of it one that means nothing (RFC 8701), if any.</summary>
    public static void WriteClient(WireWriter writer, ushort? grease = null)
    {
        writer.UInt16((ushort)ExtensionType.SupportedVersions);
        int outer = writer.Begin(2);
        int list = writer.Begin(1);
        if (grease is { } value)
            writer.UInt16(value);
        writer.UInt16(Dtls13);
        writer.End(list, 1);
        writer.End(outer, 2);
    }

    public static void WriteServer(WireWriter writer)
    {
        writer.UInt16((ushort)ExtensionType.SupportedVersions);
        writer.UInt16(2);
        writer.UInt16(Dtls13);
    }

    /// <summary>Whether a client offers DTLS 1.3. False with no error: it offers only other versions.</summary>
    public static ProtocolError ParseClient(ReadOnlySpan<byte> content, out bool offersDtls13)
    {
        offersDtls13 = false;
        var reader = new WireReader(content);
        if (!reader.TryReadVector8(out ReadOnlySpan<byte> list) || !reader.IsEmpty || list.IsEmpty || list.Length % 2 != 0)
            return ProtocolError.MalformedExtension;
        var versions = new WireReader(list);
        while (versions.TryReadUInt16(out ushort version))
            offersDtls13 |= version == Dtls13;
        return ProtocolError.None;
    }

    /// <summary>The version a server selected.</summary>
    public static ProtocolError ParseServer(ReadOnlySpan<byte> content, out ushort version)
    {
        var reader = new WireReader(content);
        return reader.TryReadUInt16(out version) && reader.IsEmpty ? ProtocolError.None : ProtocolError.MalformedExtension;
    }
}
