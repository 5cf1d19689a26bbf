using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Tests.Crypto;

public sealed class WycheproofHashTests
{
    public static IEnumerable<TheoryDataRow<string, HashKind>> Cases() =>
        from name in ProviderCases.HandshakeNames
        from hash in new[] { HashKind.Sha256, HashKind.Sha384 }
        select new TheoryDataRow<string, HashKind>(name, hash);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Macs_are_those_of_the_vectors(string name, HashKind hash)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        byte[] mac = new byte[CipherSuites.HashLength(hash)];
        string file = $"hmac_{Name(hash)}_test.json";
        foreach ((JsonElement group, JsonElement test) in Wycheproof.Read(file))
        {
            provider.Hmac(hash, test.Hex("key"), test.Hex("msg"), mac);
            int length = group.GetProperty("tagSize").GetInt32() / 8;
            bool equal = mac.AsSpan(0, length).SequenceEqual(test.Hex("tag"));
            Assert.True(equal == (test.Result() == "valid"), test.Describe(file));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Expanded_keys_are_those_of_the_vectors(string name, HashKind hash)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        byte[] key = new byte[CipherSuites.HashLength(hash)];
        string file = $"hkdf_{Name(hash)}_test.json";
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

    private static string Name(HashKind hash) => hash == HashKind.Sha384 ? "sha384" : "sha256";
}
