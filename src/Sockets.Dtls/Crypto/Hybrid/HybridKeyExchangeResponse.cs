using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Hybrid;

/// <summary>
/// The server's half of X25519MLKEM768: it has no key pair of ML-KEM, but makes a secret for the client's. So its share
/// is there only once the client's has been seen.
/// </summary>
/// <param name="kem">Makes the secret.</param>
/// <param name="curve">X25519's key pair; owned from here on.</param>
internal sealed class HybridKeyExchangeResponse(MLKem768 kem, KeyExchange curve) : KeyExchange
{
    private byte[] _publicKey = [];

    public override NamedGroup Group => NamedGroup.X25519MLKEM768;

    public override ReadOnlySpan<byte> PublicKey => _publicKey;

    public override int SecretLength => MLKem768.SecretLength + curve.SecretLength;

    public override bool TryDeriveSecret(ReadOnlySpan<byte> peerPublicKey, Span<byte> secret)
    {
        if (secret.Length != SecretLength)
            throw new ArgumentException("The secret takes exactly the secret length.", nameof(secret));
        _publicKey = [];
        if (peerPublicKey.Length != MLKem768.EncapsulationKeyLength + curve.PublicKey.Length)
            return false;
        ReadOnlySpan<byte> encapsulationKey = peerPublicKey[..MLKem768.EncapsulationKeyLength];
        byte[] share = new byte[MLKem768.CiphertextLength + curve.PublicKey.Length];

        // The cheaper half first: a key that is refused has cost little.
        if (MLKem768.IsEncapsulationKey(encapsulationKey)
            && curve.TryDeriveSecret(peerPublicKey[MLKem768.EncapsulationKeyLength..], secret[MLKem768.SecretLength..])
            && kem.TryEncapsulate(encapsulationKey, share.AsSpan(0, MLKem768.CiphertextLength), secret[..MLKem768.SecretLength]))
        {
            curve.PublicKey.CopyTo(share.AsSpan(MLKem768.CiphertextLength));
            _publicKey = share;
            return true;
        }

        CryptographicOperations.ZeroMemory(secret);
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            curve.Dispose();
    }
}
