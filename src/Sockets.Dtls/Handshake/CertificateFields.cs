using System;

namespace Sockets.Dtls.Handshake;

/// <summary>
/// The two fields of a certificate the handshake itself needs (RFC 5280 §4.1): issuer and subjectPublicKeyInfo, as DER.
/// Judging the certificate is the driver's business.
/// </summary>
internal readonly ref struct CertificateFields
{
    private const byte Sequence = 0x30;
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
        ReadOnlySpan<byte> rest = certificate;
        if (!TryReadElement(ref rest, out byte tag, out ReadOnlySpan<byte> body, out _) || tag != Sequence)
            return false;
        if (!TryReadElement(ref body, out tag, out ReadOnlySpan<byte> toBeSigned, out _) || tag != Sequence)
            return false;

        // [0] version (optional), serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
        if (!TryReadElement(ref toBeSigned, out tag, out _, out _))
            return false;
        if (tag == ExplicitVersion && !TryReadElement(ref toBeSigned, out _, out _, out _))
            return false;
        if (!TryReadElement(ref toBeSigned, out _, out _, out _)
            || !TryReadElement(ref toBeSigned, out tag, out _, out ReadOnlySpan<byte> issuer) || tag != Sequence
            || !TryReadElement(ref toBeSigned, out _, out _, out _)
            || !TryReadElement(ref toBeSigned, out _, out _, out _)
            || !TryReadElement(ref toBeSigned, out tag, out _, out ReadOnlySpan<byte> publicKey) || tag != Sequence)
        {
            return false;
        }

        fields = new CertificateFields(issuer, publicKey);
        return true;
    }

    private static bool TryReadElement(scoped ref ReadOnlySpan<byte> source, out byte tag, out ReadOnlySpan<byte> content, out ReadOnlySpan<byte> element)
    {
        content = element = default;
        tag = 0;
        if (source.Length < 2 || (source[0] & 0x1F) == 0x1F)
            return false;
        tag = source[0];
        int header = 2;
        int length = source[1];
        if (length >= 0x80)
        {
            int bytes = length & 0x7F;
            if (bytes is 0 or > 3 || source.Length < 2 + bytes)
                return false;
            length = 0;
            for (int i = 0; i < bytes; i++)
                length = (length << 8) | source[2 + i];
            header += bytes;
        }

        if (source.Length - header < length)
            return false;
        content = source.Slice(header, length);
        element = source[..(header + length)];
        source = source[(header + length)..];
        return true;
    }
}
