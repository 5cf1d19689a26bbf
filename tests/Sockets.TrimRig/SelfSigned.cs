using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.TrimRig;

/// <summary>The server's certificate; the client trusts it by its fingerprint.</summary>
internal static class SelfSigned
{
    public static X509Certificate2 Create()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=rig", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
    }
}
