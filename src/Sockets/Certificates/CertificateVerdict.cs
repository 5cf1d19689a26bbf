using System;
using System.Collections.Generic;
using System.Linq;

namespace Sockets.Certificates;

/// <summary>What <see cref="CertificateVerifier"/> found.</summary>
/// <param name="Problem">The gravest problem; none: accepted.</param>
/// <param name="Explanation">One sentence that names all of them; null: accepted.</param>
internal sealed record CertificateVerdict(CertificateProblem Problem, string? Explanation)
{
    public static CertificateVerdict Accepted { get; } = new(CertificateProblem.None, null);

    public bool IsAccepted => Problem == CertificateProblem.None;

    /// <summary>The check itself failed, through no fault of the certificate. It is refused all the same.</summary>
    public bool IsUndecided { get; private init; }

    /// <summary>What the application's check, or the check itself, threw.</summary>
    public Exception? Exception { get; init; }

    public static CertificateVerdict Refused(IReadOnlyList<CertificateFinding> findings, CertificatePurpose purpose)
    {
        CertificateProblem gravest = findings.Min(finding => finding.Problem);
        IEnumerable<string> sentences = findings.OrderBy(finding => finding.Problem).Select(finding => finding.Sentence).Distinct();
        string whose = purpose == CertificatePurpose.ServerAuthentication ? "server" : "client";
        return new(gravest, $"The {whose}'s certificate was refused: {string.Join("; ", sentences)}.");
    }

    public static CertificateVerdict Undecided(Exception exception) =>
        new(CertificateProblem.Other, $"The certificate could not be checked: {exception.Message}") { IsUndecided = true, Exception = exception };
}
