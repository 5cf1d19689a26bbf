using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Hybrid;

/// <summary>
/// The client's half of X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem): both key pairs. Shares and secrets of the two are put
/// one behind the other, ML-KEM's first.
/// </summary>
internal sealed class HybridKeyExchange : KeyExchange
{
    private readonly MLKem768Key _key;
    private readonly KeyExchange _curve;
    private readonly byte[] _publicKey;

    /// <param name="key">Owned from here on.</param>
    /// <param name="curve">X25519's key pair; owned from here on.</param>
    public HybridKeyExchange(MLKem768Key key, KeyExchange curve)
    {
        _key = key;
        _curve = curve;
        _publicKey = new byte[MLKem768.EncapsulationKeyLength + curve.PublicKey.Length];
        try
        {
            key.ExportEncapsulationKey(_publicKey.AsSpan(0, MLKem768.EncapsulationKeyLength));
        }
        catch
        {
            Dispose();
            throw;
        }

        curve.PublicKey.CopyTo(_publicKey.AsSpan(MLKem768.EncapsulationKeyLength));
    }

    public override NamedGroup Group => NamedGroup.X25519MLKEM768;

    public override ReadOnlySpan<byte> PublicKey => _publicKey;

    public override int SecretLength => MLKem768.SecretLength + _curve.SecretLength;

    public override bool TryDeriveSecret(ReadOnlySpan<byte> peerPublicKey, Span<byte> secret)
    {
        if (secret.Length != SecretLength)
            throw new ArgumentException("The secret takes exactly the secret length.", nameof(secret));
        if (peerPublicKey.Length != MLKem768.CiphertextLength + _curve.PublicKey.Length)
            return false;
        if (_key.TryDecapsulate(peerPublicKey[..MLKem768.CiphertextLength], secret[..MLKem768.SecretLength])
            && _curve.TryDeriveSecret(peerPublicKey[MLKem768.CiphertextLength..], secret[MLKem768.SecretLength..]))
        {
            return true;
        }

        CryptographicOperations.ZeroMemory(secret);
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _key.Dispose();
        _curve.Dispose();
    }
}
