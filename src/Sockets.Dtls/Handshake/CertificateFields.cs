using System;
using Sockets.Dtls.Crypto;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// The two fields of a certificate the handshake itself needs (RFC 5280 §4.1): issuer and subjectPublicKeyInfo, as DER.
/// Judging the certificate is the driver's business.
/// </summary>
internal readonly ref struct CertificateFields
{
    private const byte ExplicitVersion = 0xA0;

    private CertificateFields(ReadOnlySpan<byte> issuer, ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        Issuer = issuer;
        SubjectPublicKeyInfo = subjectPublicKeyInfo;
    }

    /// <summary>The issuer's distinguished name.</summary>
    public ReadOnlySpan<byte> Issuer { get; }

    /// <summary>The subject's public key with its algorithm.</summary>
    public ReadOnlySpan<byte> SubjectPublicKeyInfo { get; }

    /// <summary>Walks the outer structure. Never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> certificate, out CertificateFields fields)
    {
        fields = default;
        if (!DerReader.TryTake(ref certificate, DerReader.Sequence, out ReadOnlySpan<byte> body)
            || !DerReader.TryTake(ref body, DerReader.Sequence, out ReadOnlySpan<byte> toBeSigned))
        {
            return false;
        }

        // [0] version (optional), serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
        DerReader.TryTake(ref toBeSigned, ExplicitVersion, out _);
        if (!DerReader.TryTakeAny(ref toBeSigned, out _, out _)
            || !DerReader.TryTakeAny(ref toBeSigned, out _, out _)
            || !DerReader.TryTakeAny(ref toBeSigned, out _, out ReadOnlySpan<byte> issuer) || issuer[0] != DerReader.Sequence
            || !DerReader.TryTakeAny(ref toBeSigned, out _, out _)
            || !DerReader.TryTakeAny(ref toBeSigned, out _, out _)
            || !DerReader.TryTakeAny(ref toBeSigned, out _, out ReadOnlySpan<byte> publicKey) || publicKey[0] != DerReader.Sequence)
        {
            return false;
        }

        fields = new CertificateFields(issuer, publicKey);
        return true;
    }
}
