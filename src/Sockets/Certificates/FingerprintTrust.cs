using System;
using System.Collections.Generic;
using System.Security.Cryptography;

namespace Sockets.Certificates;

/// <summary>Trusts certificates by the SHA-256 of their DER form.</summary>
internal sealed class FingerprintTrust(byte[][] pins) : PeerTrust
{
    internal override string Identity { get; } = "certificate " + Fingerprint(pins);

    internal override void Judge(PeerCertificateContext context, List<CertificateFinding> findings)
    {
        byte[] actual = SHA256.HashData(context.Leaf.RawDataMemory.Span);
        foreach (byte[] pin in pins)
        {
            if (actual.AsSpan().SequenceEqual(pin))
                return;
        }

        findings.Add(new CertificateFinding(CertificateProblem.PinMismatch, $"its SHA-256 fingerprint is {Convert.ToHexStringLower(actual)}, which is not a pinned one"));
    }
}
