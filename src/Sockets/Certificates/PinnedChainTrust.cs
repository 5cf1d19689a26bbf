using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Certificates;

/// <summary>Trusts a chain as <see cref="ChainTrust"/> does, if one of its keys is a pinned one as well.</summary>
internal sealed class PinnedChainTrust(X509Certificate2Collection? anchors, byte[][] pins) : ChainTrust(anchors)
{
    internal override string Identity => $"{base.Identity} pins {Fingerprint(pins)}";

    private protected override void JudgeChain(X509Chain chain, List<CertificateFinding> findings)
    {
        foreach (X509ChainElement element in chain.ChainElements)
        {
            byte[] actual = SHA256.HashData(element.Certificate.PublicKey.ExportSubjectPublicKeyInfo());
            foreach (byte[] pin in pins)
            {
                if (actual.AsSpan().SequenceEqual(pin))
                    return;
            }
        }

        findings.Add(new CertificateFinding(CertificateProblem.PinMismatch, "none of the keys in its chain is a pinned one"));
    }
}
