using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.Bcl;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Crypto;

/// <summary>Whatever a peer or a file contains: an answer of false, or the one documented exception.</summary>
public sealed class MalformedInputTests
{
    [Theory]
    [MemberData(nameof(ProviderCases.ProvidersAndGroups), MemberType = typeof(ProviderCases))]
    public void Peer_keys_that_are_no_keys_are_refused(string name, NamedGroup group)
    {
        CryptoProvider provider = ProviderCases.Get(name, group);
        using KeyExchange exchange = provider.CreateKeyExchange(group);
        using KeyExchange peer = provider.CreateKeyExchange(group);
        byte[] good = peer.PublicKey.ToArray();
        byte[] secret = new byte[exchange.SecretLength];
        for (int length = 0; length < good.Length; length++)
            Assert.False(exchange.TryDeriveSecret(good.AsSpan(0, length), secret));
        Assert.False(exchange.TryDeriveSecret([.. good, 0], secret));
        Assert.False(exchange.TryDeriveSecret(new byte[good.Length], secret));
        Assert.All(secret, static b => Assert.Equal(0, b));

        if (group != NamedGroup.X25519)
        {
            for (int i = 0; i < good.Length; i += 7)
            {
                byte[] bent = (byte[])good.Clone();
                bent[i] ^= 0x10;
                Assert.False(exchange.TryDeriveSecret(bent, secret));
            }

            byte[] outside = Enumerable.Repeat((byte)0xFF, good.Length).ToArray();
            outside[0] = 0x04;
            Assert.False(exchange.TryDeriveSecret(outside, secret));
            outside = new byte[good.Length];
            outside[0] = 0x04;
            Assert.False(exchange.TryDeriveSecret(outside, secret));
        }

        Assert.True(exchange.TryDeriveSecret(good, secret));
        Assert.Throws<ArgumentException>(() => exchange.TryDeriveSecret(good, new byte[secret.Length - 1]));
    }

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void Damaged_keys_and_signatures_verify_nothing(string name)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        SeededRandom random = new(1);
        byte[] data = [1, 2, 3];
        foreach ((byte[] pkcs8, byte[] info) in Keys(provider))
        {
            using DtlsSigner signer = provider.ImportPrivateKey(pkcs8);
            SignatureScheme scheme = signer.Schemes[0];
            byte[] signature = signer.Sign(scheme, data);
            Assert.True(provider.VerifySignature(scheme, info, data, signature));
            Assert.False(provider.VerifySignature(scheme, info, [], signature));
            Assert.False(provider.VerifySignature(SignatureScheme.None, info, data, signature));
            Assert.False(provider.VerifySignature((SignatureScheme)0xFFFF, info, data, signature));
            Assert.False(provider.VerifySignature(scheme, info, data, []));
            Assert.False(provider.VerifySignature(scheme, [], data, signature));
            Assert.False(provider.VerifySignature(scheme, [.. info, 0], data, signature));
            Assert.False(provider.VerifySignature(scheme, info, data, [.. signature, 0]));
            foreach (SignatureScheme other in provider.SignatureSchemes)
                Assert.Equal(other == scheme, provider.VerifySignature(other, info, data, signature));

            for (int length = 0; length < info.Length; length += 3)
                Assert.False(provider.VerifySignature(scheme, info.AsSpan(0, length), data, signature));
            for (int length = 0; length < signature.Length; length++)
                Assert.False(provider.VerifySignature(scheme, info, data, signature.AsSpan(0, length)));
            for (int i = 0; i < 200; i++)
            {
                Assert.False(provider.VerifySignature(scheme, info, data, Damage(random, signature)));
                // Not every bit of the encoding matters to every key, but nothing may throw.
                provider.VerifySignature(scheme, Damage(random, info), data, signature);
            }
        }
    }

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void Damaged_private_keys_throw_the_documented_exception(string name)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        SeededRandom random = new(2);
        foreach ((byte[] pkcs8, byte[] info) in Keys(provider))
        {
            Assert.Throws<CryptographicException>(() => provider.ImportPrivateKey([]));
            Assert.Throws<CryptographicException>(() => provider.ImportPrivateKey(info));
            Assert.Throws<CryptographicException>(() => provider.ImportPrivateKey([.. pkcs8, 0]));
            for (int length = 0; length < pkcs8.Length; length += 5)
                Assert.ThrowsAny<CryptographicException>(() => provider.ImportPrivateKey(pkcs8.AsSpan(0, length)));
            for (int i = 0; i < 200; i++)
            {
                try
                {
                    provider.ImportPrivateKey(Damage(random, pkcs8)).Dispose();
                }
                catch (CryptographicException)
                {
                    // The one exception that may come.
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void Keys_of_other_kinds_and_sizes_are_refused(string name)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        using RSA small = RSA.Create(1024);
        Assert.Throws<CryptographicException>(() => provider.ImportPrivateKey(small.ExportPkcs8PrivateKey()));
        byte[] signature = small.SignData([1], HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        Assert.False(provider.VerifySignature(SignatureScheme.RsaPssRsaeSha256, small.ExportSubjectPublicKeyInfo(), [1], signature));

        using ECDsa otherCurve = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        Assert.Throws<CryptographicException>(() => provider.ImportPrivateKey(otherCurve.ExportPkcs8PrivateKey()));
        Assert.False(provider.VerifySignature(SignatureScheme.EcdsaSecp256r1Sha256, otherCurve.ExportSubjectPublicKeyInfo(), [1], [1]));

        // The curve has to be the scheme's, whatever the signature is good for.
        using ECDsa p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        signature = p384.SignData([1], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        Assert.False(provider.VerifySignature(SignatureScheme.EcdsaSecp256r1Sha256, p384.ExportSubjectPublicKeyInfo(), [1], signature));

        using RSA rsa = RSA.Create(2048);
        signature = rsa.SignData([1], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Assert.False(provider.VerifySignature(SignatureScheme.RsaPssRsaeSha256, rsa.ExportSubjectPublicKeyInfo(), [1], signature));
        Assert.False(provider.VerifySignature(SignatureScheme.RsaPkcs1Sha256, rsa.ExportSubjectPublicKeyInfo(), [1], signature));
    }

    private static IEnumerable<(byte[] Pkcs8, byte[] Info)> Keys(CryptoProvider provider)
    {
        using ECDsa p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        yield return (p256.ExportPkcs8PrivateKey(), p256.ExportSubjectPublicKeyInfo());
        using ECDsa p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        yield return (p384.ExportPkcs8PrivateKey(), p384.ExportSubjectPublicKeyInfo());
        using RSA rsa = RSA.Create(2048);
        yield return (rsa.ExportPkcs8PrivateKey(), rsa.ExportSubjectPublicKeyInfo());
        if (provider is not BclCryptoProvider)
        {
            // RFC 8032 §7.1, test 1, in the encodings of RFC 8410.
            yield return (
                Convert.FromHexString("302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
                Convert.FromHexString("302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
        }
    }

    private static byte[] Damage(SeededRandom random, byte[] source)
    {
        byte[] damaged = (byte[])source.Clone();
        int flips = 1 + random.Next(3);
        for (int i = 0; i < flips; i++)
            damaged[random.Next(damaged.Length)] ^= (byte)(1 + random.Next(255));
        return damaged.AsSpan().SequenceEqual(source) ? [] : damaged;
    }
}
