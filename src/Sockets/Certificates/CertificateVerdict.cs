using System;
using System.Collections.Generic;
using System.Linq;
using Sockets.Dtls;

namespace Sockets.Certificates;

/// <summary>What <see cref="CertificateVerifier"/> found.</summary>
/// <param name="Rejection">The alert to refuse with; null: accepted.</param>
/// <param name="Problem">The gravest problem.</param>
/// <param name="Explanation">One sentence that names all of them; null: accepted.</param>
internal sealed record CertificateVerdict(AlertDescription? Rejection, CertificateProblem Problem, string? Explanation)
{
    public static CertificateVerdict Accepted { get; } = new(null, CertificateProblem.None, null);

    /// <summary>What the application's check threw.</summary>
    public Exception? Exception { get; init; }

    public static CertificateVerdict Refused(IReadOnlyList<CertificateFinding> findings, DtlsRole peerRole)
    {
        CertificateFinding gravest = findings.MinBy(finding => finding.Problem);
        IEnumerable<string> sentences = findings.OrderBy(finding => finding.Problem).Select(finding => finding.Sentence).Distinct();
        string whose = peerRole == DtlsRole.Server ? "server" : "client";
        return new(gravest.Alert, gravest.Problem, $"The {whose}'s certificate was refused: {string.Join("; ", sentences)}.");
    }
}
