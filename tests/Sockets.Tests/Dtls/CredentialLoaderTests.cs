using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;
using Sockets.Dtls.Crypto;
using Sockets.Testing;

namespace Sockets.Tests;

public class CredentialLoaderTests
{
    [Fact]
    public void PKCS8_and_SEC1_keys_of_ECDSA_are_read()
    {
        using var authority = new TestAuthority();
        using X509Certificate2 certificate = authority.Issue(["localhost"]);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        string chain = certificate.ExportCertificatePem() + "\n" + authority.Certificate.ExportCertificatePem();

        DtlsCredential pkcs8 = DtlsCredentialLoader.FromPem(chain, key.ExportPkcs8PrivateKeyPem());
        Assert.Equal(2, pkcs8.CertificateChain.Count);
        Assert.Equal(certificate.RawData, pkcs8.CertificateChain[0].ToArray());
        Assert.Equal([SignatureScheme.EcdsaSecp256r1Sha256], pkcs8.SignatureSchemes);

        string withParameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + key.ExportECPrivateKeyPem();
        Assert.Equal([SignatureScheme.EcdsaSecp256r1Sha256], DtlsCredentialLoader.FromPem(chain, withParameters).SignatureSchemes);
    }

    [Fact]
    public void PKCS8_and_PKCS1_keys_of_RSA_are_read()
    {
        TestCertificate certificate = TestCertificates.Rsa2048;
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(certificate.PrivateKey, out _);
        string chain = Pem(certificate);
        Assert.Contains(SignatureScheme.RsaPssRsaeSha256, DtlsCredentialLoader.FromPem(chain, rsa.ExportPkcs8PrivateKeyPem()).SignatureSchemes);
        Assert.Contains(SignatureScheme.RsaPssRsaeSha256, DtlsCredentialLoader.FromPem(chain, rsa.ExportRSAPrivateKeyPem()).SignatureSchemes);
    }

    [Fact]
    public void Ed25519_keys_are_read_where_the_provider_has_them()
    {
        if (!CryptoProviders.Default.SignatureSchemes.Contains(SignatureScheme.Ed25519))
            Assert.Skip($"{CryptoProviders.Default.Name} has no Ed25519.");
        TestCertificate certificate = TestCertificates.Ed25519;
        string key = PemEncoding.WriteString("PRIVATE KEY", certificate.PrivateKey);
        Assert.Equal([SignatureScheme.Ed25519], DtlsCredentialLoader.FromPem(Pem(certificate), key).SignatureSchemes);
    }

    [Fact]
    public void A_key_of_another_certificate_is_noticed_whatever_the_kinds()
    {
        using var authority = new TestAuthority();
        using X509Certificate2 first = authority.Issue(["localhost"]);
        using X509Certificate2 second = authority.Issue(["localhost"]);
        using ECDsa other = second.GetECDsaPrivateKey()!;
        string rsa = PemEncoding.WriteString("PRIVATE KEY", TestCertificates.Rsa2048.PrivateKey);
        foreach (string key in new[] { other.ExportPkcs8PrivateKeyPem(), rsa })
        {
            CryptographicException exception = Assert.Throws<CryptographicException>(() => DtlsCredentialLoader.FromPem(first.ExportCertificatePem(), key));
            Assert.Equal("The key in the key text does not belong to the certificate in the certificate text.", exception.Message);
        }
    }

    [Fact]
    public void What_is_missing_or_unreadable_is_named()
    {
        using var authority = new TestAuthority();
        using X509Certificate2 certificate = authority.Issue(["localhost"]);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        string chain = certificate.ExportCertificatePem();
        string good = key.ExportPkcs8PrivateKeyPem();
        string encrypted = key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));
        string rubbish = PemEncoding.WriteString("PRIVATE KEY", [1, 2, 3]);
        string rubbishCertificate = PemEncoding.WriteString("CERTIFICATE", [1, 2, 3]);
        string rubbishSec1 = PemEncoding.WriteString("EC PRIVATE KEY", [1, 2, 3]);

        AssertFails("no PEM certificate in the certificate text", good, good);
        AssertFails("no PEM private key in the key text", chain, chain);
        AssertFails("no PEM private key in the key text", chain, "");
        AssertFails("is encrypted", chain, encrypted);
        AssertFails("The key in the key text cannot be used", chain, rubbish);
        AssertFails("The key in the key text cannot be read", chain, rubbishSec1);
        AssertFails("A certificate in the certificate text cannot be read", rubbishCertificate, good);
    }

    [Fact]
    public void Files_are_read_and_missing_ones_are_named()
    {
        using var authority = new TestAuthority();
        using X509Certificate2 certificate = authority.Issue(["localhost"]);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
            Assert.Single(DtlsCredentialLoader.LoadPemFiles(path, path).CertificateChain);
            Assert.Contains("not-there.key", Assert.Throws<FileNotFoundException>(() => DtlsCredentialLoader.LoadPemFiles(path, path + "not-there.key")).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Pem(TestCertificate certificate) =>
        string.Join("\n", certificate.Chain.Select(der => PemEncoding.WriteString("CERTIFICATE", der.Span)));

    private static void AssertFails(string part, string certificates, string key) =>
        Assert.Contains(part, Assert.Throws<CryptographicException>(() => DtlsCredentialLoader.FromPem(certificates, key)).Message, StringComparison.Ordinal);
}
