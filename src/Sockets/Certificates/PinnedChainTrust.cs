using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sockets.Certificates;

/// <summary>Trusts a chain as <see cref="ChainTrust"/> does, if one of its keys is a pinned one as well: one of each set.</summary>
internal sealed class PinnedChainTrust(X509Certificate2Collection? anchors, byte[][][] sets) : ChainTrust(anchors)
{
    internal override string Identity => $"{base.Identity} {string.Join(' ', sets.Select(static pins => "pins " + Fingerprint(pins)).Order(StringComparer.Ordinal))}";

    internal override PinnedChainTrust Pinned(byte[][] pins) => new(Roots, [.. sets, pins]);

    private protected override void JudgeChain(X509Chain chain, List<CertificateFinding> findings)
    {
        byte[][] keys = [.. chain.ChainElements.Select(static element => SHA256.HashData(element.Certificate.PublicKey.ExportSubjectPublicKeyInfo()))];
        if (!Array.TrueForAll(sets, pins => Array.Exists(pins, pin => Array.Exists(keys, key => key.AsSpan().SequenceEqual(pin)))))
            findings.Add(new CertificateFinding(CertificateProblem.PinMismatch, "none of the keys in its chain is a pinned one"));
    }
}
