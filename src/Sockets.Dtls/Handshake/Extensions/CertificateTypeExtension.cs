using System;
using System.Collections.Generic;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>
/// client_certificate_type and server_certificate_type (RFC 7250 §3): a list of kinds from the client, the chosen one from
/// the server.
/// </summary>
internal static class CertificateTypeExtension
{
    /// <summary>The client's list.</summary>
    public static void WriteClient(WireWriter writer, ExtensionType type, IReadOnlyList<DtlsCertificateType> kinds)
    {
        writer.UInt16((ushort)type);
        int outer = writer.Begin(2);
        int list = writer.Begin(1);
        foreach (DtlsCertificateType kind in kinds)
            writer.UInt8((byte)kind);
        writer.End(list, 1);
        writer.End(outer, 2);
    }

    /// <summary>The server's choice.</summary>
    public static void WriteServer(WireWriter writer, ExtensionType type, DtlsCertificateType kind)
    {
        writer.UInt16((ushort)type);
        int outer = writer.Begin(2);
        writer.UInt8((byte)kind);
        writer.End(outer, 2);
    }

    /// <summary>Checks the client's list: not empty. <paramref name="kinds"/> is its bytes, unknown kinds among them.</summary>
    public static ProtocolError ParseClient(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> kinds)
    {
        var reader = new WireReader(content);
        return reader.TryReadVector8(out kinds) && reader.IsEmpty && !kinds.IsEmpty ? ProtocolError.None : ProtocolError.MalformedExtension;
    }

    /// <summary>The server's choice, which has to be one of those offered.</summary>
    public static ProtocolError ParseServer(ReadOnlySpan<byte> content, IReadOnlyList<DtlsCertificateType> offered, out DtlsCertificateType kind)
    {
        kind = DtlsCertificateType.X509;
        if (content.Length != 1)
            return ProtocolError.MalformedExtension;
        kind = (DtlsCertificateType)content[0];
        foreach (DtlsCertificateType candidate in offered)
        {
            if (candidate == kind)
                return ProtocolError.None;
        }

        return ProtocolError.Illegal; // RFC 7250 §4.2: a kind that the client has offered
    }
}
