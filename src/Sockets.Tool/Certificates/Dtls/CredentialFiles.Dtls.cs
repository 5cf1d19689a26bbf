using System;
using System.Collections.Generic;
using System.Security.Cryptography.X509Certificates;
using Sockets.Dtls;

namespace Sockets.Tool.Certificates;

internal static partial class CredentialFiles
{
    public static DtlsCredential Load(string certificatePath, string keyPath)
    {
        RequireReadable(certificatePath, "certificate");
        RequireReadable(keyPath, "key");
        return DtlsCredentialLoader.LoadPemFiles(certificatePath, keyPath);
    }

    public static IReadOnlyList<ReadOnlyMemory<byte>> Names(X509Certificate2Collection authorities)
    {
        var names = new List<ReadOnlyMemory<byte>>();
        foreach (X509Certificate2 authority in authorities)
            names.Add(authority.SubjectName.RawData);
        return names;
    }
}
