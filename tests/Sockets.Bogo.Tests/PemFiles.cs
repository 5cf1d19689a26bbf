using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using Sockets.Testing;

namespace Sockets.Bogo.Tests;

/// <summary>A test certificate as the runner hands it to a shim: two files, gone after the test.</summary>
internal sealed class PemFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sockets-bogo-").FullName;

    public PemFiles(TestCertificate certificate)
    {
        CertificateFile = Path.Combine(_folder, "chain.pem");
        KeyFile = Path.Combine(_folder, "key.pem");
        File.WriteAllText(CertificateFile, string.Join('\n', certificate.Chain.Select(static der => PemEncoding.WriteString("CERTIFICATE", der.Span))));
        File.WriteAllText(KeyFile, PemEncoding.WriteString("PRIVATE KEY", certificate.PrivateKey));
    }

    public string CertificateFile { get; }

    public string KeyFile { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
