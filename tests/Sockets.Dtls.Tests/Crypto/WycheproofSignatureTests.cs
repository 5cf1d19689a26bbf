using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Tests.Crypto;

public sealed class WycheproofSignatureTests
{
    private static readonly (SignatureScheme Scheme, string File)[] Files =
    [
        (SignatureScheme.EcdsaSecp256r1Sha256, "ecdsa_secp256r1_sha256_test.json"),
        (SignatureScheme.EcdsaSecp384r1Sha384, "ecdsa_secp384r1_sha384_test.json"),
        (SignatureScheme.RsaPssRsaeSha256, "rsa_pss_2048_sha256_mgf1_32_test.json"),
        (SignatureScheme.RsaPssRsaeSha256, "rsa_pss_3072_sha256_mgf1_32_test.json"),
        (SignatureScheme.RsaPssRsaeSha384, "rsa_pss_4096_sha384_mgf1_48_test.json"),
        (SignatureScheme.RsaPssRsaeSha512, "rsa_pss_4096_sha512_mgf1_64_test.json"),
        (SignatureScheme.Ed25519, "ed25519_test.json"),
    ];

    /// <summary>Ed25519 only where it exists at all: the BCL has none.</summary>
    public static IEnumerable<TheoryDataRow<string, SignatureScheme, string>> Cases() =>
        from name in ProviderCases.HandshakeNames
        from entry in Files
        where name != ProviderCases.Bcl || entry.Scheme != SignatureScheme.Ed25519
        select new TheoryDataRow<string, SignatureScheme, string>(name, entry.Scheme, entry.File);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Signatures_verify_as_the_vectors_say(string name, SignatureScheme scheme, string file)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        Assert.SkipUnless(provider.SignatureSchemes.Contains(scheme), $"{provider.Name} does not offer {scheme} here.");
        int accepted = 0;
        int refused = 0;
        foreach ((JsonElement group, JsonElement test) in Wycheproof.Read(file))
        {
            bool valid = provider.VerifySignature(scheme, group.Hex("publicKeyDer"), test.Hex("msg"), test.Hex("sig"));
            Assert.True(valid == (test.Result() == "valid"), test.Describe(file));
            _ = valid ? accepted++ : refused++;
        }

        Assert.True(accepted >= 60 && refused >= 45, $"{accepted} {refused}");
    }
}
