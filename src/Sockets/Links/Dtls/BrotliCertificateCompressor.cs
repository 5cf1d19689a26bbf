using System;
using System.IO.Compression;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>Brotli.</summary>
internal sealed class BrotliCertificateCompressor : DtlsCertificateCompressor
{
    private const int Quality = 11;

    /// <summary>What encoders use when nobody tells them otherwise: 4 MB. A decoder may allocate as much as the input's window is large.</summary>
    private const int MaxWindowBits = 22;

    public override DtlsCertificateCompression Algorithm => DtlsCertificateCompression.Brotli;

    public override byte[] Compress(ReadOnlySpan<byte> message)
    {
        byte[] compressed = new byte[BrotliEncoder.GetMaxCompressedLength(message.Length)];
        return BrotliEncoder.TryCompress(message, compressed, out int written, Quality, MaxWindowBits)
            ? compressed[..written]
            : message.ToArray(); // no shorter, so it is not used
    }

    public override bool TryDecompress(ReadOnlySpan<byte> compressed, Span<byte> destination)
    {
        if (WindowBits(compressed[0]) > MaxWindowBits)
            return false;
        using var decoder = new BrotliDecoder();
        return decoder.Decompress(compressed, destination, out int consumed, out int written) == System.Buffers.OperationStatus.Done
            && consumed == compressed.Length && written == destination.Length;
    }

    /// <summary>WBITS, which stands first, in 1, 4 or 7 bits (RFC 7932 §9.1).</summary>
    private static int WindowBits(byte first)
    {
        if ((first & 1) == 0)
            return 16;
        int next = (first >> 1) & 7;
        if (next != 0)
            return 17 + next;
        next = (first >> 4) & 7;
        return next == 0 ? 17 : 8 + next; // 1 is no window: the decoder refuses it
    }
}
