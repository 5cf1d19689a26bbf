using System;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Certificates;

/// <summary>What an OCSP response says of one certificate (RFC 6960 §4.1.1, §4.2.1).</summary>
/// <param name="HashAlgorithm">By which the certificate's issuer is named.</param>
/// <param name="IssuerNameHash">Of the issuer's distinguished name.</param>
/// <param name="IssuerKeyHash">Of the issuer's key.</param>
/// <param name="SerialNumber">The certificate's, as an INTEGER has it.</param>
/// <param name="Status">What it says.</param>
/// <param name="ThisUpdate">Since when.</param>
/// <param name="NextUpdate">Until when; null: it does not say.</param>
internal sealed record OcspAnswer(
    string HashAlgorithm,
    ReadOnlyMemory<byte> IssuerNameHash,
    ReadOnlyMemory<byte> IssuerKeyHash,
    ReadOnlyMemory<byte> SerialNumber,
    OcspStatus Status,
    DateTimeOffset ThisUpdate,
    DateTimeOffset? NextUpdate)
{
    /// <summary>Whether it is about this certificate of this issuer.</summary>
    public bool IsAbout(X509Certificate2 certificate, X509Certificate2 issuer) =>
        SerialNumber.Span.SequenceEqual(certificate.SerialNumberBytes.Span)
        && Hash(issuer.SubjectName.RawData) is { } name && IssuerNameHash.Span.SequenceEqual(name)
        && IssuerKeyHash.Span.SequenceEqual(Hash(issuer.PublicKey.EncodedKeyValue.RawData));

    // It names a key and signs nothing: SHA-1 is what nearly all responders use here.
    private byte[]? Hash(byte[] data) => HashAlgorithm switch
    {
#pragma warning disable CA5350 // RFC 6960 §4.1.1 names issuers so.
        "1.3.14.3.2.26" => SHA1.HashData(data),
#pragma warning restore CA5350
        "2.16.840.1.101.3.4.2.1" => SHA256.HashData(data),
        "2.16.840.1.101.3.4.2.2" => SHA384.HashData(data),
        "2.16.840.1.101.3.4.2.3" => SHA512.HashData(data),
        _ => null,
    };
}
