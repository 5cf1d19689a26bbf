using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Hybrid;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Crypto;

/// <summary>
/// X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem) over the platform's ML-KEM where it has one, and over that of the tests.
/// </summary>
public sealed class HybridKeyExchangeTests
{
    private const NamedGroup Hybrid = NamedGroup.X25519MLKEM768;
    private const int ClientShareLength = 1184 + 32;
    private const int ServerShareLength = 1088 + 32;

    /// <summary>All providers that have the group here. The list is never empty where the tests run at all.</summary>
    internal static IEnumerable<CryptoProvider> Providers() =>
    [
        .. TestProviders.All.Where(static provider => provider.Groups.Contains(Hybrid)),
        .. HybridCryptoProvider.IsSupported && TestProviders.Default.Groups.Contains(NamedGroup.X25519)
            ? [new HybridCryptoProvider(TestProviders.Default)]
            : Array.Empty<CryptoProvider>(),
    ];

    [Fact]
    public void The_platforms_group_is_offered_first_and_only_where_it_is()
    {
        foreach (CryptoProvider provider in TestProviders.All)
            Assert.Equal(PlatformMLKem768.IsSupported && provider.Groups.Contains(NamedGroup.X25519), provider.Groups[0] == Hybrid);
    }

    [Fact]
    public void Both_sides_agree_on_a_secret_of_both_halves()
    {
        foreach (CryptoProvider provider in Providers())
        {
            CryptoSelfTest.Run(provider);
            using KeyExchange client = provider.CreateKeyExchange(Hybrid);
            using KeyExchange server = provider.CreateKeyExchangeResponse(Hybrid);
            Assert.Equal(ClientShareLength, client.PublicKey.Length);
            Assert.True(server.PublicKey.IsEmpty);
            byte[] servers = new byte[64];
            byte[] clients = new byte[64];
            Assert.True(server.TryDeriveSecret(client.PublicKey, servers));
            Assert.Equal(ServerShareLength, server.PublicKey.Length);
            Assert.True(client.TryDeriveSecret(server.PublicKey, clients));
            Assert.Equal(servers, clients);

            // One bit of either half of the server's share changes that half of the secret, and no other.
            byte[] bent = server.PublicKey.ToArray();
            bent[0] ^= 1;
            Assert.True(client.TryDeriveSecret(bent, clients));
            Assert.NotEqual(servers[..32], clients[..32]);
            Assert.Equal(servers[32..], clients[32..]);
            bent[0] ^= 1;
            bent[^2] ^= 1;
            Assert.True(client.TryDeriveSecret(bent, clients));
            Assert.Equal(servers[..32], clients[..32]);
            Assert.NotEqual(servers[32..], clients[32..]);
        }
    }

    [Fact]
    public void ML_KEMs_half_is_that_of_the_vectors()
    {
        const string file = "mlkem_768_test.json";
        List<(JsonElement Group, JsonElement Test)> tests = Wycheproof.Read(file);
        byte[] scalar = [.. Enumerable.Repeat((byte)0x42, 32)];
        foreach (CryptoProvider provider in Providers())
        {
            using KeyExchange curve = provider.CreateKeyExchange(NamedGroup.X25519);
            int derived = 0;
            int refused = 0;
            foreach ((_, JsonElement test) in tests)
            {
                string what = $"{file} tcId {test.GetProperty("tcId").GetInt32()}";
                byte[] seed = test.Hex("seed");
                if (seed.Length != MLKem768.SeedLength)
                    continue; // a seed is ours to make
                using KeyExchange client = ((IKnownKeyExchange)provider).ImportKeyExchange(Hybrid, [.. seed, .. scalar]);
                Assert.True(client.PublicKey[..MLKem768.EncapsulationKeyLength].SequenceEqual(test.Hex("ek")), what);
                byte[] secret = new byte[64];
                bool done = client.TryDeriveSecret([.. test.Hex("c"), .. curve.PublicKey], secret);
                Assert.True(done == (test.Result() == "valid"), what);
                Assert.True(secret.AsSpan(0, 32).SequenceEqual(done ? test.Hex("K") : new byte[32]), what);
                _ = done ? derived++ : refused++;
            }

            Assert.True(derived >= 150 && refused >= 18, $"{derived} {refused}");
        }
    }

