using System;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>CertificateVerify (RFC 8446 §4.4.3).</summary>
internal static class CertificateVerifyMessage
{
    public static ProtocolError TryParse(ReadOnlySpan<byte> body, out SignatureScheme scheme, out ReadOnlySpan<byte> signature)
    {
        var reader = new WireReader(body);
        signature = default;
        bool valid = reader.TryReadUInt16(out ushort value) && reader.TryReadVector16(out signature) && reader.IsEmpty;
        scheme = (SignatureScheme)value;
        return valid ? ProtocolError.None : ProtocolError.Malformed;
    }

    public static void Write(WireWriter writer, SignatureScheme scheme, ReadOnlySpan<byte> signature)
    {
        writer.UInt16((ushort)scheme);
        writer.Vector16(signature);
    }

    /// <summary>The content that is signed: 64 spaces, the context string, a zero, the transcript hash.</summary>
    public static byte[] GetSignedContent(DtlsRole signer, ReadOnlySpan<byte> transcriptHash)
    {
        ReadOnlySpan<byte> context = signer == DtlsRole.Server
            ? "TLS 1.3, server CertificateVerify\0"u8
            : "TLS 1.3, client CertificateVerify\0"u8;
        byte[] content = new byte[64 + context.Length + transcriptHash.Length];
        content.AsSpan(0, 64).Fill(0x20);
        context.CopyTo(content.AsSpan(64));
        transcriptHash.CopyTo(content.AsSpan(64 + context.Length));
        return content;
    }
}
