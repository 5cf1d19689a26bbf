using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tool.Diagnosing;

/// <summary>A server's certificates for people, and what to do about those that are refused.</summary>
internal static class CertificateReport
{
    /// <summary>What was sent, leaf first.</summary>
    public static void Describe(SocketSecurityInfo security, DiagnosisReport report)
    {
        if (!security.PeerPublicKey.IsEmpty)
            report.Detail($"bare public key, no certificate: sha256 {Convert.ToHexString(SHA256.HashData(security.PeerPublicKey.Span))}");
        for (int i = 0; i < security.PeerCertificates.Count; i++)
        {
            try
            {
                using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(security.PeerCertificates[i].Span);
                Describe(certificate, i, report);
            }
            catch (CryptographicException exception)
            {
                report.Detail($"{i}: cannot be read: {exception.Message}");
            }
        }
    }

    public static string Advise(CertificateProblem problem, int sent) => problem switch
    {
        CertificateProblem.UntrustedRoot when sent == 1 => "give the CA's certificate with --ca; or the server must send the certificates between its own and the root, too.",
        CertificateProblem.UntrustedRoot => "give the CA's certificate with --ca, if it is the one you mean.",
        CertificateProblem.Expired => "renew the certificate at the server (see also that this machine's clock is right).",
        CertificateProblem.NotYetValid => "see that this machine's clock is right, and the server's was when the certificate was issued.",
        CertificateProblem.NameMismatch => "connect by one of the certificate's names, say with --name which one is meant, or have a certificate issued for this name.",
        CertificateProblem.PinMismatch => "the server has another certificate than the pinned one: see whether it was renewed, and by whom.",
        CertificateProblem.WrongUsage => "the certificate was not issued for servers: have one issued with the usage serverAuth.",
        CertificateProblem.Revoked => "the certificate was revoked: the server needs a new one.",
        _ => "look at the certificates below, and at the server's configuration.",
    };

    private static void Describe(X509Certificate2 certificate, int index, DiagnosisReport report)
    {
        DateTime until = certificate.NotAfter.ToUniversalTime();
        double days = Math.Floor((until - DateTime.UtcNow).TotalDays);
        string left = days < 0 ? $"expired {-days:0} days ago" : $"{days:0} days left";
        report.Detail($"{index}: subject {certificate.Subject}");
        report.Detail($"   issuer  {certificate.Issuer}");
        report.Detail($"   valid   {certificate.NotBefore.ToUniversalTime():yyyy-MM-dd} to {until:yyyy-MM-dd}, {left}");
        report.Detail($"   key     {KeyOf(certificate)}");
        if (index == 0)
            report.Detail($"   names   {string.Join(", ", NamesOf(certificate).DefaultIfEmpty("none"))}");
        report.Detail($"   sha256  {certificate.GetCertHashString(HashAlgorithmName.SHA256)}");
    }

    private static IEnumerable<string> NamesOf(X509Certificate2 certificate)
    {
        foreach (X509SubjectAlternativeNameExtension extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            foreach (string name in extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(static address => address.ToString())))
                yield return name;
        }
    }

    private static string KeyOf(X509Certificate2 certificate)
    {
        using RSA? rsa = certificate.GetRSAPublicKey();
        if (rsa is not null)
            return $"RSA, {rsa.KeySize} bits";
        using ECDsa? ecdsa = certificate.GetECDsaPublicKey();
        return ecdsa is not null ? $"ECDSA, {ecdsa.KeySize} bits" : certificate.PublicKey.Oid.FriendlyName ?? certificate.PublicKey.Oid.Value ?? "unknown";
    }
}
