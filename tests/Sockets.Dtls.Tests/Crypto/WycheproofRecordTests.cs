using System;
using System.Linq;
using System.Text.Json;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Tests.Crypto;

/// <summary>
/// The AEAD vectors as records: the message is the inner plaintext, the additional data the header. The vector's nonce
/// is split into IV and sequence number, so that their combination is tested as well.
/// </summary>
public sealed class WycheproofRecordTests
{
    [Theory]
    [MemberData(nameof(ProviderCases.ProvidersAndSuites), MemberType = typeof(ProviderCases))]
    public void Records_open_and_seal_as_the_vectors_say(string name, CipherSuite suite)
    {
        CryptoProvider provider = ProviderCases.Get(name, suite);
        string file = suite switch
        {
            CipherSuite.ChaCha20Poly1305Sha256 => "chacha20_poly1305_test.json",
            CipherSuite.Aes128CcmSha256 => "aes_ccm_test.json",
            _ => "aes_gcm_test.json",
        };
        int keyBits = 8 * CipherSuites.KeyLength(suite);
        int opened = 0;
        int refused = 0;
        int sealedRecords = 0;
        foreach ((JsonElement group, JsonElement test) in Wycheproof.Read(file))
        {
            if (group.GetProperty("ivSize").GetInt32() != 96
                || group.GetProperty("tagSize").GetInt32() != 128
                || group.GetProperty("keySize").GetInt32() != keyBits)
            {
                continue;
            }

            string what = test.Describe(file);
            byte[] key = test.Hex("key");
            byte[] header = test.Hex("aad");
            byte[] inner = test.Hex("msg");
            byte[] body = [.. test.Hex("ct"), .. test.Hex("tag")];
            ulong sequence = (ulong)test.GetProperty("tcId").GetInt32() * 0x0001_0203_0405_0607;
            byte[] iv = test.Hex("iv");
            for (int i = 0; i < 8; i++)
                iv[11 - i] ^= (byte)(sequence >> (8 * i));
            using RecordCipher cipher = provider.CreateRecordCipher(suite, key, iv, key);

            if (test.Result() == "valid" && inner.Length > 0 && header.Length > 0)
            {
                AssertSeals(cipher, sequence, header, inner, body, what);
                sealedRecords++;
            }

            bool valid = cipher.TryOpen(sequence, header, body);
            Assert.True(valid == (test.Result() == "valid"), what);
            byte[] expected = valid ? inner : new byte[inner.Length];
            Assert.True(body.AsSpan(0, inner.Length).SequenceEqual(expected), what);
            _ = valid ? opened++ : refused++;
        }

        Assert.True(opened >= 30 && refused >= 20 && sealedRecords >= 10, $"{opened} {refused} {sealedRecords}");
    }

    private static void AssertSeals(RecordCipher cipher, ulong sequence, byte[] header, byte[] inner, byte[] body, string what)
    {
        int numberLength = Math.Min(header.Length, 2);
        byte[] record = [.. header, .. Enumerable.Repeat((byte)0xAA, body.Length)];
        cipher.Seal(
            sequence, new RecordHeaderLayout(header.Length, header.Length - numberLength, numberLength), inner.AsSpan(..^1), inner[^1], record);
        byte[] mask = new byte[numberLength];
        cipher.ComputeMask(record.AsSpan(header.Length, 16), mask);
        for (int i = 0; i < numberLength; i++)
            record[header.Length - numberLength + i] ^= mask[i];
        Assert.True(record.AsSpan(0, header.Length).SequenceEqual(header), what);
        Assert.True(record.AsSpan(header.Length).SequenceEqual(body), what);
    }
}
