using System;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.LoadBench.Tls;

/// <summary>The certificate of the benchmark's servers.</summary>
internal static class BenchCertificate
{
    public static X509Certificate2 Instance { get; } = Create();

    /// <summary>What a client knows it by.</summary>
    public static byte[] Fingerprint { get; } = SHA256.HashData(Instance.RawData);

    private static X509Certificate2 Create()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=bench", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
