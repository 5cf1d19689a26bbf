using System.IO.Compression;
using System.Security.Cryptography;
using Sockets.Dtls;

namespace Sockets.Tests;

/// <summary>The platform's algorithms for compressed certificates (RFC 8879), and what strangers may send them.</summary>
public class CertificateCompressorTests
{
    public static TheoryData<DtlsCertificateCompression> Algorithms() => [DtlsCertificateCompression.Zlib, DtlsCertificateCompression.Brotli];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void What_was_compressed_comes_out_again_and_fits_exactly(DtlsCertificateCompression algorithm)
    {
        DtlsCertificateCompressor compressor = Get(algorithm);
        byte[] message = [.. RandomNumberGenerator.GetBytes(200), .. new byte[2000]];
        byte[] compressed = compressor.Compress(message);
        Assert.True(compressed.Length < 400);
        byte[] result = new byte[message.Length];
        Assert.True(compressor.TryDecompress(compressed, result));
        Assert.Equal(message, result);
        Assert.False(compressor.TryDecompress(compressed, new byte[message.Length - 1]));
        Assert.False(compressor.TryDecompress(compressed, new byte[message.Length + 1]));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void What_was_cut_or_changed_is_refused_and_nothing_throws(DtlsCertificateCompression algorithm)
    {
        DtlsCertificateCompressor compressor = Get(algorithm);
        byte[] message = [.. RandomNumberGenerator.GetBytes(100), .. new byte[300]];
        byte[] compressed = compressor.Compress(message);
        byte[] result = new byte[message.Length];
        for (int length = 1; length < compressed.Length; length++)
            Assert.False(compressor.TryDecompress(compressed.AsSpan(0, length), result), $"the first {length} of {compressed.Length} bytes");
        for (int bit = 0; bit < 8 * compressed.Length; bit++)
        {
            byte[] changed = [.. compressed];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Array.Clear(result);
            if (compressor.TryDecompress(changed, result) && algorithm == DtlsCertificateCompression.Zlib)
                Assert.Equal(message, result); // it has a checksum
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_bomb_costs_no_more_than_the_room_it_was_given(DtlsCertificateCompression algorithm)
    {
        DtlsCertificateCompressor compressor = Get(algorithm);
        byte[] bomb = compressor.Compress(new byte[32 << 20]);
        byte[] result = new byte[4096];
        compressor.TryDecompress(bomb, result);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(compressor.TryDecompress(bomb, result));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000 + bomb.Length);
    }

    /// <summary>RFC 1950 §2.2, FDICT: the bytes are well formed, and there is no dictionary that anybody has agreed on.</summary>
    [Fact]
    public void A_zlib_input_that_asks_for_a_dictionary_is_refused() =>
        Assert.False(DtlsCertificateCompressors.Zlib.TryDecompress([0x78, 0xBB, 1, 2, 3, 4, 5, 6, 7, 8], new byte[100]));

    /// <summary>The decoder allocates what the first byte asks for: 16 MB here, for a message of some hundred bytes.</summary>
    [Fact]
    public void A_brotli_window_larger_than_encoders_use_is_refused()
    {
        byte[] message = new byte[1000];
        for (int bits = 10; bits <= 24; bits++)
        {
            byte[] compressed = new byte[100];
            Assert.True(BrotliEncoder.TryCompress(message, compressed, out int length, 5, bits));
            Assert.Equal(bits <= 22, DtlsCertificateCompressors.Brotli.TryDecompress(compressed.AsSpan(0, length), new byte[message.Length]));
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Long_chains_travel_compressed_between_sockets(DtlsCertificateCompression algorithm)
    {
        await using Loopback loopback = Loopback.Start((options, authority) =>
        {
            options.Credentials = [DtlsCredentialLoader.FromCertificate(authority.Issue(["localhost"], padding: 20_000))];
            options.CertificateCompressors = [Get(algorithm)];
            options.ConfigureEngine = static config => config with { InitialRetransmitTimeout = config.MaxRetransmitTimeout }; // what is sent again counts again
        });
        (DtlsChannel plain, _) = await loopback.ConnectPairAsync();
        (DtlsChannel compressed, _) = await loopback.ConnectPairAsync(options => options.CertificateCompressors = DtlsCertificateCompressors.All);
        Assert.Equal(plain.PeerCertificates[0].ToArray(), compressed.PeerCertificates[0].ToArray());
        Assert.True(plain.Statistics.BytesReceived > 20_000);
        Assert.InRange(compressed.Statistics.BytesReceived, 0UL, 5_000UL);
    }

    private static DtlsCertificateCompressor Get(DtlsCertificateCompression algorithm) =>
        algorithm == DtlsCertificateCompression.Zlib ? DtlsCertificateCompressors.Zlib : DtlsCertificateCompressors.Brotli;
}
