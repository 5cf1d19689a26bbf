using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>key_share (RFC 8446 §4.2.8) in its three forms: offer, answer, and request for another group.</summary>
internal static class KeyShareExtension
{
    /// <summary>Opens the client's list; <see cref="EndClient"/> closes it.</summary>
    public static (int Outer, int Inner) BeginClient(WireWriter writer)
    {
        writer.UInt16((ushort)ExtensionType.KeyShare);
        int outer = writer.Begin(2);
        return (outer, writer.Begin(2));
    }

    public static void EndClient(WireWriter writer, (int Outer, int Inner) marks)
    {
        writer.End(marks.Inner, 2);
        writer.End(marks.Outer, 2);
    }

    /// <summary>One KeyShareEntry.</summary>
    public static void WriteEntry(WireWriter writer, KeyExchange share)
    {
        writer.UInt16((ushort)share.Group);
        writer.Vector16(share.PublicKey);
    }

    public static void WriteServer(WireWriter writer, KeyExchange share)
    {
        writer.UInt16((ushort)ExtensionType.KeyShare);
        int mark = writer.Begin(2);
        WriteEntry(writer, share);
        writer.End(mark, 2);
    }

    public static void WriteRetry(WireWriter writer, NamedGroup group)
    {
        writer.UInt16((ushort)ExtensionType.KeyShare);
        writer.UInt16(2);
        writer.UInt16((ushort)group);
    }

    /// <summary>
    /// Checks the client's list and finds the share for one group. Groups we do not know are skipped; a group that comes twice is an error (RFC 8446 §4.2.8).
    /// </summary>
    /// <param name="content">The extension's content.</param>
    /// <param name="group">The group that is wanted.</param>
    /// <param name="share">The share for it; empty when there is none.</param>
    /// <param name="count">How many shares there are.</param>
    public static ProtocolError ParseClient(ReadOnlySpan<byte> content, NamedGroup group, out ReadOnlySpan<byte> share, out int count)
    {
        share = default;
        count = 0;
        var reader = new WireReader(content);
        if (!reader.TryReadVector16(out ReadOnlySpan<byte> list) || !reader.IsEmpty)
            return ProtocolError.MalformedExtension;

        const int maxShares = 32;
        Span<ushort> seen = stackalloc ushort[maxShares];
        var entries = new WireReader(list);
        while (!entries.IsEmpty)
        {
            if (!entries.TryReadUInt16(out ushort entryGroup) || !entries.TryReadVector16(out ReadOnlySpan<byte> key) || key.IsEmpty || count == maxShares)
                return ProtocolError.MalformedExtension;
            if (seen[..count].Contains(entryGroup))
                return ProtocolError.Illegal;
            seen[count++] = entryGroup;
            if (entryGroup == (ushort)group)
                share = key;
        }

        return ProtocolError.None;
    }

    /// <summary>The server's one share.</summary>
    public static ProtocolError ParseServer(ReadOnlySpan<byte> content, out NamedGroup group, out ReadOnlySpan<byte> share)
    {
        var reader = new WireReader(content);
        share = default;
        bool valid = reader.TryReadUInt16(out ushort value) && reader.TryReadVector16(out share) && reader.IsEmpty && !share.IsEmpty;
        group = (NamedGroup)value;
        return valid ? ProtocolError.None : ProtocolError.MalformedExtension;
    }

    /// <summary>The group a HelloRetryRequest asks for.</summary>
    public static ProtocolError ParseRetry(ReadOnlySpan<byte> content, out NamedGroup group)
    {
        var reader = new WireReader(content);
        bool valid = reader.TryReadUInt16(out ushort value) && reader.IsEmpty;
        group = (NamedGroup)value;
        return valid ? ProtocolError.None : ProtocolError.MalformedExtension;
    }
}
