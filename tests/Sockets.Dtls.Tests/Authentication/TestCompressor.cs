using System;
using System.IO;
using System.IO.Compression;

namespace Sockets.Dtls.Tests.Authentication;

/// <summary>zlib under any algorithm's number, which counts what it is asked for.</summary>
internal sealed class TestCompressor(DtlsCertificateCompression algorithm = DtlsCertificateCompression.Zlib) : DtlsCertificateCompressor
{
    public override DtlsCertificateCompression Algorithm => algorithm;

    public int Compressed { get; private set; }

    public int Decompressed { get; private set; }

    public override byte[] Compress(ReadOnlySpan<byte> message)
    {
        Compressed++;
        return Zip(message);
    }

    public override bool TryDecompress(ReadOnlySpan<byte> compressed, Span<byte> destination)
    {
        Decompressed++;
        using var stream = new ZLibStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
        try
        {
            return stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) == destination.Length && stream.ReadByte() < 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    public static byte[] Zip(ReadOnlySpan<byte> message)
    {
        using var compressed = new MemoryStream();
        using (var stream = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
            stream.Write(message);
        return compressed.ToArray();
    }
}
