using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls.Handshake;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Authentication;

/// <summary>Compressed certificates (RFC 8879).</summary>
public sealed class CertificateCompressionTests
{
    private const DtlsCertificateCompression Zlib = DtlsCertificateCompression.Zlib;
    private const DtlsCertificateCompression Brotli = DtlsCertificateCompression.Brotli;

    [Fact]
    public void Both_certificates_travel_compressed_and_are_compressed_once()
    {
        var compressor = new TestCompressor();
        DtlsCredential serverCredential = LongCredential(DtlsPair.Config(TestProviders.Default, 1));
        DtlsCredential clientCredential = LongCredential(DtlsPair.Config(TestProviders.Default, 1));
        for (int i = 1; i <= 3; i++)
        {
            using DtlsPair pair = DtlsPair.Create(
                client: config => config with { CertificateCompressors = [compressor], Credentials = [clientCredential] },
                server: config => config with { CertificateCompressors = [compressor], Credentials = [serverCredential], ClientAuthentication = DtlsClientAuthentication.Required });
            pair.DriveToConnected();
            Assert.Equal(serverCredential.CertificateChain.Select(static der => der.ToArray()), pair.Client.Connection.PeerCertificates.Select(static der => der.ToArray()));
            Assert.Equal(clientCredential.CertificateChain.Select(static der => der.ToArray()), pair.Server.Connection.PeerCertificates.Select(static der => der.ToArray()));
            Assert.Equal(2, compressor.Compressed);
            Assert.Equal(2 * i, compressor.Decompressed);
        }
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void Compression_takes_two(bool client, bool server, bool expected)
    {
        using MachinePair pair = Make(client ? [new TestCompressor()] : [], server ? [new TestCompressor()] : []);
        pair.Run();
        Assert.True(pair.IsComplete);
        Assert.Equal(expected ? 2 : 0, pair.Sent.Count(static message => message.Type == HandshakeType.CompressedCertificate));
        Assert.Equal(expected ? 0 : 2, pair.Sent.Count(static message => message.Type == HandshakeType.Certificate));
    }

    [Fact]
    public void The_senders_preference_among_the_common_ones_decides()
    {
        TestCompressor[] all = [new(Zlib), new(Brotli)];
        using MachinePair pair = Make([all[1], all[0]], [new TestCompressor(DtlsCertificateCompression.Zstd), all[0], all[1]]);
        pair.Run();
        Assert.True(pair.IsComplete);
        List<DtlsCertificateCompression> used = [.. pair.Sent.Where(static message => message.Type == HandshakeType.CompressedCertificate).Select(static message => (DtlsCertificateCompression)message.Body[1])];
        Assert.Equal([Zlib, Brotli], used); // the server's, then the client's
    }

    [Fact]
    public void What_gets_no_shorter_travels_as_it_is()
    {
        using var pair = new MachinePair(
            static config => config with { CertificateCompressors = [new TestCompressor()], PeerCertificateTypes = [DtlsCertificateType.RawPublicKey] },
            static config => config with { CertificateCompressors = [new TestCompressor()], Credentials = [TestKeys.BareKey(config.Crypto)] });
        pair.Run();
        Assert.True(pair.IsComplete);
        Assert.Contains(pair.Sent, static message => message.Type == HandshakeType.Certificate);
    }

    /// <summary>RFC 8879 §4: bad_certificate, and nothing is allocated by what the message says of itself.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(65_537)]
    [InlineData(0xFFFFFF)]
    public void A_length_that_no_certificate_has_is_refused_before_anything_is_done(int length)
    {
        var compressor = new TestCompressor();
        AssertRefused(compressor, message => Compressed(Zlib, length, TestCompressor.Zip(message)), DtlsFailureReason.InvalidCompression, AlertDescription.BadCertificate);
        Assert.Equal(0, compressor.Decompressed);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_message_of_another_length_than_it_says_is_refused(int difference) =>
        AssertRefused(new TestCompressor(), message => Compressed(Zlib, message.Length + difference, TestCompressor.Zip(message)), DtlsFailureReason.InvalidCompression, AlertDescription.BadCertificate);

    [Fact]
    public void A_bomb_is_refused() =>
        AssertRefused(new TestCompressor(), static message => Compressed(Zlib, message.Length, TestCompressor.Zip(new byte[10_000_000])), DtlsFailureReason.InvalidCompression, AlertDescription.BadCertificate);

    [Fact]
    public void Bytes_that_are_nothing_compressed_are_refused() =>
        AssertRefused(new TestCompressor(), static message => Compressed(Zlib, message.Length, [1, 2, 3, 4]), DtlsFailureReason.InvalidCompression, AlertDescription.BadCertificate);

    /// <summary>RFC 8879 §4: an algorithm that was offered.</summary>
    [Fact]
    public void An_algorithm_that_was_not_offered_is_refused() =>
        AssertRefused(new TestCompressor(), static message => Compressed(Brotli, message.Length, TestCompressor.Zip(message)), DtlsFailureReason.IllegalParameter, AlertDescription.IllegalParameter);

    [Fact]
    public void What_is_compressed_has_to_be_a_certificate_message()
    {
        AssertRefused(new TestCompressor(), static _ => Compressed(Zlib, 3, TestCompressor.Zip([0, 0, 0])), DtlsFailureReason.MalformedMessage, AlertDescription.DecodeError);
        AssertRefused(new TestCompressor(), static _ => [0, 1, 0, 0], DtlsFailureReason.MalformedMessage, AlertDescription.DecodeError);
        AssertRefused(new TestCompressor(), static _ => Compressed(Zlib, 10, []), DtlsFailureReason.MalformedMessage, AlertDescription.DecodeError);
    }

    /// <summary>RFC 8879 §3: only whoever has offered it may be sent a compressed certificate.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_compressed_certificate_that_nobody_offered_is_unexpected(bool toServer)
    {
        using MachinePair pair = Make([], []);
        pair.Tamper = (type, body) => type == HandshakeType.Certificate && IsTheOne(pair, toServer) ? Compressed(Zlib, body.Length, TestCompressor.Zip(body)) : body;
        pair.Retype = type => type == HandshakeType.Certificate && IsTheOne(pair, toServer) ? HandshakeType.CompressedCertificate : type;
        pair.Run();
        Assert.Equal(ProtocolError.Unexpected, toServer ? pair.ServerError : pair.ClientError);
    }

    /// <summary>The transcript has the message as it was sent: with the other form in it, no signature fits.</summary>
    [Fact]
    public void The_form_of_the_message_is_signed()
    {
        using MachinePair pair = Make([new TestCompressor()], []);
        pair.Tamper = static (type, body) => type == HandshakeType.Certificate ? Compressed(Zlib, body.Length, TestCompressor.Zip(body)) : body;
        pair.Retype = static type => type == HandshakeType.Certificate ? HandshakeType.CompressedCertificate : type;
        pair.Run();
        Assert.Equal(DtlsFailureReason.InvalidSignature, pair.ClientError.Reason);
    }

    [Fact]
    public void A_list_of_algorithms_that_is_none_is_refused()
    {
        foreach (byte[] content in new byte[][] { [0], [1, 0], [2, 0], [3, 0, 1, 0], [] })
        {
            using MachinePair pair = Make([], [new TestCompressor()]);
            pair.Tamper = (type, body) => type == HandshakeType.ClientHello ? HelloBytes.Append(body, [0, 27, 0, (byte)content.Length, .. content]) : body;
            pair.Run();
            Assert.Equal(DtlsFailureReason.MalformedExtension, pair.ServerError.Reason);
        }
    }

    [Fact]
    public void Every_algorithm_has_one_compressor()
    {
        foreach (DtlsCertificateCompressor[] compressors in new DtlsCertificateCompressor[][] { [new TestCompressor(), new TestCompressor()], [new TestCompressor(DtlsCertificateCompression.None)] })
            Assert.Throws<ArgumentException>((DtlsPair.Config(TestProviders.Default, 1) with { CertificateCompressors = compressors }).Validate);
    }

    private static bool IsTheOne(MachinePair pair, bool toServer) => toServer == (pair.Client.State == DtlsState.Connected);

    private static MachinePair Make(DtlsCertificateCompressor[] client, DtlsCertificateCompressor[] server) => new(
        config => config with { CertificateCompressors = client, Credentials = [LongCredential(config)] },
        config => config with { CertificateCompressors = server, Credentials = [LongCredential(config)], ClientAuthentication = DtlsClientAuthentication.Required });

    /// <summary>A chain that gets shorter: it holds the authority twice.</summary>
    private static DtlsCredential LongCredential(DtlsConfig config)
    {
        DtlsCredential credential = TestCertificates.EcdsaP256.ToCredential(config.Crypto);
        return new DtlsCredential([.. credential.CertificateChain, .. credential.CertificateChain], credential.Signer!);
    }

    private static void AssertRefused(TestCompressor compressor, Func<byte[], byte[]> forge, DtlsFailureReason reason, AlertDescription alert)
    {
        using MachinePair pair = Make([compressor], []);
        pair.Tamper = (type, body) => type == HandshakeType.Certificate ? forge(body) : body;
        pair.Retype = static type => type == HandshakeType.Certificate ? HandshakeType.CompressedCertificate : type;
        pair.Run();
        Assert.Equal(new ProtocolError(reason, alert), pair.ClientError);
    }

    private static byte[] Compressed(DtlsCertificateCompression algorithm, int length, byte[] compressed) =>
    [
        0, (byte)algorithm, (byte)(length >> 16), (byte)(length >> 8), (byte)length,
        (byte)(compressed.Length >> 16), (byte)(compressed.Length >> 8), (byte)compressed.Length, .. compressed,
    ];
}