    [Fact]
    public void Shares_of_the_wrong_length_are_refused()
    {
        foreach (CryptoProvider provider in Providers())
        {
            using KeyExchange client = provider.CreateKeyExchange(Hybrid);
            using KeyExchange server = provider.CreateKeyExchangeResponse(Hybrid);
            byte[] secret = new byte[64];
            Assert.True(server.TryDeriveSecret(client.PublicKey, secret));
            byte[] clients = client.PublicKey.ToArray();
            byte[] servers = server.PublicKey.ToArray();
            foreach (int length in (int[])[0, 1, 32, 1088, 1184, ServerShareLength - 1, ServerShareLength + 1, ClientShareLength - 1, ClientShareLength + 1, 2 * ClientShareLength])
            {
                byte[] share = new byte[length];
                clients.AsSpan(0, Math.Min(length, clients.Length)).CopyTo(share);
                Refuses(server, share);
                share.AsSpan().Clear();
                servers.AsSpan(0, Math.Min(length, servers.Length)).CopyTo(share);
                Refuses(client, share);
            }

            Refuses(client, clients);
            Refuses(server, servers);
            Assert.True(server.PublicKey.IsEmpty);
            Assert.Throws<ArgumentException>(() => client.TryDeriveSecret(servers, new byte[32]));
            Assert.Throws<ArgumentException>(() => server.TryDeriveSecret(clients, new byte[65]));
        }
    }

    // draft-ietf-tls-ecdhe-mlkem: a key that fails FIPS 203's check is an illegal_parameter.
    [Fact]
    public void Encapsulation_keys_with_coefficients_beyond_the_modulus_are_refused()
    {
        foreach (CryptoProvider provider in Providers())
        {
            using KeyExchange client = provider.CreateKeyExchange(Hybrid);
            using KeyExchange server = provider.CreateKeyExchangeResponse(Hybrid);
            foreach (int coefficient in (int[])[0, 1, 2, 255, 256, 511, 766, 767])
            {
                byte[] share = client.PublicKey.ToArray();
                SetCoefficient(share, coefficient, 3329);
                Assert.False(MLKem768.IsEncapsulationKey(share.AsSpan(0, MLKem768.EncapsulationKeyLength)));
                Refuses(server, share);
                SetCoefficient(share, coefficient, 4095);
                Refuses(server, share);
                SetCoefficient(share, coefficient, 3328);
                Assert.True(MLKem768.IsEncapsulationKey(share.AsSpan(0, MLKem768.EncapsulationKeyLength)));
                Assert.True(server.TryDeriveSecret(share, new byte[64]));
            }
        }
    }

    // RFC 8446 §7.4.2
    [Fact]
    public void X25519s_half_is_checked_as_well()
    {
        foreach (CryptoProvider provider in Providers())
        {
            using KeyExchange client = provider.CreateKeyExchange(Hybrid);
            using KeyExchange server = provider.CreateKeyExchangeResponse(Hybrid);
            byte[] secret = new byte[64];
            Assert.True(server.TryDeriveSecret(client.PublicKey, secret));
            byte[] servers = server.PublicKey.ToArray();
            byte[] clients = client.PublicKey.ToArray();
            servers.AsSpan(^32..).Clear();
            clients.AsSpan(^32..).Clear();
            Refuses(client, servers);
            Refuses(server, clients);
        }
    }

    private static void Refuses(KeyExchange exchange, ReadOnlySpan<byte> share)
    {
        byte[] secret = new byte[64];
        secret.AsSpan().Fill(0x5A);
        Assert.False(exchange.TryDeriveSecret(share, secret));
        Assert.True(secret.All(static b => b == 0) || secret.All(static b => b == 0x5A), "a part of a secret stays");
    }

    private static void SetCoefficient(Span<byte> key, int index, int value)
    {
        int at = index / 2 * 3;
        if (index % 2 == 0)
        {
            key[at] = (byte)value;
            key[at + 1] = (byte)((key[at + 1] & 0xF0) | (value >> 8));
        }
        else
        {
            key[at + 1] = (byte)((key[at + 1] & 0x0F) | (value << 4));
            key[at + 2] = (byte)(value >> 4);
        }
    }
}
