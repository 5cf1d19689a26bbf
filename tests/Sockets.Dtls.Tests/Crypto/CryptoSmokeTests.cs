using System;
using System.Security.Cryptography;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Tests.Crypto;

public sealed class CryptoSmokeTests
{
    [Fact]
    public void Smoke()
    {
        CryptoProvider provider = CryptoProviders.Default;
        foreach (CipherSuite suite in provider.CipherSuites)
        {
            byte[] key = new byte[CipherSuites.KeyLength(suite)];
            using RecordCipher cipher = provider.CreateRecordCipher(suite, key, new byte[12], key);
            byte[] record = new byte[5 + 100 + 1 + 3 + 16];
            byte[] header = [0x2f, 0, 1, 0, 120];
            header.CopyTo(record, 0);
            byte[] plain = new byte[100];
            provider.FillRandom(plain);
            for (ulong s = 1; s < 3; s++)
            {
                header.CopyTo(record, 0);
                cipher.Seal(s, new RecordHeaderLayout(5, 1, 2), plain, 23, record);
                byte[] mask = new byte[2];
                cipher.ComputeMask(record.AsSpan(5, 16), mask);
                Assert.Equal(1, record[2] ^ mask[1]);
                byte[] bad = record.AsSpan(5).ToArray();
                bad[7] ^= 1;
                Assert.False(cipher.TryOpen(s, header, bad));
                Assert.True(cipher.TryOpen(s, header, record.AsSpan(5)));
                Assert.Equal(plain, record.AsSpan(5, 100).ToArray());
                Assert.Equal(23, record[105]);
            }
        }

        foreach (NamedGroup group in provider.Groups)
        {
            using KeyExchange a = provider.CreateKeyExchange(group);
            using KeyExchange b = provider.CreateKeyExchange(group);
            byte[] x = new byte[a.SecretLength], y = new byte[a.SecretLength];
            Assert.True(a.TryDeriveSecret(b.PublicKey, x));
            Assert.True(b.TryDeriveSecret(a.PublicKey, y));
            Assert.Equal(x, y);
            using KeyExchange known = ((IKnownKeyExchange)provider).ImportKeyExchange(group, x);
            Assert.Equal(a.PublicKey.Length, known.PublicKey.Length);
        }

        byte[] okm = new byte[100];
        byte[] prk = new byte[48];
        provider.HkdfExpand(HashKind.Sha384, prk, [1, 2], okm);
        Assert.Equal(HKDF.Expand(HashAlgorithmName.SHA384, prk, 100, [1, 2]), okm);
        using ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using DtlsSigner signer = provider.ImportPrivateKey(ec.ExportPkcs8PrivateKey());
        byte[] signature = signer.Sign(SignatureScheme.EcdsaSecp256r1Sha256, [1]);
        Assert.True(provider.VerifySignature(SignatureScheme.EcdsaSecp256r1Sha256, ec.ExportSubjectPublicKeyInfo(), [1], signature));
        using RSA rsa = RSA.Create(2048);
        using DtlsSigner rsaSigner = provider.ImportPrivateKey(rsa.ExportPkcs8PrivateKey());
        signature = rsaSigner.Sign(SignatureScheme.RsaPssRsaeSha512, [1]);
        Assert.True(provider.VerifySignature(SignatureScheme.RsaPssRsaeSha512, rsa.ExportSubjectPublicKeyInfo(), [1], signature));
        using TranscriptHash hash = provider.CreateTranscriptHash(HashKind.Sha256);
        byte[] h = new byte[32];
        hash.GetCurrent(h);
        Assert.Equal(SHA256.HashData([]), h);
        hash.Append([1]);
        hash.GetCurrent(h);
        Assert.Equal(SHA256.HashData([1]), h);
    }
}
