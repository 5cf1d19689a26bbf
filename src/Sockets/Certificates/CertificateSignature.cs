using System;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Certificates;

/// <summary>
/// Signatures by the algorithms of certificates (RFC 3279, RFC 4055, RFC 5758), where the platform verifies none: those of OCSP
/// responses. ECDSA, RSA PKCS #1 and RSA-PSS with SHA-2; everything else is refused, Ed25519 too, which the platform does not have.
/// </summary>
internal static class CertificateSignature
{
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string MaskGeneration1 = "1.2.840.113549.1.1.8";

    private static readonly Asn1Tag Tag0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Tag1 = new(TagClass.ContextSpecific, 1, isConstructed: true);
    private static readonly Asn1Tag Tag2 = new(TagClass.ContextSpecific, 2, isConstructed: true);

    /// <summary>Whether the key has signed the data.</summary>
    /// <param name="key">The key.</param>
    /// <param name="algorithm">An AlgorithmIdentifier (RFC 5280 §4.1.1.2) in DER, which may be anything.</param>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">The signature.</param>
    public static bool Verify(PublicKey key, ReadOnlyMemory<byte> algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            var reader = new AsnReader(algorithm, AsnEncodingRules.DER);
            AsnReader parts = reader.ReadSequence();
            string identifier = parts.ReadObjectIdentifier();
            if (identifier == RsaPss)
                return TryReadPss(parts) is { } hash && VerifyRsa(key, hash, RSASignaturePadding.Pss, data, signature);
            return identifier switch
            {
                "1.2.840.10045.4.3.2" => VerifyEcdsa(key, HashAlgorithmName.SHA256, data, signature),
                "1.2.840.10045.4.3.3" => VerifyEcdsa(key, HashAlgorithmName.SHA384, data, signature),
                "1.2.840.10045.4.3.4" => VerifyEcdsa(key, HashAlgorithmName.SHA512, data, signature),
                "1.2.840.113549.1.1.11" => VerifyRsa(key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, data, signature),
                "1.2.840.113549.1.1.12" => VerifyRsa(key, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1, data, signature),
                "1.2.840.113549.1.1.13" => VerifyRsa(key, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1, data, signature),
                _ => false,
            };
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <summary>
    /// RSASSA-PSS-params (RFC 4055 §3.1). Their defaults are SHA-1, so all three are there: one SHA-2 hash, for the mask as well, and as
    /// much salt as it is long, which is what everybody uses and the platform verifies.
    /// </summary>
    private static HashAlgorithmName? TryReadPss(AsnReader identifier)
    {
        AsnReader parameters = identifier.ReadSequence();
        identifier.ThrowIfNotEmpty();
        AsnReader field = parameters.ReadSequence(Tag0);
        HashAlgorithmName? hash = TryReadHash(field, out int length);
        field.ThrowIfNotEmpty();

        field = parameters.ReadSequence(Tag1);
        AsnReader mask = field.ReadSequence();
        field.ThrowIfNotEmpty();
        if (hash is null || mask.ReadObjectIdentifier() != MaskGeneration1 || TryReadHash(mask, out _) != hash)
            return null;
        mask.ThrowIfNotEmpty();

        field = parameters.ReadSequence(Tag2);
        bool isAsLong = field.TryReadInt32(out int saltLength) && saltLength == length;
        field.ThrowIfNotEmpty();
        parameters.ThrowIfNotEmpty(); // the trailer's only value is the default, which DER leaves out
        return isAsLong ? hash : null;
    }

    /// <summary>A hash by its AlgorithmIdentifier, whose parameters are NULL or missing (RFC 4055 §2.1).</summary>
    private static HashAlgorithmName? TryReadHash(AsnReader reader, out int length)
    {
        AsnReader parts = reader.ReadSequence();
        HashAlgorithmName? hash;
        (hash, length) = parts.ReadObjectIdentifier() switch
        {
            "2.16.840.1.101.3.4.2.1" => (HashAlgorithmName.SHA256, SHA256.HashSizeInBytes),
            "2.16.840.1.101.3.4.2.2" => (HashAlgorithmName.SHA384, SHA384.HashSizeInBytes),
            "2.16.840.1.101.3.4.2.3" => (HashAlgorithmName.SHA512, SHA512.HashSizeInBytes),
            _ => ((HashAlgorithmName?)null, 0),
        };
        if (parts.HasData)
            parts.ReadNull();
        parts.ThrowIfNotEmpty();
        return hash;
    }

    private static bool VerifyEcdsa(PublicKey key, HashAlgorithmName hash, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using ECDsa? ecdsa = key.GetECDsaPublicKey();
        return ecdsa is not null && ecdsa.VerifyData(data, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static bool VerifyRsa(PublicKey key, HashAlgorithmName hash, RSASignaturePadding padding, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using RSA? rsa = key.GetRSAPublicKey();
        return rsa is not null && rsa.VerifyData(data, signature, hash, padding);
    }
}
