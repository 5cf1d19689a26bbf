using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Testing;

/// <summary>Signs certificates with ECDSA P-256 such that each run makes certificates of the same lengths.</summary>
internal sealed class FixedLengthSignatureGenerator(ECDsa key) : X509SignatureGenerator
{
    private const int SignatureLength = 71;

    private readonly X509SignatureGenerator _inner = CreateForECDsa(key);

    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
        _inner.GetSignatureAlgorithmIdentifier(hashAlgorithm);

    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm)
    {
        while (true)
        {
            byte[] signature = _inner.SignData(data, hashAlgorithm);
            if (signature.Length == SignatureLength)
                return signature;
        }
    }

    protected override PublicKey BuildPublicKey() => _inner.PublicKey;
}
