using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sockets.Certificates;

/// <summary>Parts of certificates as one line of printable text: the peer chose them, so they may contain anything.</summary>
internal static class CertificateText
{
    private const int MaxLength = 200;
    private const int MaxNames = 8;

    public static string Subject(X509Certificate2 certificate) => Printable(certificate.Subject.Length > 0 ? certificate.Subject : "(no subject)");

    public static string Issuer(X509Certificate2 certificate) => Printable(certificate.Issuer.Length > 0 ? certificate.Issuer : "(no issuer)");

    public static string Date(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string NameMismatch(X509Certificate2 certificate, string host)
    {
        List<string> names = Names(certificate);
        return names.Count == 0
            ? $"it is not for '{Printable(host)}': it carries no names at all"
            : $"it is not for '{Printable(host)}' but for {string.Join(", ", names)}";
    }

    private static List<string> Names(X509Certificate2 certificate)
    {
        var names = new List<string>();
        try
        {
            foreach (X509Extension extension in certificate.Extensions)
            {
                if (extension is not X509SubjectAlternativeNameExtension alternatives)
                    continue;
                foreach (string name in alternatives.EnumerateDnsNames())
                    names.Add(Printable(name));
                foreach (IPAddress address in alternatives.EnumerateIPAddresses())
                    names.Add(address.ToString());
            }
        }
        catch (CryptographicException)
        {
            // What could be read so far is what is shown.
        }

        if (names.Count > MaxNames)
        {
            int more = names.Count - MaxNames;
            names.RemoveRange(MaxNames, more);
            names.Add($"{more} more");
        }

        return names;
    }

    public static string Printable(string text)
    {
        var result = new StringBuilder(Math.Min(text.Length, MaxLength + 1));
        foreach (char c in text)
        {
            if (result.Length == MaxLength)
            {
                result.Append('…');
                break;
            }

            result.Append(char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') ? '?' : c);
        }

        return result.ToString();
    }
}
