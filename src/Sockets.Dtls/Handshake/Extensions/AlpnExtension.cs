using System;
using System.Collections.Generic;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>application_layer_protocol_negotiation (RFC 7301).</summary>
internal static class AlpnExtension
{
    public static void Write(WireWriter writer, IReadOnlyList<DtlsApplicationProtocol> protocols)
    {
        writer.UInt16((ushort)ExtensionType.ApplicationLayerProtocolNegotiation);
        int outer = writer.Begin(2);
        int list = writer.Begin(2);
        foreach (DtlsApplicationProtocol protocol in protocols)
            writer.Vector8(protocol.Name);
        writer.End(list, 2);
        writer.End(outer, 2);
    }

    /// <summary>Checks a list of names, none of them empty. <paramref name="list"/> is its bytes.</summary>
    public static ProtocolError Parse(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> list, out int count)
    {
        count = 0;
        var reader = new WireReader(content);
        if (!reader.TryReadVector16(out list) || !reader.IsEmpty || list.IsEmpty)
            return ProtocolError.MalformedExtension;
        var names = new WireReader(list);
        while (!names.IsEmpty)
        {
            if (!names.TryReadVector8(out ReadOnlySpan<byte> name) || name.IsEmpty)
                return ProtocolError.MalformedExtension;
            count++;
        }

        return ProtocolError.None;
    }

    /// <summary>Whether a checked list holds a name.</summary>
    public static bool Contains(ReadOnlySpan<byte> list, ReadOnlySpan<byte> name)
    {
        var names = new WireReader(list);
        while (names.TryReadVector8(out ReadOnlySpan<byte> candidate))
        {
            if (candidate.SequenceEqual(name))
                return true;
        }

        return false;
    }
}
