using System;
using System.Collections.Generic;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake.Extensions;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>CertificateRequest (RFC 8446 §4.3.2).</summary>
internal readonly ref struct CertificateRequestMessage
{
    private CertificateRequestMessage(ReadOnlySpan<byte> context, ExtensionBlock extensions, ReadOnlySpan<byte> schemes, ReadOnlySpan<byte> authorities)
    {
        Extensions = extensions;
        Context = context;
        Schemes = schemes;
        Authorities = authorities;
    }

    /// <summary>Echoed in the Certificate; empty during the handshake.</summary>
    public ReadOnlySpan<byte> Context { get; }

    /// <summary>All of them.</summary>
    public ExtensionBlock Extensions { get; }

    /// <summary>Code points of the accepted signature schemes.</summary>
    public ReadOnlySpan<byte> Schemes { get; }

    /// <summary>Names of the accepted authorities; empty when the server names none.</summary>
    public ReadOnlySpan<byte> Authorities { get; }

    public static ProtocolError TryParse(ReadOnlySpan<byte> body, out CertificateRequestMessage message)
    {
        message = default;
        var reader = new WireReader(body);
        if (!reader.TryReadVector8(out ReadOnlySpan<byte> context) || !reader.TryReadVector16(out ReadOnlySpan<byte> bytes) || !reader.IsEmpty)
            return ProtocolError.Malformed;
        ProtocolError error = ExtensionBlock.TryParse(bytes, out ExtensionBlock extensions);
        if (error.IsError)
            return error;
        if (!extensions.TryGet(ExtensionType.SignatureAlgorithms, out ReadOnlySpan<byte> content))
            return ProtocolError.MissingExtension;
        error = CodePointListExtension.Parse(content, out ReadOnlySpan<byte> schemes);
        if (error.IsError)
            return error;
        ReadOnlySpan<byte> authorities = default;
        if (extensions.TryGet(ExtensionType.CertificateAuthorities, out content))
            error = CertificateAuthoritiesExtension.Parse(content, out authorities);
        message = new CertificateRequestMessage(context, extensions, schemes, authorities);
        return error;
    }

    public static void Write(
        WireWriter writer,
        ReadOnlySpan<byte> context,
        IReadOnlyList<SignatureScheme> schemes,
        IReadOnlyList<SignatureScheme>? certificateSchemes,
        IReadOnlyList<ReadOnlyMemory<byte>> authorities,
        IReadOnlyList<DtlsCertificateCompressor> compressors)
    {
        writer.Vector8(context);
        int mark = writer.Begin(2);
        CodePointListExtension.Write(writer, ExtensionType.SignatureAlgorithms, schemes);
        if (certificateSchemes is not null)
            CodePointListExtension.Write(writer, ExtensionType.SignatureAlgorithmsCert, certificateSchemes);
        if (authorities.Count > 0)
            CertificateAuthoritiesExtension.Write(writer, authorities);
        if (compressors.Count > 0)
            CompressCertificateExtension.Write(writer, compressors);
        writer.End(mark, 2);
    }
}
