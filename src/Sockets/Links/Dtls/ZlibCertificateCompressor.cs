using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using Sockets.Dtls;

namespace Sockets.Links.Dtls;

/// <summary>zlib. Its window has 32 KB at most, whatever the input says.</summary>
internal sealed class ZlibCertificateCompressor : DtlsCertificateCompressor
{
    public override DtlsCertificateCompression Algorithm => DtlsCertificateCompression.Zlib;

    public override byte[] Compress(ReadOnlySpan<byte> message)
    {
        using var compressed = new MemoryStream();
        using (var stream = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
            stream.Write(message);
        return compressed.ToArray();
    }

    public override bool TryDecompress(ReadOnlySpan<byte> compressed, Span<byte> destination)
    {
        using var source = new MemoryStream(compressed.ToArray());
        using var stream = new ZLibStream(source, CompressionMode.Decompress);
        try
        {
            return stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) == destination.Length
                && stream.ReadByte() < 0
                && compressed.Length > sizeof(uint)
                && BinaryPrimitives.ReadUInt32BigEndian(compressed[^sizeof(uint)..]) == Checksum(destination);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            return false; // an input that asks for a preset dictionary is the platform's IOException
        }
    }

    /// <summary>Adler-32 (RFC 1950 §8.2), which stands last: the platform does not miss it in an input that was cut.</summary>
    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        const uint modulus = 65_521;
        uint first = 1;
        uint second = 0;
        foreach (byte value in data)
        {
            first = (first + value) % modulus;
            second = (second + first) % modulus;
        }

        return (second << 16) | first;
    }
}
