using System;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>CompressedCertificate (RFC 8879 §4).</summary>
internal static class CompressedCertificateMessage
{
    public static ProtocolError TryParse(ReadOnlySpan<byte> body, out DtlsCertificateCompression algorithm, out int length, out ReadOnlySpan<byte> compressed)
    {
        var reader = new WireReader(body);
        length = 0;
        compressed = default;
        bool valid = reader.TryReadUInt16(out ushort value) && reader.TryReadUInt24(out length)
            && reader.TryReadVector24(out compressed) && reader.IsEmpty && !compressed.IsEmpty;
        algorithm = (DtlsCertificateCompression)value;
        return valid ? ProtocolError.None : ProtocolError.Malformed;
    }

    public static void Write(WireWriter writer, DtlsCertificateCompression algorithm, int length, ReadOnlySpan<byte> compressed)
    {
        writer.UInt16((ushort)algorithm);
        writer.UInt24(length);
        writer.Vector24(compressed);
    }
}
