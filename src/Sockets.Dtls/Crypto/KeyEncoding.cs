using System;

namespace Sockets.Dtls.Crypto;

/// <summary>
/// Tells what kind of key a DER structure holds, by its algorithm identifier alone, strictly: named curves and
/// uncompressed points only. So each provider gives the same verdict before its own parser sees the key.
/// </summary>
internal static class KeyEncoding
{
    /// <summary>The smallest RSA modulus in bits that is accepted, in keys of ours and of peers.</summary>
    public const int MinimumRsaBits = 2048;

    /// <summary>The largest RSA modulus in bits: a peer chooses the key, and so the cost of verifying.</summary>
    public const int MaximumRsaBits = 8192;

    /// <summary>AlgorithmIdentifier of rsaEncryption (RFC 3279 §2.3.1).</summary>
    private static ReadOnlySpan<byte> RsaIdentifier =>
        [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00];

    /// <summary>AlgorithmIdentifier of id-ecPublicKey with secp256r1 (RFC 5480 §2.1.1).</summary>
    private static ReadOnlySpan<byte> P256Identifier =>
        [0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];

    /// <summary>AlgorithmIdentifier of id-ecPublicKey with secp384r1 (RFC 5480 §2.1.1).</summary>
    private static ReadOnlySpan<byte> P384Identifier =>
        [0x30, 0x10, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22];

    /// <summary>AlgorithmIdentifier of id-Ed25519 (RFC 8410 §3).</summary>
    private static ReadOnlySpan<byte> Ed25519Identifier => [0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70];

    /// <summary>AlgorithmIdentifier of id-X25519 (RFC 8410 §3).</summary>
    private static ReadOnlySpan<byte> X25519Identifier => [0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x6E];

    /// <summary>Kind of a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).</summary>
    /// <param name="info">The whole structure and nothing behind it.</param>
    public static KeyAlgorithm OfPublicKey(ReadOnlySpan<byte> info)
    {
        if (!DerReader.TryTake(ref info, DerReader.Sequence, out ReadOnlySpan<byte> body) || !info.IsEmpty)
            return KeyAlgorithm.Unknown;

        KeyAlgorithm algorithm = TakeIdentifier(ref body);
        if (!DerReader.TryTake(ref body, DerReader.BitString, out ReadOnlySpan<byte> key) || !body.IsEmpty || key.Length < 2 || key[0] != 0)
            return KeyAlgorithm.Unknown;

        key = key[1..];
        bool fits = algorithm switch
        {
            KeyAlgorithm.EcP256 => key.Length == 65 && key[0] == 0x04,
            KeyAlgorithm.EcP384 => key.Length == 97 && key[0] == 0x04,
            KeyAlgorithm.Ed25519 => key.Length == 32,
            _ => true,
        };
        return fits ? algorithm : KeyAlgorithm.Unknown;
    }

    /// <summary>Kind of an unencrypted PKCS#8 PrivateKeyInfo (RFC 5958 §2).</summary>
    /// <param name="info">The whole structure and nothing behind it.</param>
    public static KeyAlgorithm OfPrivateKey(ReadOnlySpan<byte> info)
    {
        return DerReader.TryTake(ref info, DerReader.Sequence, out ReadOnlySpan<byte> body)
            && info.IsEmpty
            && DerReader.TryTake(ref body, DerReader.Integer, out ReadOnlySpan<byte> version)
            && version is [0] or [1]
            ? TakeIdentifier(ref body)
            : KeyAlgorithm.Unknown;
    }

    /// <summary>
    /// Takes the 32 bytes of an Ed25519 private key out of its PKCS#8 structure (RFC 8410 §7), whether or not the public
    /// key follows, which not every parser expects.
    /// </summary>
    public static bool TryGetEd25519Key(ReadOnlySpan<byte> info, out ReadOnlySpan<byte> privateKey)
    {
        privateKey = default;
        return OfPrivateKey(info) == KeyAlgorithm.Ed25519
            && DerReader.TryTake(ref info, DerReader.Sequence, out ReadOnlySpan<byte> body)
            && DerReader.TryTake(ref body, DerReader.Integer, out _)
            && TakeIdentifier(ref body) == KeyAlgorithm.Ed25519
            && DerReader.TryTake(ref body, DerReader.OctetString, out ReadOnlySpan<byte> octets)
            && DerReader.TryTake(ref octets, DerReader.OctetString, out privateKey)
            && octets.IsEmpty
            && privateKey.Length == 32;
    }

