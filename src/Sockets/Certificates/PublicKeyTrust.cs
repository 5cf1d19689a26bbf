using System;
using System.Collections.Generic;
using System.Security.Cryptography;

namespace Sockets.Certificates;

/// <summary>Trusts keys by the SHA-256 of their subject public key info.</summary>
internal sealed class PublicKeyTrust(byte[][] pins) : PeerTrust
{
    internal override string Identity { get; } = "key " + Fingerprint(pins);

    internal override bool JudgesBareKeys => true;

    internal override void Judge(PeerCertificateContext context, List<CertificateFinding> findings) =>
        JudgeKey(context.Leaf.PublicKey.ExportSubjectPublicKeyInfo(), findings);

    internal override void JudgeKey(ReadOnlySpan<byte> subjectPublicKeyInfo, List<CertificateFinding> findings)
    {
        byte[] actual = SHA256.HashData(subjectPublicKeyInfo);
        foreach (byte[] pin in pins)
        {
            if (actual.AsSpan().SequenceEqual(pin))
                return;
        }

        findings.Add(new CertificateFinding(CertificateProblem.PinMismatch, $"the SHA-256 of its public key is {Convert.ToHexStringLower(actual)}, which is not a pinned one"));
    }
}
