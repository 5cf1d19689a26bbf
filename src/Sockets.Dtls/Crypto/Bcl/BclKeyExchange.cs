using System;
using System.Security.Cryptography;

namespace Sockets.Dtls.Crypto.Bcl;

/// <summary>One ephemeral key pair on a NIST curve.</summary>
internal sealed class BclKeyExchange : KeyExchange
{
    private const byte Uncompressed = 0x04;

    private readonly NamedGroup _group;
    private readonly int _fieldLength;
    private readonly ECDiffieHellman _key;
    private readonly byte[] _publicKey;

    private BclKeyExchange(NamedGroup group, ECDiffieHellman key)
    {
        _group = group;
        _fieldLength = group == NamedGroup.Secp384r1 ? 48 : 32;
        _key = key;

        ECPoint point = key.ExportParameters(includePrivateParameters: false).Q;
        _publicKey = new byte[1 + (2 * _fieldLength)];
        _publicKey[0] = Uncompressed;
        point.X!.CopyTo(_publicKey, 1);
        point.Y!.CopyTo(_publicKey, 1 + _fieldLength);
    }

    public override NamedGroup Group => _group;

    public override ReadOnlySpan<byte> PublicKey => _publicKey;

    public override int SecretLength => _fieldLength;

    /// <summary>Makes a fresh pair.</summary>
    public static BclKeyExchange Generate(NamedGroup group) => new(group, ECDiffieHellman.Create(Curve(group)));

    /// <summary>Takes a known private key: for known answers only.</summary>
    public static BclKeyExchange Import(NamedGroup group, ReadOnlySpan<byte> privateKey)
    {
        byte[] scalar = privateKey.ToArray();
        try
        {
            return new BclKeyExchange(group, ECDiffieHellman.Create(new ECParameters { Curve = Curve(group), D = scalar }));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(scalar);
        }
    }

    public override bool TryDeriveSecret(ReadOnlySpan<byte> peerPublicKey, Span<byte> secret)
    {
        if (secret.Length != _fieldLength)
            throw new ArgumentException("The secret takes exactly the secret length.", nameof(secret));

        // RFC 8446 §4.2.8.2: uncompressed points only.
        if (peerPublicKey.Length != _publicKey.Length || peerPublicKey[0] != Uncompressed)
            return false;

        ECParameters parameters = new()
        {
            Curve = Curve(_group),
            Q = new ECPoint
            {
                X = peerPublicKey.Slice(1, _fieldLength).ToArray(),
                Y = peerPublicKey[(1 + _fieldLength)..].ToArray(),
            },
        };
        try
        {
            // The import checks that the point is on the curve, and the cofactor is 1.
            using ECDiffieHellman peer = ECDiffieHellman.Create(parameters);
            using ECDiffieHellmanPublicKey peerKey = peer.PublicKey;
            byte[] agreed = _key.DeriveRawSecretAgreement(peerKey);
            bool fits = agreed.Length == secret.Length;
            if (fits)
                agreed.CopyTo(secret);
            CryptographicOperations.ZeroMemory(agreed);
            return fits;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _key.Dispose();
    }

    private static ECCurve Curve(NamedGroup group) =>
        group == NamedGroup.Secp384r1 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256;
}
