using System;
using System.Collections.Generic;
using Sockets.Dtls.Handshake.Extensions;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>Certificate (RFC 8446 §4.4.2).</summary>
internal static class CertificateMessage
{
    /// <summary>Parses the chain, leaf first; no entry may carry an extension, since none is asked for.</summary>
    public static ProtocolError TryParse(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> context, List<ReadOnlyMemory<byte>> chain)
    {
        var reader = new WireReader(body);
        if (!reader.TryReadVector8(out context) || !reader.TryReadVector24(out ReadOnlySpan<byte> list) || !reader.IsEmpty)
            return ProtocolError.Malformed;
        var entries = new WireReader(list);
        while (!entries.IsEmpty)
        {
            if (!entries.TryReadVector24(out ReadOnlySpan<byte> certificate) || certificate.IsEmpty
                || !entries.TryReadVector16(out ReadOnlySpan<byte> bytes))
            {
                return ProtocolError.Malformed;
            }

            ProtocolError error = ExtensionBlock.TryParse(bytes, out _);
            if (error.IsError)
                return error;
            if (!bytes.IsEmpty)
                return ProtocolError.UnexpectedExtension;
            chain.Add(certificate.ToArray());
        }

        return ProtocolError.None;
    }

    public static void Write(WireWriter writer, ReadOnlySpan<byte> context, IReadOnlyList<ReadOnlyMemory<byte>> chain)
    {
        writer.Vector8(context);
        int mark = writer.Begin(3);
        foreach (ReadOnlyMemory<byte> certificate in chain)
        {
            writer.Vector24(certificate.Span);
            writer.UInt16(0);
        }

        writer.End(mark, 3);
    }
}
