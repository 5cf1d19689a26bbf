namespace Sockets.Testing;

/// <summary>The keys <see cref="TestCertificates"/> can make a leaf for.</summary>
public enum TestCertificateKind
{
    EcdsaP256,
    EcdsaP384,
    Rsa2048,
    Ed25519,
}
