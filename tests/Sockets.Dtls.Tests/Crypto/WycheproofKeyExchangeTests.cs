using System;
using System.Linq;
using System.Text.Json;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Tests.Crypto;

public sealed class WycheproofKeyExchangeTests
{
    [Theory]
    [MemberData(nameof(ProviderCases.ProvidersAndGroups), MemberType = typeof(ProviderCases))]
    public void Secrets_are_those_of_the_vectors(string name, NamedGroup group)
    {
        CryptoProvider provider = ProviderCases.Get(name, group);
        string file = group switch
        {
            NamedGroup.X25519 => "x25519_test.json",
            NamedGroup.Secp256r1 => "ecdh_secp256r1_ecpoint_test.json",
            _ => "ecdh_secp384r1_ecpoint_test.json",
        };
        int derivedCount = 0;
        int refused = 0;
        foreach ((_, JsonElement test) in Wycheproof.Read(file))
        {
            string what = test.Describe(file);
            byte[] peer = test.Hex("public");
            byte[] shared = test.Hex("shared");
            using KeyExchange exchange = ((IKnownKeyExchange)provider).ImportKeyExchange(group, Scalar(test.Hex("private"), group));
            byte[] secret = new byte[exchange.SecretLength];

            // "Acceptable" is what TLS decides: it refuses compressed points and all-zero X25519 secrets, and takes
            // non-canonical X25519 keys and those on the twist (RFC 7748 §5, RFC 8446 §7.4.2).
            bool expected = test.Result() != "invalid"
                && peer.Length == exchange.PublicKey.Length
                && (group != NamedGroup.X25519 || shared.Any(static b => b != 0));
            bool derived = exchange.TryDeriveSecret(peer, secret);
            Assert.True(derived == expected, what);
            Assert.True(secret.AsSpan().SequenceEqual(derived ? shared : new byte[secret.Length]), what);
            _ = derived ? derivedCount++ : refused++;
        }

        Assert.True(derivedCount >= 300 && refused >= 18, $"{derivedCount} {refused}");
    }

    /// <summary>The files write scalars as integers: of any length, with a zero in front or without.</summary>
    private static byte[] Scalar(byte[] integer, NamedGroup group)
    {
        int length = group == NamedGroup.Secp384r1 ? 48 : 32;
        byte[] scalar = new byte[length];
        ReadOnlySpan<byte> digits = integer.AsSpan(Math.Max(0, integer.Length - length));
        digits.CopyTo(scalar.AsSpan(length - digits.Length));
        return scalar;
    }
}
