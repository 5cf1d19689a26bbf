using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tests;

/// <summary>Makes OCSP responses (RFC 6960 §4.2.1), good ones and all kinds of bad ones.</summary>
internal sealed record OcspResponder(X509Certificate2 Issuer)
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Who signs: the issuer unless told otherwise.</summary>
    public X509Certificate2? Signer { get; init; }

    /// <summary>Whether the signer's certificate goes along.</summary>
    public bool SendsSigner { get; init; }

    /// <summary>Names itself by its name, and not by the hash of its key.</summary>
    public bool ByName { get; init; }

    public HashAlgorithmName IdHash { get; init; } = HashAlgorithmName.SHA1;

    public DateTimeOffset ThisUpdate { get; init; } = Now.AddHours(-1);

    public DateTimeOffset? NextUpdate { get; init; } = Now.AddDays(3);

    public int ResponseStatus { get; init; }

    /// <summary>The AlgorithmIdentifier of the signature; null: ECDSA with SHA-256.</summary>
    public byte[]? Algorithm { get; init; }

    /// <summary>Makes the signature; null: by the signer's key, with ECDSA and SHA-256.</summary>
    public Func<byte[], byte[]>? Sign { get; init; }

    /// <summary>0 good, 1 revoked, 2 unknown.</summary>
    public byte[] Answer(X509Certificate2 certificate, int status = 0)
    {
        X509Certificate2 signer = Signer ?? Issuer;
        byte[] data = Data(certificate, status, signer);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(data);
            writer.WriteEncodedValue(Algorithm ?? EcdsaWithSha256());
            writer.WriteBitString(Sign?.Invoke(data) ?? SignByEcdsa(data, signer));
            if (SendsSigner)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, true)))
                using (writer.PushSequence())
                    writer.WriteEncodedValue(signer.RawData);
            }
        }

        return Wrap(writer.Encode());
    }

    private static byte[] SignByEcdsa(byte[] data, X509Certificate2 signer)
    {
        using ECDsa key = signer.GetECDsaPrivateKey()!;
        return key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static byte[] EcdsaWithSha256()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            writer.WriteObjectIdentifier("1.2.840.10045.4.3.2");
        return writer.Encode();
    }

    private byte[] Wrap(byte[] basic)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue([0x0A, 1, (byte)ResponseStatus]);
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, true)))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.3.6.1.5.5.7.48.1.1");
                writer.WriteOctetString(basic);
            }
        }

        return writer.Encode();
    }

    private byte[] Data(X509Certificate2 certificate, int status, X509Certificate2 signer)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, ByName ? 1 : 2, true)))
            {
                if (ByName)
                    writer.WriteEncodedValue(signer.SubjectName.RawData);
                else
#pragma warning disable CA5350 // RFC 6960 §4.2.1 names the key so.
                    writer.WriteOctetString(SHA1.HashData(signer.PublicKey.EncodedKeyValue.RawData));
#pragma warning restore CA5350
            }

            writer.WriteGeneralizedTime(ThisUpdate, omitFractionalSeconds: true);
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                    using (writer.PushSequence())
                        writer.WriteObjectIdentifier(IdHash == HashAlgorithmName.SHA1 ? "1.3.14.3.2.26" : "2.16.840.1.101.3.4.2.1");
                    writer.WriteOctetString(CryptographicOperations.HashData(IdHash, Issuer.SubjectName.RawData));
                    writer.WriteOctetString(CryptographicOperations.HashData(IdHash, Issuer.PublicKey.EncodedKeyValue.RawData));
                    writer.WriteInteger(certificate.SerialNumberBytes.Span);
                }

                if (status == 1)
                {
                    using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1, true)))
                        writer.WriteGeneralizedTime(Now.AddDays(-1), omitFractionalSeconds: true);
                }
                else
                {
                    writer.WriteNull(new Asn1Tag(TagClass.ContextSpecific, status));
                }

                writer.WriteGeneralizedTime(ThisUpdate, omitFractionalSeconds: true);
                if (NextUpdate is { } next)
                {
                    using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, true)))
                        writer.WriteGeneralizedTime(next, omitFractionalSeconds: true);
                }
            }
        }

        return writer.Encode();
    }
}
