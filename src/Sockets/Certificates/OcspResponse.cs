using System;
using System.Collections.Generic;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Sockets.Certificates;

/// <summary>A basic OCSP response (RFC 6960 §4.2.1), read and not judged: <see cref="OcspCheck"/> does that.</summary>
internal sealed class OcspResponse
{
    private const string BasicResponse = "1.3.6.1.5.5.7.48.1.1";

    /// <summary>More certificates, and more answers, than any responder sends along.</summary>
    private const int MaxCertificates = 8;
    private const int MaxAnswers = 32;

    private static readonly Asn1Tag Tag0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Tag1 = new(TagClass.ContextSpecific, 1, isConstructed: true);
    private static readonly Asn1Tag Tag2 = new(TagClass.ContextSpecific, 2, isConstructed: true);

    private OcspResponse()
    {
    }

    /// <summary>The bytes that are signed.</summary>
    public ReadOnlyMemory<byte> SignedData { get; private set; }

    /// <summary>The algorithm of the signature with its parameters, as <see cref="CertificateSignature"/> takes it.</summary>
    public ReadOnlyMemory<byte> SignatureAlgorithm { get; private set; }

    public ReadOnlyMemory<byte> Signature { get; private set; }

    /// <summary>The responder's distinguished name; empty: it is named by its key.</summary>
    public ReadOnlyMemory<byte> ResponderName { get; private set; }

    /// <summary>SHA-1 of the responder's key; empty: it is named by its name.</summary>
    public ReadOnlyMemory<byte> ResponderKeyHash { get; private set; }

    /// <summary>What the responder sent along to prove that it may answer.</summary>
    public List<ReadOnlyMemory<byte>> Certificates { get; } = [];

    public List<OcspAnswer> Answers { get; } = [];

    /// <summary>Reads one. A peer sent it: it may be anything.</summary>
    /// <returns>Null: it is no basic response, or says that the responder could not answer.</returns>
    public static OcspResponse? TryParse(ReadOnlyMemory<byte> der)
    {
        try
        {
            var response = new OcspResponse();
            return response.Read(der) ? response : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private bool Read(ReadOnlyMemory<byte> der)
    {
        var reader = new AsnReader(der, AsnEncodingRules.DER);
        AsnReader outer = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        if (!outer.ReadEnumeratedBytes().Span.SequenceEqual((ReadOnlySpan<byte>)[0]))
            return false; // not successful
        AsnReader wrapped = outer.ReadSequence(Tag0);
        outer.ThrowIfNotEmpty();
        AsnReader bytes = wrapped.ReadSequence();
        wrapped.ThrowIfNotEmpty();
        if (bytes.ReadObjectIdentifier() != BasicResponse)
            return false;
        var content = new AsnReader(bytes.ReadOctetString(), AsnEncodingRules.DER);
        bytes.ThrowIfNotEmpty();
        AsnReader basic = content.ReadSequence();
        content.ThrowIfNotEmpty();

        SignedData = basic.PeekEncodedValue();
        ReadData(basic.ReadSequence());
        SignatureAlgorithm = basic.ReadEncodedValue();
        Signature = basic.ReadBitString(out int unused);
        if (unused != 0)
            return false;
        if (basic.HasData)
        {
            AsnReader list = basic.ReadSequence(Tag0);
            AsnReader certificates = list.ReadSequence();
            list.ThrowIfNotEmpty();
            while (certificates.HasData)
            {
                if (Certificates.Count == MaxCertificates)
                    return false;
                Certificates.Add(certificates.ReadEncodedValue());
            }
        }

        basic.ThrowIfNotEmpty();
        return Answers.Count is > 0 and <= MaxAnswers;
    }

    private void ReadData(AsnReader data)
    {
        if (data.PeekTag() == Tag0)
            data.ReadEncodedValue(); // version
        if (data.PeekTag() == Tag1)
            ResponderName = data.ReadSequence(Tag1).ReadEncodedValue();
        else
            ResponderKeyHash = data.ReadSequence(Tag2).ReadOctetString();
        data.ReadGeneralizedTime(); // producedAt
        AsnReader answers = data.ReadSequence();
        while (answers.HasData && Answers.Count <= MaxAnswers)
            Answers.Add(ReadAnswer(answers.ReadSequence()));
    }

    private static OcspAnswer ReadAnswer(AsnReader answer)
    {
        AsnReader id = answer.ReadSequence();
        string hash = id.ReadSequence().ReadObjectIdentifier();
        byte[] nameHash = id.ReadOctetString();
        byte[] keyHash = id.ReadOctetString();
        ReadOnlyMemory<byte> serialNumber = id.ReadIntegerBytes();
        id.ThrowIfNotEmpty();

        Asn1Tag tag = answer.PeekTag();
        if (tag.TagClass != TagClass.ContextSpecific || tag.TagValue is < 0 or > 2)
            throw new AsnContentException();
        answer.ReadEncodedValue();
        DateTimeOffset thisUpdate = answer.ReadGeneralizedTime();
        DateTimeOffset? nextUpdate = null;
        if (answer.HasData && answer.PeekTag() == Tag0)
            nextUpdate = answer.ReadSequence(Tag0).ReadGeneralizedTime();
        return new OcspAnswer(hash, nameHash, keyHash, serialNumber, (OcspStatus)tag.TagValue, thisUpdate, nextUpdate);
    }
}
