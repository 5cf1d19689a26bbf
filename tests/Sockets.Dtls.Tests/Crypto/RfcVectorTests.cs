using System;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Tests.Crypto;

/// <summary>Vectors printed in RFCs, beside those that the self-test repeats at run time.</summary>
public sealed class RfcVectorTests
{
    [Fact]
    public void ChaCha20_block_of_RFC_8439_section_2_3_2()
    {
        byte[] key = Hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        byte[] input = Hex("01000000000000090000004a00000000");
        byte[] block = new byte[64];
        ChaCha20Block.Compute(key, input, block);
        Assert.Equal(
            "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4ed2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e",
            Text(block));
        Assert.Equal(0xE4E7F110u, ChaCha20Block.FirstWord(key, input));
    }

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void ChaCha20_packet_of_RFC_9001_section_A_5(string name)
    {
        CryptoProvider provider = ProviderCases.Get(name, CipherSuite.ChaCha20Poly1305Sha256);
        using RecordCipher cipher = provider.CreateRecordCipher(
            CipherSuite.ChaCha20Poly1305Sha256,
            Hex("c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8"),
            Hex("e0459b3474bdd0e44a41c144"),
            Hex("25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4"));
        byte[] record = new byte[4 + 1 + 16];
        Hex("4200bff4").CopyTo(record, 0);
        cipher.Seal(654360564, new RecordHeaderLayout(4, 2, 2), [], 0x01, record);
        Assert.Equal("655e5cd55c41f69080575d7999c25a5bfb", Text(record.AsSpan(4)));

        byte[] mask = new byte[2];
        cipher.ComputeMask(Hex("5e5cd55c41f69080575d7999c25a5bfb"), mask);
        Assert.Equal("aefe", Text(mask));
    }

    [Theory]
    [InlineData(ProviderCases.OpenSsl, "9f50449e04a0e810283a1e9933adedd2", "d1b1c98dd7689fb8ec11d242b123dc9b", "437b")]
    [InlineData(ProviderCases.OpenSsl, "c206b8d9b9f0f37644430b490eeaa314", "2cd0991cd25b0aac406a5816b6394100", "2ec0")]
    [InlineData(ProviderCases.Bcl, "9f50449e04a0e810283a1e9933adedd2", "d1b1c98dd7689fb8ec11d242b123dc9b", "437b")]
    [InlineData(ProviderCases.Bcl, "c206b8d9b9f0f37644430b490eeaa314", "2cd0991cd25b0aac406a5816b6394100", "2ec0")]
    public void Masks_of_RFC_9001_sections_A_2_and_A_3(string name, string key, string sample, string expected)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        using RecordCipher cipher = provider.CreateRecordCipher(CipherSuite.Aes128GcmSha256, new byte[16], new byte[12], Hex(key));
        byte[] two = new byte[2];
        cipher.ComputeMask(Hex(sample), two);
        Assert.Equal(expected, Text(two));
        byte[] one = new byte[1];
        cipher.ComputeMask(Hex(sample), one);
        Assert.Equal(two[0], one[0]);
    }

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void Hkdf_of_RFC_5869_section_A_2(string name) => AssertHkdf(
        name,
        Text(Range(0x00, 80)),
        Text(Range(0x60, 80)),
        Text(Range(0xB0, 80)),
        "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
        + "cc30c58179ec3e87c14c01d5c1f3434f1d87");

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void Hkdf_of_RFC_5869_section_A_3(string name) => AssertHkdf(
        name,
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "",
        "",
        "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void Key_schedule_of_RFC_8448_section_3(string name)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        byte[] early = new byte[32];
        provider.HkdfExtract(HashKind.Sha256, [], new byte[32], early);
        Assert.Equal("33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a", Text(early));

        byte[] emptyHash = new byte[32];
        using TranscriptHash transcript = provider.CreateTranscriptHash(HashKind.Sha256);
        transcript.GetCurrent(emptyHash);
        byte[] derived = new byte[32];
        provider.HkdfExpand(HashKind.Sha256, early, [0, 32, 13, .. "tls13 derived"u8, 32, .. emptyHash], derived);
        Assert.Equal("6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba", Text(derived));

        byte[] handshake = new byte[32];
        provider.HkdfExtract(
            HashKind.Sha256, derived, Hex("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d"), handshake);
        Assert.Equal("1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac", Text(handshake));

        byte[] serverSecret = Hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
        byte[] key = new byte[16];
        provider.HkdfExpand(HashKind.Sha256, serverSecret, [0, 16, 9, .. "tls13 key"u8, 0], key);
        Assert.Equal("3fce516009c21727d0f2e4e86ee403bc", Text(key));
        byte[] iv = new byte[12];
        provider.HkdfExpand(HashKind.Sha256, serverSecret, [0, 12, 8, .. "tls13 iv"u8, 0], iv);
        Assert.Equal("5d313eb2671276ee13000b30", Text(iv));
    }

    private static void AssertHkdf(string name, string input, string salt, string info, string expectedKey, string expectedOutput)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        byte[] key = new byte[32];
        provider.HkdfExtract(HashKind.Sha256, Hex(salt), Hex(input), key);
        Assert.Equal(expectedKey, Text(key));
        byte[] output = new byte[expectedOutput.Length / 2];
        provider.HkdfExpand(HashKind.Sha256, key, Hex(info), output);
        Assert.Equal(expectedOutput, Text(output));
    }

    private static byte[] Range(byte first, int count)
    {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++)
            bytes[i] = (byte)(first + i);
        return bytes;
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);

    private static string Text(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
