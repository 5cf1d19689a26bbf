using System;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls.Crypto;
using Sockets.Dtls.Crypto.OpenSsl;

namespace Sockets.Dtls.Tests.Crypto;

public sealed class SignerTests
{
    private static readonly byte[] Data = [1, 2, 3, 4, 5];

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void Imported_keys_sign_under_their_schemes_and_the_platform_agrees(string name)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        using ECDsa p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using (DtlsSigner signer = provider.ImportPrivateKey(p256.ExportPkcs8PrivateKey()))
        {
            Assert.Equal([SignatureScheme.EcdsaSecp256r1Sha256], signer.Schemes);
            byte[] signature = signer.Sign(SignatureScheme.EcdsaSecp256r1Sha256, Data);
            Assert.True(p256.VerifyData(Data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
            Assert.Throws<ArgumentOutOfRangeException>(() => signer.Sign(SignatureScheme.EcdsaSecp384r1Sha384, Data));
        }

        using ECDsa p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using (DtlsSigner signer = provider.ImportPrivateKey(p384.ExportPkcs8PrivateKey()))
        {
            Assert.Equal([SignatureScheme.EcdsaSecp384r1Sha384], signer.Schemes);
            byte[] signature = signer.Sign(SignatureScheme.EcdsaSecp384r1Sha384, Data);
            Assert.True(p384.VerifyData(Data, signature, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence));
        }

        using RSA rsa = RSA.Create(2048);
        using (DtlsSigner signer = provider.ImportPrivateKey(rsa.ExportPkcs8PrivateKey()))
        {
            Assert.Equal(
                [SignatureScheme.RsaPssRsaeSha256, SignatureScheme.RsaPssRsaeSha384, SignatureScheme.RsaPssRsaeSha512], signer.Schemes);
            foreach (SignatureScheme scheme in signer.Schemes)
            {
                byte[] signature = signer.Sign(scheme, Data);
                Assert.True(rsa.VerifyData(Data, signature, SignatureHashes.Of(scheme), RSASignaturePadding.Pss));
                Assert.True(provider.VerifySignature(scheme, rsa.ExportSubjectPublicKeyInfo(), Data, signature));
            }
        }
    }

    [Theory]
    [MemberData(nameof(ProviderCases.Providers), MemberType = typeof(ProviderCases))]
    public void Ed25519_signs_as_RFC_8032_section_7_1_says(string name)
    {
        CryptoProvider provider = ProviderCases.Get(name);
        bool isThere = provider.SignatureSchemes.Contains(SignatureScheme.Ed25519);

        // The key without and with its public key (RFC 8410 §10.3 shows both forms).
        foreach (string pkcs8 in new[]
        {
            "302e020100300506032b6570042204204ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3051020101300506032b6570042204204ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
                + "8121003d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        })
        {
            if (!isThere)
            {
                Assert.ThrowsAny<CryptographicException>(() => provider.ImportPrivateKey(Convert.FromHexString(pkcs8)));
                continue;
            }

            using DtlsSigner signer = provider.ImportPrivateKey(Convert.FromHexString(pkcs8));
            byte[] signature = signer.Sign(SignatureScheme.Ed25519, [0x72]);
            Assert.Equal(
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
                Convert.ToHexStringLower(signature));
            Assert.Throws<ArgumentOutOfRangeException>(() => signer.Sign(SignatureScheme.EcdsaSecp256r1Sha256, Data));
        }

        Assert.Throws<CryptographicException>(() => provider.ImportPrivateKey(Convert.FromHexString("302e020100300506032b657004220420")));
    }

    [Fact]
    public void Keys_of_certificates_sign()
    {
        CryptoProvider provider = CryptoProviders.Default;
        using ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=signer", ecdsa, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(80));
        DtlsSigner signer = AsymmetricKeySigner.FromCertificate(certificate);
        byte[] signature = signer.Sign(signer.Schemes[0], Data);
        Assert.True(provider.VerifySignature(signer.Schemes[0], certificate.PublicKey.ExportSubjectPublicKeyInfo(), Data, signature));
        signer.Dispose();
        signer.Dispose();
        Assert.ThrowsAny<ObjectDisposedException>(() => signer.Sign(SignatureScheme.EcdsaSecp256r1Sha256, Data));

        using X509Certificate2 publicOnly = X509CertificateLoader.LoadCertificate(certificate.RawData);
        Assert.Throws<CryptographicException>(() => AsymmetricKeySigner.FromCertificate(publicOnly));
    }

    [Fact]
    public void A_signer_leaves_a_key_it_does_not_own()
    {
        using RSA rsa = RSA.Create(2048);
        new AsymmetricKeySigner(rsa).Dispose();
        Assert.NotEmpty(rsa.SignData(Data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));

        using ECDsa otherCurve = ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1);
        Assert.Throws<CryptographicException>(() => new AsymmetricKeySigner(otherCurve));
    }

    [Fact]
    public void A_disposed_key_of_OpenSsl_refuses_to_sign()
    {
        ProviderCases.Get(ProviderCases.OpenSsl);
        using ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DtlsSigner signer = OpenSslCryptoProvider.Instance.ImportPrivateKey(ecdsa.ExportPkcs8PrivateKey());
        signer.Dispose();
        signer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => signer.Sign(SignatureScheme.EcdsaSecp256r1Sha256, Data));
    }
}
