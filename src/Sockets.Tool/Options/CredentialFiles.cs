using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;

namespace Sockets.Tool.Options;

/// <summary>Reads what --cert, --key and --ca name, with sentences about what is wrong with which file.</summary>
internal static class CredentialFiles
{
    public static DtlsCredential Load(string certificatePath, string keyPath)
    {
        RequireReadable(certificatePath, "certificate");
        RequireReadable(keyPath, "key");
        return DtlsCredentialLoader.LoadPemFiles(certificatePath, keyPath);
    }

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

    public static IReadOnlyList<ReadOnlyMemory<byte>> Names(X509Certificate2Collection authorities)
    {
        var names = new List<ReadOnlyMemory<byte>>();
        foreach (X509Certificate2 authority in authorities)
            names.Add(authority.SubjectName.RawData);
        return names;
    }

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