    /// <summary>True when a key of this kind signs under <paramref name="scheme"/> (RFC 8446 §4.2.3).</summary>
    public static bool Fits(KeyAlgorithm algorithm, SignatureScheme scheme) => scheme switch
    {
        SignatureScheme.EcdsaSecp256r1Sha256 => algorithm == KeyAlgorithm.EcP256,
        SignatureScheme.EcdsaSecp384r1Sha384 => algorithm == KeyAlgorithm.EcP384,
        SignatureScheme.Ed25519 => algorithm == KeyAlgorithm.Ed25519,
        SignatureScheme.RsaPssRsaeSha256 or SignatureScheme.RsaPssRsaeSha384 or SignatureScheme.RsaPssRsaeSha512 =>
            algorithm == KeyAlgorithm.Rsa,
        _ => false,
    };

    /// <summary>The schemes a key of this kind signs with, the preferred one first; empty for none.</summary>
    public static SignatureScheme[] Schemes(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.EcP256 => [SignatureScheme.EcdsaSecp256r1Sha256],
        KeyAlgorithm.EcP384 => [SignatureScheme.EcdsaSecp384r1Sha384],
        KeyAlgorithm.Ed25519 => [SignatureScheme.Ed25519],
        KeyAlgorithm.Rsa =>
            [SignatureScheme.RsaPssRsaeSha256, SignatureScheme.RsaPssRsaeSha384, SignatureScheme.RsaPssRsaeSha512],
        _ => [],
    };

    /// <summary>
    /// Writes a PKCS#8 structure around a bare private key, without the public key, which the importer computes.
    /// </summary>
    /// <param name="group">The group the key belongs to.</param>
    /// <param name="privateKey">The scalar: 32 bytes, or 48 for P-384.</param>
    /// <returns>The structure; the caller zeroes it.</returns>
    public static byte[] WrapPrivateKey(NamedGroup group, ReadOnlySpan<byte> privateKey)
    {
        bool montgomery = group == NamedGroup.X25519;
        ReadOnlySpan<byte> identifier = group switch
        {
            NamedGroup.X25519 => X25519Identifier,
            NamedGroup.Secp256r1 => P256Identifier,
            NamedGroup.Secp384r1 => P384Identifier,
            _ => throw new ArgumentOutOfRangeException(nameof(group), group, "Not a group of this library."),
        };

        // An ECPrivateKey (RFC 5915 §3) has a version before the octets; RFC 8410 §7 has the octets alone.
        ReadOnlySpan<byte> innerVersion = montgomery ? [] : [DerReader.Integer, 1, 1];
        int octets = 2 + privateKey.Length;
        int inner = montgomery ? octets : 2 + innerVersion.Length + octets;
        byte[] info = new byte[2 + 3 + identifier.Length + 2 + inner];
        Span<byte> rest = info;
        Put(ref rest, [DerReader.Sequence, (byte)(info.Length - 2), DerReader.Integer, 1, 0]);
        Put(ref rest, identifier);
        Put(ref rest, [DerReader.OctetString, (byte)inner]);
        if (!montgomery)
            Put(ref rest, [DerReader.Sequence, (byte)(inner - 2)]);
        Put(ref rest, innerVersion);
        Put(ref rest, [DerReader.OctetString, (byte)privateKey.Length]);
        Put(ref rest, privateKey);
        return info;
    }

    private static void Put(scoped ref Span<byte> destination, scoped ReadOnlySpan<byte> source)
    {
        source.CopyTo(destination);
        destination = destination[source.Length..];
    }

    private static KeyAlgorithm TakeIdentifier(ref ReadOnlySpan<byte> body) =>
        Take(ref body, P256Identifier) ? KeyAlgorithm.EcP256
        : Take(ref body, P384Identifier) ? KeyAlgorithm.EcP384
        : Take(ref body, RsaIdentifier) ? KeyAlgorithm.Rsa
        : Take(ref body, Ed25519Identifier) ? KeyAlgorithm.Ed25519
        : KeyAlgorithm.Unknown;

    private static bool Take(ref ReadOnlySpan<byte> body, ReadOnlySpan<byte> expected)
    {
        if (!body.StartsWith(expected))
            return false;
        body = body[expected.Length..];
        return true;
    }
}
