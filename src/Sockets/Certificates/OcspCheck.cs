using System;
using System.Collections.Generic;
using System.Formats.Asn1;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Certificates;

/// <summary>
/// Judges the OCSP response that a peer sent along with its certificate (RFC 6960 §3.2): about this certificate, signed by its issuer or by
/// whom the issuer lets answer, and in force now. The platform does not take responses from elsewhere, so it is done here.
/// </summary>
internal static class OcspCheck
{
    private const string OcspSigning = "1.3.6.1.5.5.7.3.9";
    private const string TlsFeature = "1.3.6.1.5.5.7.1.24";
    private const byte StatusRequestFeature = 5;

    /// <summary>Clocks differ.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Appends what is wrong; nothing when the response says that the certificate is good.</summary>
    /// <param name="der">The response.</param>
    /// <param name="certificate">What it has to be about.</param>
    /// <param name="issuer">Its issuer, which is trusted.</param>
    /// <param name="time">The time of the check.</param>
    /// <param name="findings">Takes what is wrong.</param>
    /// <returns>Until when the answer holds; null when it is not good.</returns>
    public static DateTimeOffset? Judge(ReadOnlyMemory<byte> der, X509Certificate2 certificate, X509Certificate2 issuer, DateTimeOffset time, List<CertificateFinding> findings)
    {
        if (OcspResponse.TryParse(der) is not { } response)
            return Refuse("it is no answer of a responder");
        if (!IsSignedFor(response, issuer, time))
            return Refuse("nobody who may answer for the issuer has signed it");
        if (response.Answers.Find(answer => answer.IsAbout(certificate, issuer)) is not { } answer)
            return Refuse("it is about another certificate");
        if (answer.ThisUpdate > time + Tolerance)
            return Refuse("it is not in force yet");
        if (answer.NextUpdate is not { } end || end + Tolerance < time)
            return Refuse(answer.NextUpdate is null ? "it does not say how long it is in force" : "it has expired");
        switch (answer.Status)
        {
            case OcspStatus.Good:
                return end;
            case OcspStatus.Revoked:
                findings.Add(new CertificateFinding(CertificateProblem.Revoked, $"'{CertificateText.Subject(certificate)}' was revoked, as the OCSP response says that came with it"));
                return null;
            default:
                return Refuse("its responder does not know the certificate");
        }

        DateTimeOffset? Refuse(string why)
        {
            findings.Add(new CertificateFinding(CertificateProblem.InvalidOcspResponse, $"the OCSP response that came with it is not good: {why}"));
            return null;
        }
    }

    /// <summary>Whether a certificate itself says that it is worth nothing without a response (RFC 7633, "must-staple").</summary>
    public static bool IsDemandedBy(X509Certificate2 certificate)
    {
        if (certificate.Extensions[TlsFeature] is not { } extension)
            return false;
        try
        {
            var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER);
            AsnReader features = reader.ReadSequence();
            while (features.HasData)
            {
                // Not as an int: the reader does not go on past what does not fit into one.
                if (features.ReadIntegerBytes().Span.SequenceEqual((ReadOnlySpan<byte>)[StatusRequestFeature]))
                    return true;
            }

            return false;
        }
        catch (AsnContentException)
        {
            return true; // it demands something
        }
    }

    /// <summary>RFC 6960 §4.2.2.2: by the issuer itself, or by a certificate that the issuer has issued for this.</summary>
    private static bool IsSignedFor(OcspResponse response, X509Certificate2 issuer, DateTimeOffset time)
    {
        if (IsResponder(response, issuer) && CertificateSignature.Verify(issuer.PublicKey, response.SignatureAlgorithm, response.SignedData.Span, response.Signature.Span))
            return true;
        foreach (ReadOnlyMemory<byte> der in response.Certificates)
        {
            try
            {
                using X509Certificate2 delegated = X509CertificateLoader.LoadCertificate(der.Span);
                if (IsResponder(response, delegated) && IsDelegated(delegated, issuer, time)
                    && CertificateSignature.Verify(delegated.PublicKey, response.SignatureAlgorithm, response.SignedData.Span, response.Signature.Span))
                {
                    return true;
                }
            }
            catch (CryptographicException)
            {
                // It is no certificate: the next one may be.
            }
        }

        return false;
    }

    private static bool IsResponder(OcspResponse response, X509Certificate2 candidate)
    {
#pragma warning disable CA5350 // RFC 6960 §4.2.1 names the key so; the signature is what counts.
        return response.ResponderKeyHash.IsEmpty
            ? response.ResponderName.Span.SequenceEqual(candidate.SubjectName.RawData)
            : response.ResponderKeyHash.Span.SequenceEqual(SHA1.HashData(candidate.PublicKey.EncodedKeyValue.RawData));
#pragma warning restore CA5350
    }

    private static bool IsDelegated(X509Certificate2 delegated, X509Certificate2 issuer, DateTimeOffset time) =>
        delegated.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData)
        && delegated.NotBefore.ToUniversalTime() <= time.UtcDateTime && time.UtcDateTime <= delegated.NotAfter.ToUniversalTime()
        && delegated.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(static usage => usage.EnhancedKeyUsages[OcspSigning] is not null)
        && SignedCertificate.TryRead(delegated.RawDataMemory, out SignedCertificate parts)
        && CertificateSignature.Verify(issuer.PublicKey, parts.SignatureAlgorithm, parts.SignedData.Span, parts.Signature.Span);
}
