using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>
/// The extensions that are a list of 16-bit code points: supported_groups (RFC 8446 §4.2.7), signature_algorithms and
/// signature_algorithms_cert (§4.2.3).
/// </summary>
internal static class CodePointListExtension
{
    public static void Write(WireWriter writer, IReadOnlyList<NamedGroup> groups, ushort? grease = null)
    {
        int mark = Begin(writer, ExtensionType.SupportedGroups, groups.Count, grease);
        foreach (NamedGroup group in groups)
            writer.UInt16((ushort)group);
        writer.End(mark, 2);
    }

    public static void Write(WireWriter writer, ExtensionType type, IReadOnlyList<SignatureScheme> schemes, ushort? grease = null)
    {
        int mark = Begin(writer, type, schemes.Count, grease);
        foreach (SignatureScheme scheme in schemes)
            writer.UInt16((ushort)scheme);
        writer.End(mark, 2);
    }

    /// <summary>Checks the list: not empty, whole code points. <paramref name="list"/> is their bytes.</summary>
    public static ProtocolError Parse(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> list)
    {
        var reader = new WireReader(content);
        return reader.TryReadVector16(out list) && reader.IsEmpty && !list.IsEmpty && list.Length % 2 == 0
            ? ProtocolError.None
            : ProtocolError.MalformedExtension;
    }

    /// <summary>Whether a list of code points holds one.</summary>
    public static bool Contains(ReadOnlySpan<byte> list, ushort codePoint)
    {
        var reader = new WireReader(list);
        while (reader.TryReadUInt16(out ushort value))
        {
            if (value == codePoint)
                return true;
        }

        return false;
    }

    /// <summary>Begins the list, with a code point that means nothing (RFC 8701) in front, if any.</summary>
    private static int Begin(WireWriter writer, ExtensionType type, int count, ushort? grease)
    {
        writer.UInt16((ushort)type);
        writer.UInt16(checked((ushort)(((count + (grease is null ? 0 : 1)) * 2) + 2)));
        int mark = writer.Begin(2);
        if (grease is { } value)
            writer.UInt16(value);
        return mark;
    }
}
