using System;
using System.Collections.Generic;
using Sockets.Dtls.Handshake.Extensions;

namespace Sockets.Dtls.Handshake.Messages;

/// <summary>Certificate (RFC 8446 §4.4.2).</summary>
internal static class CertificateMessage
{
    /// <summary>Parses the chain, leaf first; no entry may carry an extension, since none is asked for.</summary>
    public static ProtocolError TryParse(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> context, List<ReadOnlyMemory<byte>> chain) =>
        TryParse(body, takesOcsp: false, out context, chain, out _);

    /// <summary>Parses the chain, leaf first.</summary>
    /// <param name="body">The message.</param>
    /// <param name="takesOcsp">Whether entries may carry an OCSP response; nothing else may be in them (RFC 8446 §4.4.2).</param>
    /// <param name="context">certificate_request_context.</param>
    /// <param name="chain">Takes the certificates.</param>
    /// <param name="ocspResponse">That of the leaf; empty without one.</param>
    public static ProtocolError TryParse(
        ReadOnlySpan<byte> body, bool takesOcsp, out ReadOnlySpan<byte> context, List<ReadOnlyMemory<byte>> chain, out ReadOnlySpan<byte> ocspResponse)
    {
        ocspResponse = default;
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

            ProtocolError error = ExtensionBlock.TryParse(bytes, out ExtensionBlock extensions);
            if (error.IsError)
                return error;
            foreach (ExtensionBlock.Entry extension in extensions)
            {
                if (!takesOcsp || extension.Type != ExtensionType.StatusRequest)
                    return ProtocolError.UnexpectedExtension;
                error = StatusRequestExtension.ParseResponse(extension.Content, out ReadOnlySpan<byte> response);
                if (error.IsError)
                    return error;
                if (chain.Count == 0)
                    ocspResponse = response;
            }

            chain.Add(certificate.ToArray());
        }

        return ProtocolError.None;
    }

    public static void Write(WireWriter writer, ReadOnlySpan<byte> context, IReadOnlyList<ReadOnlyMemory<byte>> chain, ReadOnlySpan<byte> ocspResponse = default)
    {
        writer.Vector8(context);
        int mark = writer.Begin(3);
        foreach (ReadOnlyMemory<byte> certificate in chain)
        {
            writer.Vector24(certificate.Span);
            int extensions = writer.Begin(2);
            if (!ocspResponse.IsEmpty)
                StatusRequestExtension.WriteResponse(writer, ocspResponse);
            ocspResponse = default; // it is about the leaf
            writer.End(extensions, 2);
        }

        writer.End(mark, 3);
    }
}
