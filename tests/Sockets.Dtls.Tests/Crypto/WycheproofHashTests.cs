using System;
using System.Text.Json;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Tests.Crypto;

public sealed class WycheproofHashTests
{
    [Theory]
    [InlineData(ProviderCases.OpenSsl, HashKind.Sha256, "hmac_sha256_test.json")]
    [InlineData(ProviderCases.OpenSsl, HashKind.Sha384, "hmac_sha384_test.json")]
    [InlineData(ProviderCases.Bcl, HashKind.Sha256, "hmac_sha256_test.json")]
    [InlineData(ProviderCases.Bcl, HashKind.Sha384, "hmac_sha384_test.json")]
    public void Macs_are_those_of_the_vectors(string name, HashKind hash, string file)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        byte[] mac = new byte[CipherSuites.HashLength(hash)];
        foreach ((JsonElement group, JsonElement test) in Wycheproof.Read(file))
        {
            provider.Hmac(hash, test.Hex("key"), test.Hex("msg"), mac);
            int length = group.GetProperty("tagSize").GetInt32() / 8;
            bool equal = mac.AsSpan(0, length).SequenceEqual(test.Hex("tag"));
            Assert.True(equal == (test.Result() == "valid"), test.Describe(file));
        }
    }

    [Theory]
    [InlineData(ProviderCases.OpenSsl, HashKind.Sha256, "hkdf_sha256_test.json")]
    [InlineData(ProviderCases.OpenSsl, HashKind.Sha384, "hkdf_sha384_test.json")]
    [InlineData(ProviderCases.Bcl, HashKind.Sha256, "hkdf_sha256_test.json")]
    [InlineData(ProviderCases.Bcl, HashKind.Sha384, "hkdf_sha384_test.json")]
    public void Expanded_keys_are_those_of_the_vectors(string name, HashKind hash, string file)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        byte[] key = new byte[CipherSuites.HashLength(hash)];
        foreach ((_, JsonElement test) in Wycheproof.Read(file))
        {
            byte[] output = new byte[test.GetProperty("size").GetInt32()];
            byte[] info = test.Hex("info");
            provider.HkdfExtract(hash, test.Hex("salt"), test.Hex("ikm"), key);
            if (test.Result() == "valid")
            {
                provider.HkdfExpand(hash, key, info, output);
                Assert.True(output.AsSpan().SequenceEqual(test.Hex("okm")), test.Describe(file));
            }
            else
            {
                Assert.Throws<ArgumentOutOfRangeException>(() => provider.HkdfExpand(hash, key, info, output));
            }
        }
    }
}
