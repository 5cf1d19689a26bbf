using System;
using System.Collections.Generic;

namespace Sockets.Certificates;

/// <summary>Finds nothing wrong, ever.</summary>
internal sealed class AnyCertificateTrust : PeerTrust
{
    internal override string Identity => "any";

    internal override bool JudgesBareKeys => true;

    internal override void Judge(PeerCertificateContext context, List<CertificateFinding> findings)
    {
    }

    internal override void JudgeKey(ReadOnlySpan<byte> subjectPublicKeyInfo, List<CertificateFinding> findings)
    {
    }
}
