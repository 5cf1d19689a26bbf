namespace Sockets.Certificates;

/// <summary>One thing that is wrong with a certificate. Findings are ordered by their problem: the lowest is the gravest.</summary>
/// <param name="Problem">What kind.</param>
/// <param name="Sentence">What exactly, for people, without a full stop.</param>
internal readonly record struct CertificateFinding(CertificateProblem Problem, string Sentence);
