using Sockets.Dtls.Crypto;
using Sockets.Dtls.Handshake;
using Sockets.Testing;

namespace Sockets.Dtls.Tests.Authentication;

/// <summary>The keys of <see cref="TestCertificates"/> without their certificates.</summary>
internal static class TestKeys
{
    public static byte[] PublicKey(TestCertificateKind kind)
    {
        Assert.True(CertificateFields.TryRead(TestCertificates.Get(kind).Leaf.Span, out CertificateFields fields));
        return fields.SubjectPublicKeyInfo.ToArray();
    }

    public static DtlsCredential BareKey(CryptoProvider crypto, TestCertificateKind kind = TestCertificateKind.EcdsaP256) =>
        DtlsCredential.FromPublicKey(PublicKey(kind), new FixedLengthSigner(crypto.ImportPrivateKey(TestCertificates.Get(kind).PrivateKey)));
}
