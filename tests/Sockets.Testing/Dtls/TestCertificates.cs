using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Testing;

/// <summary>Certificates made in memory, once a process. Their lengths do not vary from run to run.</summary>
public static class TestCertificates
{
    public const string HostName = "server.example";

    private static readonly DateTimeOffset NotBefore = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset NotAfter = new(2049, 12, 31, 0, 0, 0, TimeSpan.Zero);
    private static readonly X500DistinguishedName AuthorityName = new("CN=Sockets Test CA");
    private static readonly ECDsa AuthorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly FixedLengthSignatureGenerator AuthoritySigner = new(AuthorityKey);
    private static readonly ConcurrentDictionary<(TestCertificateKind, int), Lazy<TestCertificate>> Cache = new();

    /// <summary>The key pair of RFC 8032 §7.1, test 1: the BCL cannot make one.</summary>
    private static ReadOnlySpan<byte> Ed25519Pkcs8 =>
    [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
        0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
    ];

    private static ReadOnlySpan<byte> Ed25519PublicKeyInfo =>
    [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
        0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
    ];

    /// <summary>The root every leaf is issued by.</summary>
    public static X509Certificate2 Authority { get; } = MakeAuthority();

    public static TestCertificate EcdsaP256 => Get(TestCertificateKind.EcdsaP256);

    public static TestCertificate EcdsaP384 => Get(TestCertificateKind.EcdsaP384);

    public static TestCertificate Rsa2048 => Get(TestCertificateKind.Rsa2048);

    public static TestCertificate Ed25519 => Get(TestCertificateKind.Ed25519);

    /// <summary>A leaf with the authority behind it; <paramref name="padding"/> bytes of extension make the chain longer.</summary>
    public static TestCertificate Get(TestCertificateKind kind, int padding = 0) =>
        Cache.GetOrAdd((kind, padding), static key => new Lazy<TestCertificate>(() => Make(key.Item1, key.Item2))).Value;

    private static TestCertificate Make(TestCertificateKind kind, int padding)
    {
        switch (kind)
        {
            case TestCertificateKind.EcdsaP256:
            case TestCertificateKind.EcdsaP384:
                using (ECDsa ecdsa = ECDsa.Create(kind == TestCertificateKind.EcdsaP256 ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384))
                    return Issue(kind, ecdsa.ExportSubjectPublicKeyInfo(), ecdsa.ExportPkcs8PrivateKey(), padding);
            case TestCertificateKind.Rsa2048:
                using (var rsa = RSA.Create(2048))
                    return Issue(kind, rsa.ExportSubjectPublicKeyInfo(), rsa.ExportPkcs8PrivateKey(), padding);
            default:
                return Issue(kind, Ed25519PublicKeyInfo, Ed25519Pkcs8, padding);
        }
    }

    private static TestCertificate Issue(TestCertificateKind kind, ReadOnlySpan<byte> publicKeyInfo, ReadOnlySpan<byte> privateKey, int padding)
    {
        PublicKey publicKey = PublicKey.CreateFromSubjectPublicKeyInfo(publicKeyInfo, out _);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={HostName}"), publicKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(HostName);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        if (padding > 0)
            request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.32473.1", new SeededRandom((ulong)padding).Bytes(padding), false));

        using X509Certificate2 leaf = request.Create(AuthorityName, AuthoritySigner, NotBefore, NotAfter, [0x11, 0x22, (byte)kind, 0x01]);
        return new TestCertificate(kind, [leaf.RawData, Authority.RawData], privateKey.ToArray());
    }

    private static X509Certificate2 MakeAuthority()
    {
        var request = new CertificateRequest(AuthorityName, AuthoritySigner.PublicKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.Create(AuthorityName, AuthoritySigner, NotBefore, NotAfter, [0x10, 0x20]);
    }
}
