using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.OpenSsl;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Crypto;

/// <summary>The short way to SHA-256 against the official one of the same library.</summary>
public sealed class DirectSha256Tests
{
    private static readonly byte[] Bytes = new SeededRandom(7).Bytes(5000);

    [Fact]
    public void Hmac_is_the_official_one_for_every_length_of_key_and_data()
    {
        RequireUsable();
        Span<byte> direct = stackalloc byte[32];
        Span<byte> official = stackalloc byte[32];
        for (int keyLength = 0; keyLength <= 130; keyLength++)
        {
            for (int length = 0; length <= 130; length++)
                Compare(Bytes.AsSpan(0, keyLength), Bytes.AsSpan(200, length), direct, official);
        }

        foreach (int length in new[] { 1023, 1024, 1025, 4096 })
            Compare(Bytes.AsSpan(0, 32), Bytes.AsSpan(0, length), direct, official);

        static void Compare(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> direct, Span<byte> official)
        {
            DirectSha256.Hmac(key, data, direct);
            OpenSslHmac.Get(HashKind.Sha256).Compute(key, data, official);
            Assert.Equal(official, direct);
        }
    }

    [Fact]
    public void Expansions_are_the_official_ones_for_every_length_up_to_the_last()
    {
        RequireUsable();
        byte[] direct = new byte[255 * 32];
        byte[] official = new byte[direct.Length];
        for (int length = 0; length <= direct.Length; length += length < 200 ? 1 : 397)
            Compare(length, length % 100);
        Compare(direct.Length, 64);
        Assert.Throws<ArgumentOutOfRangeException>(() => DirectSha256.Expand(Bytes, default, new byte[direct.Length + 1]));

        void Compare(int length, int infoLength)
        {
            DirectSha256.Expand(Bytes.AsSpan(0, 32), Bytes.AsSpan(32, infoLength), direct.AsSpan(0, length));
            OpenSslHmac.Get(HashKind.Sha256).Expand(Bytes.AsSpan(0, 32), Bytes.AsSpan(32, infoLength), official.AsSpan(0, length));
            Assert.Equal(official.AsSpan(0, length), direct.AsSpan(0, length));
        }
    }

    [Fact]
    public void A_running_hash_can_be_read_at_any_point()
    {
        RequireUsable();
        using var direct = new DirectSha256Transcript();
        using var official = new OpenSslTranscriptHash(HashKind.Sha256);
        byte[] actual = new byte[32];
        byte[] expected = new byte[32];
        for (int length = 0; length < 2100; length += 61)
        {
            direct.Append(Bytes.AsSpan(0, length));
            official.Append(Bytes.AsSpan(0, length));
            direct.GetCurrent(actual);
            official.GetCurrent(expected);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void A_hash_that_was_disposed_is_not_read()
    {
        RequireUsable();
        var hash = new DirectSha256Transcript();
        hash.Dispose();
        Assert.Throws<ObjectDisposedException>(() => hash.Append(Bytes));
        Assert.Throws<ObjectDisposedException>(() => hash.GetCurrent(new byte[32]));
    }

    private static void RequireUsable()
    {
        if (!OpenSslCryptoProvider.IsSupported || !DirectSha256.IsUsable)
            Assert.Skip("SHA-256 is not that of libcrypto's default provider here.");
    }
}
