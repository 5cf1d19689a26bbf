using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sockets.Certificates;

/// <summary>What all chains have in common that are judged alike.</summary>
/// <param name="Trust">By what they are judged.</param>
/// <param name="Purpose">For what.</param>
/// <param name="TargetHost">The name they must carry.</param>
/// <param name="RevocationMode">The kind of revocation check.</param>
/// <param name="MayDownload">Whether that may download.</param>
/// <param name="Stapling">Whether OCSP responses are part of it.</param>
internal sealed record TrustPolicy(PeerTrust Trust, CertificatePurpose Purpose, string? TargetHost, X509RevocationMode RevocationMode, bool MayDownload, OcspStapling Stapling = OcspStapling.None)
{
    /// <summary>SHA-256 of all of it, the same for two that judge alike.</summary>
    public byte[] Hash()
    {
        // Lengths in front, so that no two policies run together into one text.
        string kind = Trust.GetType().Name;
        string text = $"{kind.Length}:{kind}{Trust.Identity.Length}:{Trust.Identity}{(int)Purpose},{(int)RevocationMode},{MayDownload},{(int)Stapling},{TargetHost?.Length ?? -1}:{TargetHost}";
        return SHA256.HashData(Encoding.Unicode.GetBytes(text));
    }
}
