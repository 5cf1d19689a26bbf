using System;
using System.Collections.Generic;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake.Extensions;

/// <summary>compress_certificate (RFC 8879 §3): the algorithms its sender can take a Certificate in.</summary>
internal static class CompressCertificateExtension
{
    public static void Write(WireWriter writer, IReadOnlyList<DtlsCertificateCompressor> compressors)
    {
        writer.UInt16((ushort)ExtensionType.CompressCertificate);
        int outer = writer.Begin(2);
        int list = writer.Begin(1);
        foreach (DtlsCertificateCompressor compressor in compressors)
            writer.UInt16((ushort)compressor.Algorithm);
        writer.End(list, 1);
        writer.End(outer, 2);
    }

    /// <summary>Checks the list: not empty, whole code points, 127 of them at most.</summary>
    public static ProtocolError Parse(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> algorithms)
    {
        var reader = new WireReader(content);
        return reader.TryReadVector8(out algorithms) && reader.IsEmpty && !algorithms.IsEmpty && algorithms.Length % 2 == 0
            ? ProtocolError.None
            : ProtocolError.MalformedExtension;
    }
}
