using System;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sockets.Testing;

namespace Sockets.LoadBench.Handshakes;

/// <summary>The least code around the platform's chains: certificates read, one chain built and verified for server authentication.</summary>
internal sealed class PlatformChain(TestCertificate certificate, X509Certificate2 anchor)
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    public void Judge()
    {
        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(certificate.Chain[0].Span);
        using X509Certificate2 issuer = X509CertificateLoader.LoadCertificate(certificate.Chain[1].Span);
        using var chain = new X509Chain();
        X509ChainPolicy policy = chain.ChainPolicy;
        policy.DisableCertificateDownloads = true;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.Add(anchor);
        policy.ExtraStore.Add(issuer);
        policy.ApplicationPolicy.Add(ServerAuthentication);
        if (!chain.Build(leaf))
            throw new InvalidOperationException("The chain is not trusted.");
        foreach (X509ChainElement element in chain.ChainElements)
            element.Certificate.Dispose();
    }
}
