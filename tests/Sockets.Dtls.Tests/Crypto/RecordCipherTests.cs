using System;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.Dtls.Tests.Crypto;

public sealed class RecordCipherTests
{
    private const int HeaderLength = 5;
    private const int TagLength = 16;

    private static readonly byte[] Header = [0x2F, 0x12, 0x34, 0x01, 0x23];
    private static readonly RecordHeaderLayout Layout = new(HeaderLength, 1, 2);

    [Theory]
    [InlineData(CipherSuite.Aes128GcmSha256)]
    [InlineData(CipherSuite.Aes256GcmSha384)]
    [InlineData(CipherSuite.ChaCha20Poly1305Sha256)]
    public void Both_providers_seal_alike_at_every_length_in_place_and_not(CipherSuite suite)
    {
        ProviderCases.Get(ProviderCases.OpenSsl, suite);
        ProviderCases.Get(ProviderCases.Bcl, suite);
        using RecordCipher openSsl = Cipher(OpenSslCryptoProvider.Instance, suite);
        using RecordCipher bcl = Cipher(BclCryptoProvider.Instance, suite);
        for (int length = 0; length <= 600; length++)
        {
            byte[] content = Content(length);
            int padding = length % 4 * (length % 7);
            ulong sequence = ((ulong)length << 40) + (ulong)length;
            byte[] expected = SealApart(openSsl, sequence, content, padding);
            Assert.Equal(expected, SealInPlace(openSsl, sequence, content, padding));
            Assert.Equal(expected, SealApart(bcl, sequence, content, padding));
            Assert.Equal(expected, SealInPlace(bcl, sequence, content, padding));

            AssertOpens(openSsl, sequence, content, padding, expected);
            AssertOpens(bcl, sequence, content, padding, expected);
        }
    }

    [Theory]
    [MemberData(nameof(ProviderCases.ProvidersAndSuites), MemberType = typeof(ProviderCases))]
    public void A_forged_record_leaves_no_plaintext_and_the_next_one_opens(string name, CipherSuite suite)
    {
        CryptoProvider provider = ProviderCases.Get(name, suite);
        using RecordCipher cipher = Cipher(provider, suite);
        byte[] content = Content(333);
        for (int round = 0; round < 3; round++)
        {
            byte[] record = SealApart(cipher, 7, content, 3);
            byte[] inner = [.. content, 23, 0, 0, 0];
            for (int bit = 0; bit < 8 * (record.Length - HeaderLength); bit += 37)
            {
                byte[] body = record.AsSpan(HeaderLength).ToArray();
                body[bit / 8] ^= (byte)(1 << (bit % 8));
                byte[] tag = body.AsSpan(^TagLength..).ToArray();
                Assert.False(cipher.TryOpen(7, Header, body));
                Assert.Equal(new byte[inner.Length], body.AsSpan(..^TagLength).ToArray());
                Assert.Equal(tag, body.AsSpan(^TagLength..).ToArray());
            }

            byte[] wrongHeader = (byte[])Header.Clone();
            wrongHeader[4] ^= 1;
            Assert.False(cipher.TryOpen(7, wrongHeader, record.AsSpan(HeaderLength).ToArray()));
            Assert.False(cipher.TryOpen(8, Header, record.AsSpan(HeaderLength).ToArray()));
            AssertOpens(cipher, 7, content, 3, record);
        }
    }

    [Theory]
    [MemberData(nameof(ProviderCases.ProvidersAndSuites), MemberType = typeof(ProviderCases))]
    public void A_record_with_an_empty_inner_plaintext_is_just_a_tag(string name, CipherSuite suite)
    {
        CryptoProvider provider = ProviderCases.Get(name, suite);
        using RecordCipher cipher = Cipher(provider, suite);
        Assert.False(cipher.TryOpen(0, Header, new byte[TagLength]));
        Assert.False(cipher.TryOpen(0, Header, new byte[TagLength - 1]));
        Assert.False(cipher.TryOpen(0, Header, []));
        Assert.False(cipher.TryOpen(0, [], new byte[TagLength + 1]));
    }

    [Theory]
    [MemberData(nameof(ProviderCases.ProvidersAndSuites), MemberType = typeof(ProviderCases))]
    public void Large_records_go_through(string name, CipherSuite suite)
    {
        CryptoProvider provider = ProviderCases.Get(name, suite);
        using RecordCipher cipher = Cipher(provider, suite);
        byte[] content = Content(16384);
        byte[] record = SealApart(cipher, ulong.MaxValue, content, 0);
        Assert.False(cipher.TryOpen(0, Header, record.AsSpan(HeaderLength).ToArray()));
        AssertOpens(cipher, ulong.MaxValue, content, 0, record);
    }

    [Theory]
    [MemberData(nameof(ProviderCases.ProvidersAndSuites), MemberType = typeof(ProviderCases))]
    public void Header_of_one_number_byte_hides_only_that_byte(string name, CipherSuite suite)
    {
        CryptoProvider provider = ProviderCases.Get(name, suite);
        using RecordCipher cipher = Cipher(provider, suite);
        byte[] record = new byte[2 + 4 + 1 + TagLength];
        record[0] = 0x20;
        record[1] = 0x55;
        cipher.Seal(0x55, new RecordHeaderLayout(2, 1, 1), [1, 2, 3, 4], 23, record);
        byte[] mask = new byte[1];
        cipher.ComputeMask(record.AsSpan(2, 16), mask);
        Assert.Equal(0x20, record[0]);
        Assert.Equal(0x55, record[1] ^ mask[0]);
        Assert.True(cipher.TryOpen(0x55, [0x20, 0x55], record.AsSpan(2)));
        Assert.Equal([1, 2, 3, 4, 23], record.AsSpan(2, 5).ToArray());
    }

