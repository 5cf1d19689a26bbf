using System;
using System.IO;
using Sockets.Dtls;
using Sockets.Links.Dtls;

namespace Sockets;

/// <summary>A DTLS connection failed or is over. The message is for people; code looks at the properties.</summary>
public sealed class DtlsException : IOException, ICodedFailure
{
    internal DtlsException(string message, DtlsFailure? failure = null, CertificateProblem certificateProblem = CertificateProblem.None, Exception? innerException = null)
        : base(message, innerException)
    {
        Failure = failure;
        CertificateProblem = certificateProblem;
    }

    /// <summary>How the engine saw it. Null: the connection was closed in good order, and something was asked of it afterwards.</summary>
    public DtlsFailure? Failure { get; }

    /// <summary>Nobody answered, and the host says that nobody listens there.</summary>
    internal bool IsRefusedByHost { get; init; }

    /// <summary>The cause; <see cref="DtlsFailureReason.None"/> when the connection was closed in good order.</summary>
    public DtlsFailureReason Reason => Failure?.Reason ?? DtlsFailureReason.None;

    /// <summary>The cause as a number for logs and switches, the same as for other sockets.</summary>
    public FailureCode Code
    {
        get
        {
            if (IsRefusedByHost)
                return FailureCode.ConnectionRefused;
            if (Failure is { Reason: not DtlsFailureReason.Aborted } failure)
                return DtlsFailureCodes.Of(failure.Reason);
            return InnerException is { } cause ? FailureCodes.Of(cause) : FailureCode.ConnectionClosed;
        }
    }

    /// <summary>Whether it may pass by itself, so that another connection may succeed: see <see cref="FailureCodes.IsTransient"/>.</summary>
    public bool IsTransient => FailureCodes.IsTransient(Code);

    /// <summary>What was wrong with the peer's certificate, when <see cref="Reason"/> is <see cref="DtlsFailureReason.CertificateRejected"/>.</summary>
    public CertificateProblem CertificateProblem { get; }
}
