using Sockets.Dtls;
using Sockets.Dtls.Crypto;

namespace Sockets.Testing;

/// <summary>A certificate chain (DER, leaf first) with the leaf's private key (PKCS#8).</summary>
public sealed record TestCertificate(TestCertificateKind Kind, IReadOnlyList<ReadOnlyMemory<byte>> Chain, byte[] PrivateKey)
{
    public ReadOnlyMemory<byte> Leaf => Chain[0];

    public int ChainLength => Chain.Sum(static certificate => certificate.Length);

    /// <summary>A credential whose key is held by <paramref name="provider"/> and signs with a fixed length.</summary>
    public DtlsCredential ToCredential(CryptoProvider provider) =>
        new(Chain, new FixedLengthSigner(provider.ImportPrivateKey(PrivateKey)));
}
