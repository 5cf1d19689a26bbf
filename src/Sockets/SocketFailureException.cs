using System;
using System.IO;
using System.Net.Sockets;

namespace Sockets;

/// <summary>An operation of a socket failed for a cause outside this program. The message is for people; code looks at <see cref="Reason"/>.</summary>
public class SocketFailureException : IOException, ICodedFailure
{
    /// <summary>A failure with its cause.</summary>
    /// <param name="reason">The cause.</param>
    /// <param name="message">One sentence that names what failed, and what to do.</param>
    /// <param name="innerException">What the platform said.</param>
    public SocketFailureException(SocketFailureReason reason, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Reason = reason;
    }

    /// <summary>The cause.</summary>
    public SocketFailureReason Reason { get; }

    /// <summary>The cause as a number for logs and switches. Where DTLS has a finer one, it is that.</summary>
    public FailureCode Code => InnerException is ICodedFailure { Code: not FailureCode.None } failure ? failure.Code : FailureCodes.Of(Reason);

    /// <summary>Whether it may pass by itself: see <see cref="FailureCodes.IsTransient"/>.</summary>
    public bool IsTransient => FailureCodes.IsTransient(Code);

    /// <summary>What was wrong with the peer's certificate, when <see cref="Reason"/> is <see cref="SocketFailureReason.CertificateRejected"/>.</summary>
    public CertificateProblem CertificateProblem { get; init; }

    /// <summary>The system's error where there was one, else <see cref="SocketError.Success"/>.</summary>
    public SocketError SocketError => InnerException is SocketException exception ? exception.SocketErrorCode : SocketError.Success;

    /// <summary>Puts an error of the system into our terms.</summary>
    /// <param name="error">The system's error.</param>
    /// <param name="what">What was being done, as the beginning of a sentence: "Connecting to [::1]:80".</param>
    internal static SocketFailureException From(SocketError error, string what) => From(new SocketException((int)error), what);

    /// <inheritdoc cref="From(SocketError, string)"/>
    internal static SocketFailureException From(SocketException exception, string what) =>
        new(ReasonOf(exception.SocketErrorCode), $"{what} failed: {exception.Message.TrimEnd('.')}.", exception);

    internal static SocketFailureReason ReasonOf(SocketError error) => error switch
    {
        SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotSocket => SocketFailureReason.Closed,
        SocketError.TimedOut => SocketFailureReason.TimedOut,
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery => SocketFailureReason.HostNotFound,
        SocketError.ConnectionRefused => SocketFailureReason.ConnectionRefused,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.NetworkReset or SocketError.Shutdown => SocketFailureReason.ConnectionReset,
        SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown or SocketError.HostDown => SocketFailureReason.Unreachable,
        SocketError.AddressAlreadyInUse => SocketFailureReason.AddressInUse,
        SocketError.AddressNotAvailable => SocketFailureReason.AddressNotAvailable,
        SocketError.AccessDenied => SocketFailureReason.AccessDenied,
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.ProcessLimit => SocketFailureReason.ResourcesExhausted,
        SocketError.MessageSize => SocketFailureReason.MessageTooLarge,
        _ => SocketFailureReason.Other,
    };
}
