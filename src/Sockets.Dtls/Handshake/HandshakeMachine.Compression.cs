using System;
using Sockets.Dtls.Handshake.Extensions;
using Sockets.Dtls.Handshake.Messages;

namespace Sockets.Dtls.Handshake;

/// <content>Certificates that travel compressed (RFC 8879), where both ends want it so.</content>
internal abstract partial class HandshakeMachine
{
    // What the peer takes our Certificate in; null: as it is.
    private DtlsCertificateCompressor? _ownCompressor;

    private static ProtocolError BadCompression => new(DtlsFailureReason.InvalidCompression, AlertDescription.BadCertificate);

    /// <summary>Reads what the peer takes, from its ClientHello or CertificateRequest, and chooses by our preference.</summary>
    protected ProtocolError NegotiateCompression(in ExtensionBlock extensions)
    {
        _ownCompressor = null;
        if (Config.CertificateCompressors.Count == 0 || !extensions.TryGet(ExtensionType.CompressCertificate, out ReadOnlySpan<byte> content))
            return ProtocolError.None;
        ProtocolError error = CompressCertificateExtension.Parse(content, out ReadOnlySpan<byte> algorithms);
        foreach (DtlsCertificateCompressor compressor in Config.CertificateCompressors)
        {
            if (_ownCompressor is null && !error.IsError && CodePointListExtension.Contains(algorithms, (ushort)compressor.Algorithm))
                _ownCompressor = compressor;
        }

        return error;
    }

    /// <summary>Sends the Certificate that <see cref="Writer"/> holds, compressed if the peer takes it so and it is shorter for it.</summary>
    private void SendWrittenCertificate(DtlsCredential credential)
    {
        if (_ownCompressor is { } compressor && credential.Compress(compressor, Writer.Written) is { } compressed)
        {
            int length = Writer.Written.Length;
            Writer.Clear();
            CompressedCertificateMessage.Write(Writer, compressor.Algorithm, length, compressed);
            SendWritten(HandshakeType.CompressedCertificate);
        }
        else
        {
            SendWritten(HandshakeType.Certificate);
        }
    }

    /// <summary>
    /// The Certificate in a message that the peer has compressed. Nothing is allocated before its length is found to be one that we take
    /// uncompressed as well, and nothing is written beyond that length.
    /// </summary>
    private ProtocolError Decompress(ReadOnlySpan<byte> body, out byte[] message)
    {
        message = [];
        ProtocolError error = CompressedCertificateMessage.TryParse(body, out DtlsCertificateCompression algorithm, out int length, out ReadOnlySpan<byte> compressed);
        if (error.IsError)
            return error;
        foreach (DtlsCertificateCompressor compressor in Config.CertificateCompressors)
        {
            if (compressor.Algorithm != algorithm)
                continue;
            if (length == 0 || length > Config.MaxHandshakeMessageSize)
                return BadCompression;
            message = new byte[length];
            return compressor.TryDecompress(compressed, message) ? ProtocolError.None : BadCompression; // RFC 8879 §4
        }

        return ProtocolError.Illegal; // RFC 8879 §4: an algorithm that was offered
    }
}
