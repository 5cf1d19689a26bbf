using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;

namespace Sockets.Tool.Certificates;

internal static partial class CredentialFiles
{
    public static DtlsCredential Load(string certificatePath, string keyPath)
    {
        RequireReadable(certificatePath, "certificate");
        RequireReadable(keyPath, "key");
        string text = File.ReadAllText(certificatePath);
        if (!text.Contains("-----BEGIN PUBLIC KEY-----", StringComparison.Ordinal) || text.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
            return DtlsCredentialLoader.LoadPemFiles(certificatePath, keyPath);
        try
        {
            return DtlsCredentialLoader.FromPublicKeyPem(text, File.ReadAllText(keyPath));
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new ToolException($"{certificatePath} with {keyPath}: {FailureLine.Of(exception)}", exception);
        }
    }

    /// <summary>The DNS names a credential is for; a bare key has none.</summary>
    public static IReadOnlyList<string> NamesOf(DtlsCredential credential)
    {
        if (credential.CertificateType != DtlsCertificateType.X509)
            return [];
        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(credential.CertificateChain[0].Span);
        return [.. NamesOf(leaf)];
    }

    /// <summary>An OCSP response as an authority gave it.</summary>
    public static ReadOnlyMemory<byte> LoadOcspResponse(string path)
    {
        RequireReadable(path, "OCSP response");
        byte[] response = File.ReadAllBytes(path);
        return response is [0x30, ..] ? response : throw new ToolException($"There is no OCSP response in DER in {path}, such as 'openssl ocsp -respout' writes.");
    }

    public static IReadOnlyList<ReadOnlyMemory<byte>> Names(X509Certificate2Collection authorities)
    {
        var names = new List<ReadOnlyMemory<byte>>();
        foreach (X509Certificate2 authority in authorities)
            names.Add(authority.SubjectName.RawData);
        return names;
    }
}