    [Theory]
    [MemberData(nameof(ProviderCases.ProvidersAndSuites), MemberType = typeof(ProviderCases))]
    public void Misuse_throws(string name, CipherSuite suite)
    {
        CryptoProvider provider = ProviderCases.Get(name, suite);
        RecordCipher cipher = Cipher(provider, suite);
        byte[] record = new byte[HeaderLength + 20 + 1 + TagLength];
        Assert.Throws<ArgumentException>(() => cipher.Seal(0, Layout, new byte[21], 23, record));
        Assert.Throws<ArgumentException>(() => cipher.Seal(0, Layout, [], 23, new byte[HeaderLength + TagLength]));
        Assert.Throws<ArgumentException>(() => cipher.Seal(0, new RecordHeaderLayout(5, 4, 2), new byte[20], 23, record));
        Assert.Throws<ArgumentException>(() => cipher.Seal(0, new RecordHeaderLayout(5, -1, 2), new byte[20], 23, record));
        Assert.Throws<ArgumentException>(() => cipher.Seal(0, new RecordHeaderLayout(5, 1, 3), new byte[20], 23, record));
        Assert.Throws<ArgumentException>(() => cipher.Seal(0, Layout, record.AsSpan(HeaderLength + 1, 19), 23, record));
        Assert.Throws<ArgumentException>(() => cipher.ComputeMask(new byte[15], new byte[2]));
        Assert.Throws<ArgumentException>(() => cipher.ComputeMask(new byte[16], new byte[3]));
        Assert.ThrowsAny<ArgumentException>(() => provider.CreateRecordCipher(suite, new byte[15], new byte[12], new byte[15]));
        int keyLength = CipherSuites.KeyLength(suite);
        Assert.ThrowsAny<ArgumentException>(() => provider.CreateRecordCipher(suite, new byte[keyLength], new byte[11], new byte[keyLength]));
        Assert.ThrowsAny<ArgumentException>(
            () => provider.CreateRecordCipher(CipherSuite.None, new byte[16], new byte[12], new byte[16]));

        cipher.Dispose();
        cipher.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cipher.Seal(0, Layout, new byte[20], 23, record));
        Assert.Throws<ObjectDisposedException>(() => cipher.TryOpen(0, Header, record.AsSpan(HeaderLength)));
        Assert.Throws<ObjectDisposedException>(() => cipher.ComputeMask(new byte[16], new byte[2]));
        Assert.Throws<ObjectDisposedException>(() => cipher.GetMask(new byte[16]));
    }

    [Theory]
    [MemberData(nameof(ProviderCases.ProvidersAndSuites), MemberType = typeof(ProviderCases))]
    public void Limits_and_overhead_are_those_of_the_suite(string name, CipherSuite suite)
    {
        CryptoProvider provider = ProviderCases.Get(name, suite);
        using RecordCipher cipher = Cipher(provider, suite);
        Assert.Equal(TagLength, cipher.Overhead);
        Assert.Equal(CipherSuites.ConfidentialityLimit(suite), cipher.ConfidentialityLimit);
        Assert.Equal(CipherSuites.IntegrityLimit(suite), cipher.IntegrityLimit);
    }

    internal static RecordCipher Cipher(CryptoProvider provider, CipherSuite suite)
    {
        byte[] key = new byte[CipherSuites.KeyLength(suite)];
        byte[] numberKey = new byte[key.Length];
        byte[] iv = new byte[CipherSuites.NonceLength];
        for (int i = 0; i < key.Length; i++)
        {
            key[i] = (byte)(3 * i);
            numberKey[i] = (byte)(0xFF - i);
        }

        for (int i = 0; i < iv.Length; i++)
            iv[i] = (byte)(0x80 + i);
        return provider.CreateRecordCipher(suite, key, iv, numberKey);
    }

    private static byte[] Content(int length)
    {
        byte[] content = new byte[length];
        for (int i = 0; i < length; i++)
            content[i] = (byte)((7 * i) + length + 1);
        return content;
    }

    private static byte[] SealApart(RecordCipher cipher, ulong sequence, byte[] content, int padding)
    {
        // Rubbish in the buffer must not show: padding becomes zero.
        byte[] record = new byte[HeaderLength + content.Length + 1 + padding + TagLength];
        record.AsSpan().Fill(0xEE);
        Header.CopyTo(record, 0);
        byte[] kept = (byte[])content.Clone();
        cipher.Seal(sequence, Layout, content, 23, record);
        Assert.Equal(kept, content);
        return record;
    }

    private static byte[] SealInPlace(RecordCipher cipher, ulong sequence, byte[] content, int padding)
    {
        byte[] record = new byte[HeaderLength + content.Length + 1 + padding + TagLength];
        record.AsSpan().Fill(0xDD);
        Header.CopyTo(record, 0);
        content.CopyTo(record, HeaderLength);
        cipher.Seal(sequence, Layout, record.AsSpan(HeaderLength, content.Length), 23, record);
        return record;
    }

    private static void AssertOpens(RecordCipher cipher, ulong sequence, byte[] content, int padding, byte[] sealedRecord)
    {
        byte[] record = (byte[])sealedRecord.Clone();
        byte[] mask = new byte[2];
        cipher.ComputeMask(record.AsSpan(HeaderLength, 16), mask);
        record[1] ^= mask[0];
        record[2] ^= mask[1];
        Assert.Equal(Header, record.AsSpan(0, HeaderLength).ToArray());
        Assert.True(cipher.TryOpen(sequence, Header, record.AsSpan(HeaderLength)));
        byte[] inner = [.. content, 23, .. new byte[padding]];
        Assert.Equal(inner, record.AsSpan(HeaderLength, inner.Length).ToArray());
    }
}
