using System;
using System.Formats.Asn1;

namespace Sockets.Certificates;

/// <summary>A certificate as what was signed and the signature (RFC 5280 §4.1).</summary>
internal readonly record struct SignedCertificate(ReadOnlyMemory<byte> SignedData, ReadOnlyMemory<byte> SignatureAlgorithm, ReadOnlyMemory<byte> Signature)
{
    public static bool TryRead(ReadOnlyMemory<byte> der, out SignedCertificate parts)
    {
        parts = default;
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            AsnReader certificate = reader.ReadSequence();
            ReadOnlyMemory<byte> signedData = certificate.ReadEncodedValue();
            ReadOnlyMemory<byte> algorithm = certificate.ReadEncodedValue();
            byte[] signature = certificate.ReadBitString(out int unused);
            parts = new SignedCertificate(signedData, algorithm, signature);
            return unused == 0;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
