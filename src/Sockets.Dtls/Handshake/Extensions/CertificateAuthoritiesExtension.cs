using System;
using System.Collections.Generic;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>certificate_authorities (RFC 8446 §4.2.4): DER distinguished names.</summary>
internal static class CertificateAuthoritiesExtension
{
    public static void Write(WireWriter writer, IReadOnlyList<ReadOnlyMemory<byte>> names)
    {
        writer.UInt16((ushort)ExtensionType.CertificateAuthorities);
        int outer = writer.Begin(2);
        int list = writer.Begin(2);
        foreach (ReadOnlyMemory<byte> name in names)
            writer.Vector16(name.Span);
        writer.End(list, 2);
        writer.End(outer, 2);
    }

    /// <summary>Checks the list: not empty, no empty name. <paramref name="list"/> is its bytes.</summary>
    public static ProtocolError Parse(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> list)
    {
        var reader = new WireReader(content);
        if (!reader.TryReadVector16(out list) || !reader.IsEmpty || list.IsEmpty)
            return ProtocolError.MalformedExtension;
        var names = new WireReader(list);
        while (!names.IsEmpty)
        {
            if (!names.TryReadVector16(out ReadOnlySpan<byte> name) || name.IsEmpty)
                return ProtocolError.MalformedExtension;
        }

        return ProtocolError.None;
    }

    /// <summary>Whether a checked list holds a name.</summary>
    public static bool Contains(ReadOnlySpan<byte> list, ReadOnlySpan<byte> name)
    {
        var names = new WireReader(list);
        while (names.TryReadVector16(out ReadOnlySpan<byte> candidate))
        {
            if (candidate.SequenceEqual(name))
                return true;
        }

        return false;
    }
}
