using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Tls;
using Org.BouncyCastle.Security;

namespace Sockets.LoadBench.Dtls.BouncyCastle;

/// <summary>A certificate and its key as that library has them.</summary>
/// <param name="certificate">DER.</param>
/// <param name="key">PKCS#8.</param>
internal sealed class ServerIdentity(byte[] certificate, byte[] key)
{
    public Certificate Certificate { get; } = new([X509CertificateStructure.GetInstance(certificate)]);

    public AsymmetricKeyParameter Key { get; } = PrivateKeyFactory.CreateKey(key);
}
