using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Tool.Certificates;

/// <summary>Reads what --cert, --key and --ca name, with sentences about what is wrong with which file.</summary>
internal static partial class CredentialFiles
{
    public static PeerTrust LoadAnchors(string path) => PeerTrust.Anchors(LoadAuthorities(path));

    public static X509Certificate2Collection LoadAuthorities(string path)
    {
        RequireReadable(path, "CA certificate");
        var anchors = new X509Certificate2Collection();
        try
        {
            anchors.ImportFromPemFile(path);
        }
        catch (CryptographicException exception)
        {
            throw new ToolException($"The certificates in {path} cannot be read: {exception.Message}", exception);
        }

        return anchors.Count > 0 ? anchors : throw new ToolException($"There is no PEM certificate in {path}.");
    }

    /// <summary>The DNS names a certificate is for.</summary>
    public static IEnumerable<string> NamesOf(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static extension => extension.EnumerateDnsNames());

    private static void RequireReadable(string path, string what)
    {
        if (Directory.Exists(path))
            throw new ToolException($"The {what} file '{path}' is a folder.");
        if (!File.Exists(path))
            throw new ToolException($"The {what} file '{path}' does not exist.");
        try
        {
            using FileStream stream = File.OpenRead(path);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ToolException($"The {what} file '{path}' cannot be read: permission denied.", exception);
        }
    }
}
